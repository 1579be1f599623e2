// Finds cases in what docs.js holds: every word of the query must stand in the case.
const docs = [];

window.kbDocs = (rows, from, to) => {
  const simplified = [...to];
  [...from].forEach((c, i) => simple.set(c, simplified[i]));
  docs.push(...rows);
};

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|\/-]/g, "\\$&");

// A pattern over folded text for one word of the query; stems are a matter of their own.
const patternOf = (word, open) => {
  if (IN_RUN.test(word)) return escaped(word);
  if (NUMBER.test(word)) return word.length > 3 || open ? word.length > 3 ? word : `(?<![0-9])${word}` : `(?<![0-9])${word}(?![0-9])`;
  return `(?<!${LETTER})${escaped(word)}` + (open ? "" : `(?!${LETTER})`);
};

const ready = (doc) => {
  if (!doc.folded) {
    doc.folded = foldText([doc.id, doc.title, doc.text].join("\n"));
    doc.stems = new Set((doc.folded.match(/[a-z]+(?:'[a-z]+)*/g) || []).map(stem));
    doc.head = foldText(`${doc.id}\n${doc.title}`);
  }
  return doc;
};

const find = (text) => {
  const query = parseQuery(text);
  const tests = query.words.map((word, i) => ({
    word,
    stem: ENGLISH.test(word) ? stem(word) : "",
    pattern: new RegExp(patternOf(word, query.open && i === query.words.length - 1), "gu"),
  }));
  const hits = [];
  for (const doc of docs) {
    if (!query.filters.every((filter) => passes(doc, filter))) continue;
    ready(doc);
    let score = 0;
    const all = tests.every((test) => {
      const times = (doc.folded.match(test.pattern) || []).length;
      if (!times && !doc.stems.has(test.stem)) return false;
      score += Math.log(1 + times) + (test.pattern.test(doc.head) ? 2 : 0);
      test.pattern.lastIndex = 0;
      return true;
    });
    if (all) hits.push({ doc, score });
  }
  hits.sort((a, b) => b.score - a.score || (b.doc.date || "").localeCompare(a.doc.date || ""));
  return { hits: hits.map((hit) => hit.doc), tests };
};

// [text, marked] pieces of a text; what the query found is marked, stems by whole words.
const marked = (text, tests) => {
  const folded = fold(text);
  const spans = [];
  for (const test of tests) {
    for (const m of folded.text.matchAll(test.pattern)) spans.push([folded.from(m.index), folded.to(m.index + m[0].length)]);
    if (!test.stem) continue;
    for (const m of folded.text.matchAll(/[a-z]+(?:'[a-z]+)*/g)) if (stem(m[0]) === test.stem) spans.push([folded.from(m.index), folded.to(m.index + m[0].length)]);
  }
  spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const pieces = [];
  let at = 0;
  for (const [from, to] of spans) {
    if (to <= at) continue;
    if (from > at) pieces.push([text.slice(at, from), false]);
    pieces.push([text.slice(Math.max(from, at), to), true]);
    at = to;
  }
  pieces.push([text.slice(at), false]);
  return pieces;
};

// The part of a text around its first mark.
const excerpt = (text, tests, length = 150) => {
  const pieces = marked(text, tests);
  const before = pieces[0][1] ? 0 : pieces[0][0].length;
  const from = pieces.length > 1 ? Math.max(0, before - 40) : 0;
  const part = text.slice(from, from + length);
  return [...(from ? [["…", false]] : []), ...marked(part, tests), ...(from + length < text.length ? [["…", false]] : [])];
};
