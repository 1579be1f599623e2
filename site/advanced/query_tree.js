/**
 * A query's text to a tree: kb/search/query reads it the same way.
 * @import {Lexeme, NodeOptions, QueryNode, WordTest} from "../types"
 */
import { WORD_START } from "../search/analysis.js";
import { testsOf } from "../search/word_tests.js";
import { fieldNode, fieldOf, isTextField } from "./fields.js";

/** @type {Record<string, string>} */
const QUOTES = { '"': '"', "“": "”", "”": "”", "「": "」", "『": "』", "＂": "＂" };
const FIELD = /[^\s:："“”「『＂()（）|｜*＊]{1,40}[:：]/y;
const CHUNK = /[^\s"“”「『＂()（）|｜]+/y;
/** Deepest brackets that are read. */
const DEEPEST = 20;

/**
 * The pieces of a query; an unclosed quotation is words.
 * @param {string} text
 * @returns {Lexeme[]}
 */
const lexemesOf = (text) => {
  /** @type {Lexeme[]} */
  const found = [];
  let at = 0;
  let fresh = true; // whether a minus would mean "not" here
  /** @param {Lexeme["kind"]} kind */
  const add = (kind, inside = "", field = "") => found.push({ kind, text: inside, field });
  /** @param {RegExp} pattern */
  const take = (pattern) => {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0] ?? "";
    at += match.length;
    return match;
  };
  /** @param {string} field */
  const quote = (field) => {
    const close = text.indexOf(QUOTES[text[at]], at + 1);
    const end = close < 0 ? text.length : close;
    add(close < 0 ? "words" : "quote", text.slice(at + 1, end), field);
    at = close < 0 ? end : end + 1;
  };
  const word = () => {
    if (QUOTES[text[at]]) return quote("");
    const field = take(FIELD).slice(0, -1);
    if (field && QUOTES[text[at]]) return quote(field);
    const inside = take(CHUNK) || (field ? "" : text[at++]);
    return add(!field && (inside === "OR" || inside === "||") ? "or" : "word", inside, field);
  };
  while (at < text.length && found.length < 100) {
    const sign = text[at];
    if (/[\s(（)）|｜]/.test(sign)) {
      if (/[(（]/.test(sign)) add("open");
      else if (/[)）]/.test(sign)) add("close");
      else if (/\S/.test(sign)) add("or");
      at++;
      fresh = true;
    } else if (fresh && /[-－﹣−]/.test(sign) && /\S/.test(text[at + 1] || " ")) {
      add("not");
      at++;
      fresh = false;
    } else {
      fresh = false;
      word();
    }
  }
  return found;
};

/**
 * @param {WordTest[]} tests
 * @returns {QueryNode | null}
 */
const testsNode = (tests) => (tests.length ? { kind: "tests", tests } : null);

/**
 * One node that says what all of these say.
 * @param {(QueryNode | null)[]} nodes
 * @returns {QueryNode | null}
 */
export const every = (nodes) => {
  const given = nodes.filter((node) => node !== null);
  return given.length > 1 ? { kind: "all", nodes: given } : given[0] || null;
};

/**
 * Lets a test be met by what begins or ends as its word.
 * @param {WordTest} test
 * @param {"begins" | "ends"} wildcard
 */
const setWildcard = (test, wildcard) => {
  test.unfinished = false;
  test.lastDigits = false;
  const begins = wildcard === "begins";
  if (test.number) {
    const start = test.word.length > 3 && !begins ? "" : "(?<![0-9])";
    test.pattern = new RegExp(start + test.word + (begins ? "" : "(?![0-9])"), "gu");
  } else if (!test.run && begins) {
    test.begins = true;
    test.pattern = new RegExp(WORD_START + test.word, "gu");
  }
};

/**
 * A word, with a `*` at one end or a `~` behind it.
 * @param {string} text
 * @param {NodeOptions} options
 */
const wordNode = (text, options) => {
  const bare = text.replace(/^[*＊]+|[*＊]+$/g, "");
  const first = /^[*＊]/.test(text);
  const wildcard = bare !== "" && first !== /[*＊]$/.test(text);
  const fuzzy = !wildcard && bare.length > 1 && /[~～]$/.test(bare);
  const tests = testsOf(fuzzy ? bare.replace(/[~～]+$/, "") : bare, options);
  if (wildcard && tests.length === 1) setWildcard(tests[0], first ? "ends" : "begins");
  return testsNode(tests.map((test) => ({ ...test, fuzzy, field: options.field })));
};

/**
 * What stands in quotes.
 * @param {string} text
 * @param {string} [field]
 */
const phraseNode = (text, field) =>
  testsNode(testsOf(text, { exact: true }).map((test) => ({ ...test, field })));

/**
 * `label:value`; where no field has such a label or value, the words themselves.
 * @param {string} label
 * @param {string} value
 * @param {boolean} quoted
 * @param {NodeOptions} options
 */
const labelledNode = (label, value, quoted, options) => {
  const field = fieldOf(label);
  if (field && value.trim()) {
    const node = isTextField(field)
      ? quoted
        ? phraseNode(value, field)
        : wordNode(value, { ...options, field })
      : fieldNode(field, value, quoted);
    if (node) return node;
  }
  return quoted
    ? every([wordNode(label, options), phraseNode(value)])
    : wordNode(`${label}:${value}`, options);
};

/**
 * The tree of a query; null where it asks for nothing.
 * @param {string} text
 * @param {boolean} wide
 * @returns {QueryNode | null}
 */
export const parse = (text, wide) => {
  const lexemes = lexemesOf(text.slice(0, 2000));
  let at = 0;
  /** @param {number} depth @returns {QueryNode | null} */
  const item = (depth) => {
    const { kind, text: inside, field } = lexemes[at++];
    if (kind === "not") {
      if (!lexemes[at] || ["or", "close", "not"].includes(lexemes[at].kind)) return null;
      const node = item(depth);
      return node && { kind: "not", node };
    }
    if (kind === "open") {
      if (depth > DEEPEST) return null;
      const node = either(depth + 1);
      at++;
      return node;
    }
    if (kind === "words") {
      return every(inside.split(/\s+/).map((word) => wordNode(word, { wide })));
    }
    const options = { wide, unfinished: at === lexemes.length && !/\s$/.test(text) };
    if (field) return labelledNode(field, inside, kind === "quote", options);
    return kind === "quote" ? phraseNode(inside) : wordNode(inside, options);
  };
  /** What stands between two OR. @param {number} depth */
  const row = (depth) => {
    const found = [];
    while (at < lexemes.length && lexemes[at].kind !== "or" && lexemes[at].kind !== "close") {
      found.push(item(depth));
    }
    return every(found);
  };
  /** @param {number} depth @returns {QueryNode | null} */
  const either = (depth) => {
    const found = [row(depth)];
    while (lexemes[at]?.kind === "or") {
      at++;
      found.push(row(depth));
    }
    const given = found.filter((node) => node !== null);
    return given.length > 1 ? { kind: "any", nodes: given } : given[0] || null;
  };
  const found = [];
  while (at < lexemes.length) {
    if (lexemes[at].kind === "close")
      at++; // that nothing opened
    else found.push(either(0));
  }
  return every(found);
};
