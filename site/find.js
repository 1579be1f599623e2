// From a query to cases in order: candidates of the index, checked on their own text.
const GB = new Set(new TextDecoder("gb2312").decode(Uint8Array.from({ length: 72 * 188 }, (_, i) => (i & 1 ? 0xa1 + ((i >> 1) % 94) : 0xb0 + Math.floor((i >> 1) / 94)))));

const foldsFor = (text) => {
  const odd = [...text].filter((c) => /\p{Script=Han}/u.test(c) && (!GB.has(c) || meta.inside.includes(c)));
  return [...new Set(odd.map((c) => c.codePointAt(0) % 16))].map((n) => load(`f/${n.toString(16)}.js`));
};

const textOf = (doc) => (doc.folded ??= foldText([doc.id, ...doc.texts.map((t) => (t.name === "turn" ? `${t.label}\n${t.text}` : t.text))].join("\n")));
const stemsOf = (doc) => (doc.stems ??= new Set((textOf(doc).match(/[a-z]+(?:'[a-z]+)*/g) || []).map(stem)));

const stands = (doc, test) => {
  if (test.near) return true;
  if (textOf(doc).search(test.pattern) < 0 && (test.exact || !test.stem || !stemsOf(doc).has(test.stem)) && !humps(doc, test)) return false;
  return !test.whole || test.whole.test(textOf(doc));
};
const humps = (doc, test) => !test.run && !test.number && doc.texts.some((t) => terms(t.text).some(([kind, word]) => (kind === "part" && word === test.word) || (kind === "stem" && word === test.stem)));

// Documents that a filter lets through, as a set of numbers.
const allowed = ([name, value, not]) => {
  const found = new Set();
  if (name === "after" || name === "before" || name === "on") {
    const days = daysOf(value);
    let n = 0;
    for (const [day, count] of Object.entries(facets.get("day"))) {
      const fits = days && day && (name === "after" ? day >= days[0] : name === "before" ? day < days[0] : day >= days[0] && day <= days[1]);
      for (let i = 0; i < count; i++, n++) if (fits) found.add(n);
    }
  } else {
    const star = value.endsWith("*");
    const wanted = name === "status" ? STATUS.get(foldText(value)) ?? value : foldText(star ? value.slice(0, -1) : value);
    for (const [item, list] of Object.entries(facets.get(name))) {
      const folded = foldText(item);
      if (star ? folded.startsWith(wanted) : folded === wanted) for (const p of decode(list)) found.add(p >> 2);
    }
  }
  return (doc) => found.has(doc) !== not;
};

// Everything that a query finds, best first, unchecked; and what must be checked.
const candidates = async (text, whole) => {
  await Promise.all(foldsFor(text));
  const query = parseQuery(text);
  const few = whole ? 2 : +(query.tests.length > 1);
  const keys = [...query.tests, ...query.without].flatMap((test) => keysOf(test, few));
  const dates = ["after", "before", "on"];
  const names = query.filters.map(([name]) => (dates.includes(name) ? "day" : name));
  await Promise.all([...keys.map((key) => load(place("t", shardOf(homeOf(key))))), ...names.map((name) => load(`a/${name}.js`))]);
  const filters = query.filters.map(allowed);
  const ranked = (lists, any) => {
    const { scores, has } = combine(lists, any);
    const found = [];
    for (let doc = meta.n - 1; doc >= 0; doc--) if (has(doc) && filters.every((fits) => fits(doc))) found.push(doc);
    return found.sort((a, b) => scores[b] - scores[a] || b - a);
  };
  if (!query.tests.length && !filters.length) return { query, docs: [] };
  for (const test of query.tests) {
    test.lists = listsOf(test, few, false);
    if (test.lists.every((list) => !list.length) && test.stem && test.word.length > 3) {
      test.lists = listsOf(test, few, true);
      test.near = true;
    }
  }
  const lists = query.tests.flatMap((test) => test.lists);
  const docs = ranked(lists, false);
  const longer = !whole && query.tests.some((t) => t.run && t.run.length > 3);
  return { query, docs, longer, any: () => ranked(lists, true), exact: !query.without.length && query.tests.every((t) => !t.whole && (t.run ? t.run.length < 3 : !t.number || t.word.length < 5)) };
};

// The first `limit` cases that fit, their text fetched, and how many more there may be. With
// `strict` null where so few fit that asking for more terms is cheaper than fetching more texts.
const check = async (query, docs, limit, any, strict) => {
  const hits = [];
  let at = 0;
  while (hits.length < limit && at < docs.length && at < limit + 200) {
    const part = docs.slice(at, at + Math.max(1, limit - hits.length));
    at += part.length;
    await Promise.all(part.map((doc) => load(place("d", doc))));
    if (strict && at - part.length > 0 && hits.length < at / 4) return null;
    for (const number of part) {
      const doc = fragments.get(number);
      const fits = any ? query.tests.some((t) => stands(doc, t)) : query.tests.every((t) => stands(doc, t));
      if (fits && !query.without.some((t) => stands(doc, t))) hits.push(doc);
    }
  }
  return { hits, rest: docs.length - at };
};

const find = async (text, limit) => {
  let { query, docs, any, exact, longer } = await candidates(text);
  let found = await check(query, docs, limit, false, longer);
  if (!found) {
    ({ query, docs, any, exact } = await candidates(text, true));
    found = await check(query, docs, limit, false);
  }
  let { hits, rest } = found;
  let loose = false;
  if (!hits.length && query.tests.length > 1) {
    ({ hits, rest } = await check(query, any().slice(0, 200), limit, true));
    loose = hits.length > 0;
  }
  return { hits, tests: query.tests, total: hits.length + rest, exact: exact || rest === 0, loose, near: query.tests.filter((t) => t.near).map((t) => t.word) };
};
