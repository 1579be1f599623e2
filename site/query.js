// Words of a query as tests: what to ask the index for, and how to see it in a text.
const escaped = (token) => token.replace(/[\\^$.*+?()[\]{}|\/-]/g, "\\$&");
const testOf = (token, { open, star, wide }) => {
  if (IN_RUN.test(token)) return { word: token, run: [...token], stem: "", pattern: token };
  if (NUMBER.test(token)) {
    const tail = token.length === 4 && !star && !wide;
    const before = token.length > 3 && star !== "begins" ? "" : "(?<![0-9])";
    const after = (token.length > 3 || star === "begins") && star !== "ends" && !tail ? "" : "(?![0-9])";
    return { word: token, number: true, stem: "", tail, star, pattern: before + token + after };
  }
  const begins = star === "begins" || (open && wide);
  return { word: token, open: open && !star, star, begins, stem: ENGLISH.test(token) ? stem(token) : "", pattern: `(?<!${LETTER})${escaped(token)}${begins ? "" : `(?!${LETTER})`}` };
};

// The tests of a piece of a query: what is joined must stand side by side.
const testsOf = (text, { exact, open, star, wide }) => {
  const tokens = foldText(text).match(TOKEN) || [];
  const pieces = tokens.flatMap((token) => (IN_RUN.test(token) ? [token] : piecesOf(token).map(([, piece]) => piece)));
  const tests = pieces.map((piece, i) => testOf(piece, { open: open && i === pieces.length - 1, star: pieces.length === 1 ? star : "", wide: wide || exact }));
  if ((exact || pieces.length > tokens.length) && (exact || pieces.length > 1)) {
    const whole = new RegExp(tokens.map((token) => (IN_RUN.test(token) ? escaped(token) : `(?<!${LETTER})${piecesOf(token).map(([, piece]) => escaped(piece)).join("[^\\p{L}\\p{N}]+")}(?!${LETTER})`)).join("[^\\p{L}\\p{N}]*"), "u");
    for (const test of tests) test.whole = whole;
  }
  for (const test of tests) {
    test.exact = exact;
    test.pattern = new RegExp(test.pattern, "gu");
  }
  return tests;
};

// A query of words alone, the last of which may not be typed to its end.
const wordsOf = (text, wide) => text.slice(0, 500).trim().split(/\s+/).slice(0, 30).flatMap((word, i, all) => testsOf(word, { open: i === all.length - 1 && !/\s$/.test(text), wide }));
