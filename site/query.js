// A query: words that must all stand somewhere, phrases in quotes, and filters such as status:resolved.
const FILTERS = ["status", "station", "engineer", "speaker", "after", "before", "on", "lang", "id"];

const parseQuery = (text) => {
  const query = { words: [], filters: [] };
  for (const [, key, quoted, bare] of text.matchAll(/(?:([a-z]+)[::])?(?:"([^"]*)"?|([^\s"]+))/gu)) {
    const value = quoted ?? bare;
    if (key && FILTERS.includes(key)) {
      if (value) query.filters.push([key, value]);
      continue;
    }
    const word = key ? `${key}:${value}` : value;
    for (const token of foldText(word).match(TOKEN) || []) query.words.push(token);
  }
  query.open = !/\s$/.test(text); // the last word is still being typed
  return query;
};

const sameName = (name, wanted) => wanted.endsWith("*") ? foldText(name).startsWith(foldText(wanted.slice(0, -1))) : foldText(name) === foldText(wanted);

const passes = (doc, [key, value]) => {
  if (key === "after") return !!doc.date && doc.date >= value;
  if (key === "before") return !!doc.date && doc.date < value;
  if (key === "on") return !!doc.date && doc.date.startsWith(value);
  const has = { status: [doc.status], station: [doc.station], engineer: doc.engineers, speaker: doc.speakers, lang: [doc.language], id: [doc.id] }[key];
  return has.some((name) => name && sameName(name, value));
};
