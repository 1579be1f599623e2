// A query: words that must all stand in a case, "phrases", -without, and filters such as status:resolved.
const NAMES = {
  status: "状态 state", station: "站点 场站 站 site", engineer: "工程师 售后工程师 跟单工程师 售后 跟单 assignee",
  speaker: "发言人 说话人 发言者 讲话人 said", lang: "语言 language", kind: "种类 类型 type", year: "年份",
  after: "之后 since from", before: "之前 until", on: "当日 日期 date",
};
const STATES = {
  resolved: "已解决 解决 done solved closed", in_progress: "处理中 进行中 open in-progress", shelved: "暂搁置 搁置 on-hold",
  unset: "未标记 未选 none", conflicting: "矛盾 冲突",
};
const byWord = (table) => new Map(Object.entries(table).flatMap(([name, words]) => [name, ...words.split(" ")].map((word) => [word, name])));
const FILTERS = byWord(NAMES);
const STATUS = byWord(STATES);
const ITEM = /([-－])?(?:([^\s::"“「]+)[::])?(?:["“「]([^"”」]*)["”」]?|([^\s"“「]+))/gu;

// First and last day of `2020`, `2020-4`, `2020/04/07`, `20200407`, 2020年4月.
const daysOf = (text) => {
  const match = /^(\d{4})(?:[-/.年]?(\d{1,2})(?:[-/.月]?(\d{1,2}))?)?[日月年]?$/.exec(text);
  if (!match) return null;
  const [, year, month, day] = match;
  const two = (n) => n.padStart(2, "0");
  const first = `${year}-${two(month || "1")}-${two(day || "1")}`;
  return [first, `${year}-${two(month || "12")}-${day ? two(day) : "31"}`];
};

// A word as a test: what to ask the index for, and how to see it in a text.
const testOf = (token, open, star) => {
  if (IN_RUN.test(token)) return { word: token, run: [...token], stem: "", pattern: token };
  if (NUMBER.test(token)) {
    const before = token.length > 3 && star !== "begins" ? "" : "(?<![0-9])";
    const after = token.length > 3 && star !== "ends" ? "" : "(?![0-9])";
    return { word: token, number: true, stem: "", pattern: before + token + after };
  }
  const short = ENGLISH.test(token) ? stem(token) : "";
  const escaped = token.replace(/[\\^$.*+?()[\]{}|\/-]/g, "\\$&");
  return { word: token, open, stem: short, pattern: `(?<!${LETTER})${escaped}${open ? "" : `(?!${LETTER})`}` };
};

// The tests of a piece of a query: a compound is its pieces, side by side.
const testsOf = (text, open, exact) => {
  const tokens = foldText(text).match(TOKEN) || [];
  const star = text.startsWith("*") ? "ends" : text.endsWith("*") ? "begins" : "";
  const tests = tokens.flatMap((token) => (IN_RUN.test(token) ? [token] : piecesOf(token).map(([, piece]) => piece))).map((piece, i, all) => testOf(piece, (open || star === "begins") && i === all.length - 1, star));
  const together = exact || tests.length > tokens.length;
  if (together && tests.length > 1) {
    const whole = tokens.map((t) => t.replace(/[\\^$.*+?()[\]{}|\/-]/g, "\\$&")).join("[^\\p{L}\\p{N}]*");
    for (const test of tests) test.whole = new RegExp(whole, "u");
  }
  for (const test of tests) {
    test.exact = exact;
    test.pattern = new RegExp(test.pattern, "gu");
  }
  return tests;
};

const parseQuery = (text) => {
  const query = { tests: [], without: [], filters: [] };
  const items = [...text.slice(0, 500).matchAll(ITEM)].slice(0, 30);
  items.forEach(([whole, minus, label, quoted, bare], i) => {
    const name = label && FILTERS.get(foldText(label));
    const value = quoted ?? bare;
    if (name) {
      query.filters.push([name, value, !!minus]);
      return;
    }
    const typing = i === items.length - 1 && quoted === undefined && !/\s$/.test(text);
    const found = quoted === undefined ? testsOf(minus ? whole.slice(1) : whole, typing, false) : testsOf(quoted, false, true);
    (minus ? query.without : query.tests).push(...found);
  });
  return query;
};
