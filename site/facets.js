// What a query's cases are divided by: facet → [value, how many], the commonest first.
const FACETS = ["status", "station", "engineer", "speaker", "year", "lang", "kind"];

const countFacets = async (text) => {
  const [{ docs }] = await Promise.all([candidates(text), ...FACETS.map((name) => load(`a/${name}.js`))]);
  const among = new Uint8Array(meta.n);
  for (const doc of docs) among[doc] = 1;
  return FACETS.map((name) => {
    const rows = Object.entries(facets.get(name)).map(([value, list]) => [value, decode(list).reduce((sum, p) => sum + among[p >> 2], 0)]);
    return [name, rows.filter((row) => row[1]).sort((a, b) => b[1] - a[1])];
  });
};

// `over` says of what index: its documents, shards, odd characters.
find.over = (index) => Object.assign(meta, index);
window.kb = { search: find, facets: countFacets, marked, excerpt };
