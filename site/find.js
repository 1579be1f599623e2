// From a query to cases in order: candidates of the index, checked on their own text.
const GB = new Set(new TextDecoder("gb2312").decode(Uint8Array.from({ length: 72 * 188 }, (_, i) => (i & 1 ? 0xa1 + ((i >> 1) % 94) : 0xb0 + Math.floor((i >> 1) / 94)))));

const foldsFor = (text) => {
  const odd = [...text].filter((c) => /\p{Script=Han}/u.test(c) && (!GB.has(c) || meta.inside.includes(c)));
  return Promise.all([...new Set(odd.map((c) => c.codePointAt(0) % 16))].map((n) => load(`f/${n.toString(16)}.js`)));
};

const textOf = (part) => (part.folded ??= foldText(part.text ?? [part.id, ...part.texts.map((t) => (t.name === "turn" ? `${t.label}\n${t.text}` : t.text))].join("\n")));
const stemsOf = (part) => (part.stems ??= new Set((textOf(part).match(/[a-z]+(?:'[a-z]+)*/g) || []).map(stem)));
const humps = (part, test) => !test.run && !test.number && (part.texts || [part]).some((t) => /[a-z][A-Z]|[A-Z]{2}[a-z]/.test(t.text) && terms(t.text).some(([kind, word]) => (kind === "part" && word === test.word) || (kind === "stem" && word === test.stem)));
const standsIn = (part, test) => {
  const text = textOf(part);
  if (text.search(test.pattern) < 0 && (test.exact || !test.stem || !stemsOf(part).has(test.stem)) && !test.near?.some((s) => stemsOf(part).has(s)) && !humps(part, test)) return false;
  return !test.whole || test.whole.test(text);
};
const stands = (doc, test) => (test.field ? doc.texts.some((t) => t.name === test.field && standsIn(t, test)) || (test.field === "id" && standsIn({ text: doc.id }, test)) : standsIn(doc, test));

// Where in a test its keys begin, the most telling first: few will do, for the fetched text tells
// the rest.
const startsOf = ({ run, word, number }) => {
  const last = (run ? run.length - 2 : number ? word.length - 4 : 0);
  if (last < 1) return [0];
  return [...new Set(run ? [0, Math.min(2, last), 1, last, last >> 1] : [last, ...(last > 2 ? [last >> 1] : []), 0])];
};
const keyOf = ({ run, word, number, stem: short }, at) => (run ? run.slice(at, at + 2).join("") : number ? word.substr(at, 4) : short || word);
const keysOf = (test) => startsOf(test).map((at) => keyOf(test, at));

// What the index tells of a query's tests: asked for more as long as texts would cost more.
const FEW = 12;
const gather = async (tests) => {
  const some = [];
  const left = new Map(tests.map((test) => [test, startsOf(test)]));
  // A key, or where it is common the next longer one: of that what it ends with is common too.
  const ask = async (test) => {
    let at = left.get(test).shift();
    let list = await lookup(keyOf(test, at));
    for (; test.run && !list.whole && at + 3 <= test.run.length; at++) list = await lookup(test.run.slice(at, at + 3).join(""));
    if (!some.includes(list)) some.push(list);
  };
  const open = () => some.every((list) => !list.whole) || ranked(some).length > FEW;
  const more = async () => {
    const unasked = tests.filter((test) => left.get(test).length);
    const long = some.filter((list) => !list.whole && list.count < meta.n / 2);
    await Promise.all(unasked.length ? unasked.map(ask) : long.map(fill));
    return unasked.length + long.length > 0;
  };
  await Promise.all(tests.map(ask));
  const sure = tests.length === 1 && (some[0].key === tests[0].word || left.get(tests[0]).length === 0);
  if (!sure && tests.length === 1 && open()) await ask(tests[0]);
  const [rarest] = some.filter((list) => !list.whole).sort((x, y) => x.count - y.count);
  if (some.length > 1 && rarest && tests.length > 1 && open() && (rarest.count < meta.n / 2 || some.every((list) => !list.whole))) await fill(rarest);
  return { some, more: sure || (!open() && some.some((list) => list.whole)) ? null : more };
};

// The first `limit` cases that fit, their text fetched, and how many more there may be. Where not
// all of the first few fit, `more` gives better candidates. Who asks for more is looked further for.
const check = async (docs, limit, fits, more) => {
  const hits = [];
  const seen = new Set();
  let probe = more ? 4 : limit;
  while (hits.length < limit && docs.length && seen.size < 20 * limit + 10) {
    const part = docs.slice(0, Math.max(1, Math.min(probe, limit - hits.length)));
    await Promise.all(part.map((doc) => load(place("d", doc))));
    const before = hits.length;
    for (const doc of part) {
      seen.add(doc);
      if (fits(fragments.get(doc), doc)) hits.push(fragments.get(doc));
    }
    docs = docs.slice(part.length);
    if (hits.length - before > part.length / 2) probe = limit;
    else if (more && docs.length > 3) docs = ((await more()) || ((more = null), docs)).filter((doc) => !seen.has(doc));
    if (!more) probe = limit;
  }
  return { hits, rest: docs.length };
};

// Cases that have all of the words; where none has, some of them.
const findWords = async (text, limit, wide) => {
  const tests = wordsOf(text, wide);
  if (!tests.length) return { hits: [], tests, total: 0, exact: true };
  if (wide) await (await rare()).widen(tests);
  const widened = tests.filter((test) => test.lists);
  const plain = tests.filter((test) => !test.lists);
  const { some, more } = await gather(plain);
  const extra = widened.flatMap((test) => test.lists);
  const all = () => [...some, ...extra];
  const tails = tests.filter((test) => test.tail).map((test) => lists.get(test.word)).filter((list) => list.whole);
  const fourth = (doc) => tails.every((list) => list.docs.some((p) => p >> 2 === doc && p & 2));
  const alone = tests.length === 1 && some.length === 1 && some[0].key === (tests[0].stem || tests[0].word);
  if (alone && limit > some[0].docs.length) await fill(some[0]);
  const better = more && (async () => ((await more()) ? ranked(all(), false, fourth) : null));
  let { hits, rest } = await check(ranked(all(), false, fourth), limit, (doc) => tests.every((test) => stands(doc, test)), better);
  let loose = false;
  if (!hits.length && tests.length > 1) {
    ({ hits, rest } = await check(ranked(all(), true).slice(0, 200), limit, (doc) => tests.some((test) => stands(doc, test))));
    loose = hits.length > 0;
  }
  const known = alone && !tests[0].tail && !tests[0].whole;
  const total = known ? Math.max(hits.length, some[0].count) : hits.length + rest;
  return { hits, tests, total, exact: known || rest === 0, loose, near: tests.filter((test) => test.near?.length).map((test) => test.word) };
};

// `all` brings what is behind "more" too: numbers that have four digits inside, words that begin so.
const SPECIAL = /["“”「」『』＂()（）|｜*＊~～:：]|(?:^|\s)(?:OR(?=\s|$)|[-－﹣−](?=\S))/;
const rare = async () => {
  await load("assets/rare.js", document.documentElement.dataset.root);
  return window.kbRare(inner);
};
const find = async (text, limit, all) => {
  await foldsFor(text);
  const ask = SPECIAL.test(text) ? (await rare()).find : findWords;
  let found = await ask(text, limit, false);
  const bare = !found.hits.length || found.loose;
  const wider = found.tests.some((test) => test.tail || test.open || (bare && test.stem));
  if (wider && (bare || (all && found.hits.length < limit))) {
    const more = await ask(text, limit, true);
    if (bare && (more.hits.length || !found.loose)) return more;
    const others = more.hits.filter((hit) => !found.hits.includes(hit));
    found = { ...found, hits: [...found.hits, ...others].slice(0, limit), total: found.hits.length + others.length, tests: more.tests };
    return found;
  }
  return { ...found, wider: wider && found.total <= found.hits.length };
};
const inner = { load, lookup, fill, union, ranked, check, stands, keysOf, decode, facets, meta, testsOf, foldText, stem, fileOf, LETTER, ENGLISH };
// `over` says of what index: its documents, shards, odd characters.
find.over = (index) => Object.assign(meta, index);
window.kb = { search: find, facets: async (text) => (await rare()).facets(text), marked, excerpt };
