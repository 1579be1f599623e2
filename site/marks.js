// Where a query's words stand in a text: [text, marked] pieces, and the part around them.
const spansOf = (part, tests) => {
  const folded = (part.fold ??= fold(part.text));
  const spans = [];
  const add = (m) => spans.push([folded.from(m.index), folded.to(m.index + m[0].length), m[0]]);
  for (const test of tests) {
    for (const m of folded.text.matchAll(test.pattern)) add(m);
    if (!test.stem || test.exact) continue;
    for (const m of folded.text.matchAll(/[a-z]+(?:'[a-z]+)*/g)) if (stem(m[0]) === test.stem || test.near?.includes(stem(m[0]))) add(m);
  }
  return spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
};

const piecesIn = (text, spans, start, end) => {
  const pieces = [];
  let at = start;
  for (const [from, to] of spans) {
    if (to <= at || from >= end) continue;
    if (from > at) pieces.push([text.slice(at, from), false]);
    pieces.push([text.slice(Math.max(from, at), Math.min(to, end)), true]);
    at = to;
  }
  return [...pieces, [text.slice(at, end), false]];
};
const marked = (text, tests) => piecesIn(text, spansOf({ text }, tests), 0, text.length);

// The text that has most of the words, around the first of them; null where none has any.
const excerpt = (texts, tests, length = 140) => {
  let best = null;
  for (const part of texts) {
    const spans = spansOf(part, tests);
    const words = new Set(spans.map(([, , word]) => word)).size;
    if (words > (best?.words || 0)) best = { part, spans, words };
  }
  if (!best) return null;
  const { text, label } = best.part;
  const [[first]] = best.spans;
  const from = first > 50 ? first - 30 : 0;
  const to = Math.min(text.length, from + length);
  const pieces = piecesIn(text, best.spans, from, to);
  return { label, pieces: [...(from ? [["…", false]] : []), ...pieces, ...(to < text.length ? [["…", false]] : [])] };
};

// What a card shows of a case, its words marked.
const cardOf = ({ texts, id, url, date, status, station, engineers }, tests) => {
  const problem = texts.find((t) => t.name === "problem")?.text.trim() || id;
  const title = problem.split("\n")[0].slice(0, 160);
  const why = excerpt(texts.filter((t) => t.name !== "problem" || problem !== title), tests);
  return { id, url, date, status, station, engineers, name: marked(id, tests), title: marked(title, tests), why };
};
