// From a query to cases in order: candidates of the index, checked on their own text.
const GB = new Set(new TextDecoder("gb2312").decode(Uint8Array.from({ length: 72 * 188 }, (_, i) => (i & 1 ? 0xa1 + ((i >> 1) % 94) : 0xb0 + Math.floor((i >> 1) / 94)))));

const foldsFor = (text) => {
  const odd = [...text].filter((c) => /\p{Script=Han}/u.test(c) && (!GB.has(c) || meta.inside.includes(c)));
  return Promise.all([...new Set(odd.map((c) => c.codePointAt(0) % 16))].map((n) => load(`search/f/${n.toString(16)}.js`)));
};

const textOf = (part) => (part.folded ??= foldText(part.text ?? [part.id, ...part.texts.map((t) => (t.name === "turn" ? `${t.label}\n${t.text}` : t.text))].join("\n")));
const stemsOf = (part) => (part.stems ??= new Set((textOf(part).match(/[a-z]+(?:'[a-z]+)*/g) || []).map(stem)));
const HUMPED = /(?<![A-Za-z0-9])[A-Za-z0-9]*(?:[a-z][A-Z]|[A-Z]{2}[a-z])[A-Za-z0-9]*/g;
const humps = (part, { run, number, word, stem: short }) => !run && !number && (part.texts || [part]).some(({ text }) => (text.match(HUMPED) || []).some((written) => partsOf(written.toLowerCase(), written).some((p) => p === word || (short && ENGLISH.test(p) && stem(p) === short))));
const stands = (part, test) => {
  const text = textOf(part);
  if (text.search(test.pattern) < 0 && (test.exact || !test.stem || !stemsOf(part).has(test.stem)) && !test.near?.some((s) => stemsOf(part).has(s)) && !humps(part, test)) return false;
  return !test.whole || test.whole.test(text);
};

// Parts of a test that are keys, as [from, how long]: of a run its first and last two characters,
// of a number its last and middle four digits, of a word all; and what would say all of a run, which
// is a key where its own parts are common.
const LONGEST = 5;
const keyParts = ({ run, word, number }) => {
  const n = (run || word).length;
  const unit = run ? 2 : number ? 4 : n;
  const last = n - unit;
  return last < 1 ? [[0, n]] : run ? [[0, 2], [last, 2], ...(n > LONGEST ? [[last >> 1, 2]] : [])] : [[last, 4], [last >> 1, 4]];
};
const wholeOf = ({ run, word, number }) => (run ? run.length <= LONGEST : !number || word.length < 5) && [0, (run || word).length];
const keyOf = ({ run, word, number, stem: short }, [from, size]) => (run ? run.slice(from, from + size).join("") : number ? word.substr(from, size) : short || word);
const keysOf = (test) => keyParts(test).map((part) => keyOf(test, part));

// What the index tells of one test: the lists of its parts, and how to ask for more of them. With
// `bare` what would say all of a run is not asked for.
const FEW = 12;
const probe = (test, bare) => {
  const n = (test.run || test.word).length;
  const whole = (n < 3 || !test.run || !bare) && wholeOf(test);
  const known = new Map();
  const ask = (parts) => Promise.all(parts.map(async (part) => known.set(part.join(), await (test.tail ? lookupTail : lookup)(keyOf(test, part)))));
  const common = (from, size) => known.get([from, size].join())?.count > meta.m;
  const all = () => {
    const list = known.get(String(whole));
    return list && (list.count || n < 3 || !test.run) ? list : null;
  };
  // The longest parts whose own parts are common, else some that were not asked for.
  const next = () => {
    for (let size = test.run && !all() ? Math.min(n, LONGEST) : 0; size > 1; size--) {
      const found = [];
      for (let from = 0; from + size <= n; from++) if (!known.has([from, size].join()) && (size === 2 || (common(from, size - 1) && common(from + 1, size - 1)))) found.push([from, size]);
      if (found.length) return found.slice(0, 3);
    }
    return test.number && n > 4 && !known.has("0,4") ? [[0, 4]] : [];
  };
  return {
    all,
    first: () => ask([...keyParts(test), ...(whole && test.run ? [whole] : [])]),
    more: async () => {
      const parts = next();
      await ask(parts);
      return parts.length > 0;
    },
    some: () => (all() ? [all()] : [...known].filter(([part]) => part !== String(whole)).map(([, list]) => list)),
  };
};

// What the index tells of a query's tests: asked for more as long as texts would cost more.
const gather = async (tests, bare) => {
  const probes = tests.map((test) => probe(test, bare));
  const some = () => [...new Set(probes.flatMap((one) => one.some()))];
  const open = () => some().every((list) => !list.whole) || ranked(some(), false, true).length > FEW;
  const more = async () => {
    if ((await Promise.all(probes.map((one) => one.more()))).some(Boolean)) return true;
    const long = some().filter((list) => !list.whole && list.count < meta.n / 2);
    await Promise.all(long.map(fill));
    return long.length > 0;
  };
  await Promise.all(probes.map((one) => one.first()));
  const [only] = tests.length === 1 ? [probes[0].all()] : [];
  for (let i = 0; i < 3 && tests.length === 1 && !only && open() && (await probes[0].more()); i++);
  const rest = some().filter((list) => !list.whole).sort((x, y) => x.count - y.count);
  // The rest of a list has about a fifth of a byte for each case, the text of a case that lacks it 1,300.
  const needed = ({ count }, i) => count * count < 65000 * (meta.n - count) || (!i && rest.length === some().length);
  if (tests.length > 1 && rest.length && open()) await Promise.all(rest.filter(needed).map(fill));
  return { some, only, more: only || (!open() && some().some((list) => list.whole)) ? null : more };
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

// Cases that have all of the words; where none has, some of them or most of a run.
const findWords = async (text, limit, wide) => {
  const tests = wordsOf(text, wide);
  if (!tests.length) return { hits: [], tests, total: 0, exact: true };
  if (wide) await (await rare()).widen(tests);
  const widened = tests.filter((test) => test.lists);
  const plain = tests.filter((test) => !test.lists);
  const extra = widened.flatMap((test) => test.lists);
  const ask = async (bare) => {
    const { some, only, more } = await gather(plain, bare);
    const alone = tests.length === 1 && only;
    if (alone && limit > only.docs.length) await fill(only);
    const best = () => ranked([...some(), ...extra]);
    const better = more && (async () => ((await more()) ? best() : null));
    return { alone, ...(await check(best(), limit, (doc) => tests.every((test) => stands(doc, test)), better)) };
  };
  let { hits, rest, alone } = await ask(false);
  if (!hits.length && plain.some((test) => test.run?.length > 2)) ({ hits, rest, alone } = await ask(true));
  const near = tests.filter((test) => test.near?.length).map((test) => test.word);
  if (!hits.length && (tests.length > 1 || tests[0].run?.length > 2)) {
    const some = await (await rare()).loosen(tests, limit);
    if (some) return { ...some, near };
  }
  const known = alone && !tests[0].whole;
  const total = known ? Math.max(hits.length, alone.count) : hits.length + rest;
  return { hits, tests, total, exact: known || rest === 0, near };
};

// `all` brings what is behind "more" too: numbers that have four digits inside, words that begin so.
const SPECIAL = /["“”「」『』＂()（）|｜*＊~～:：]|(?:^|\s)(?:OR(?=\s|$)|[-－﹣−](?=\S))/;
const rare = async () => {
  await load("assets/rare.js");
  return self.kbRare(inner);
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
const inner = { load, lookup, fill, ranked, gather, check, stands, keysOf, reader, documents, meta, testsOf, foldText, stem, fileOf, LETTER, ENGLISH };
const answer = async (asked, of) => {
  const { tests, hits, ...rest } = await find(...asked);
  return { ...rest, hits: hits.map((doc) => of(doc, tests)) };
};
self.kbEngine = {
  over: async (index) => { Object.assign(meta, index); }, // of what index: Meta's numbers, and how to load
  search: (...asked) => answer(asked, ({ id }) => ({ id })),
  cards: (...asked) => answer(asked, cardOf),
  facets: async (text) => (await rare()).facets(text),
};
