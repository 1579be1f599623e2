/**
 * Where a query's words stand in a text: what a result shows of its case, the words marked.
 * @import {CaseText, Card, Excerpt, Highlight, Piece, Searched, TextPart, WordTest} from "../types"
 */
import { ENGLISH_WORDS, fold } from "./analysis.js";
import { stem } from "./stem.js";

/**
 * The places of all tests in a text, by their beginning, of those the longest first.
 * @param {Searched} part
 * @param {WordTest[]} tests
 * @returns {Highlight[]}
 */
const highlightsIn = (part, tests) => {
  const folded = part.fold || fold(part.text);
  part.fold = folded;
  const { text, from, to } = folded;
  /** @type {Highlight[]} */
  const found = [];
  /** @param {RegExpMatchArray} match */
  const add = ({ 0: word, index = 0 }) => found.push([from(index), to(index + word.length), word]);
  for (const test of tests) {
    for (const match of text.matchAll(test.pattern)) add(match);
    if (!test.stems.length) continue;
    for (const match of text.matchAll(ENGLISH_WORDS))
      if (test.stems.includes(stem(match[0]))) add(match);
  }
  return found.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
};

/**
 * A part of a text in pieces, marked and not.
 * @param {string} text
 * @param {Highlight[]} highlights
 * @param {number} start
 * @param {number} end
 * @returns {Piece[]}
 */
const piecesIn = (text, highlights, start, end) => {
  /** @type {Piece[]} */
  const pieces = [];
  let at = start;
  for (const [from, to] of highlights) {
    if (to <= at || from >= end) continue;
    if (from > at) pieces.push([text.slice(at, from), false]);
    pieces.push([text.slice(Math.max(from, at), Math.min(to, end)), true]);
    at = to;
  }
  return [...pieces, [text.slice(at, end), false]];
};

/** @param {string} text @param {WordTest[]} tests */
const marked = (text, tests) => piecesIn(text, highlightsIn({ text }, tests), 0, text.length);

/**
 * The text that has most of the words, around the first of them; null where none has any.
 * @param {TextPart[]} texts
 * @param {WordTest[]} tests
 * @returns {Excerpt | null}
 */
const excerpt = (texts, tests, length = 140) => {
  let most = 0;
  let best = null;
  for (const part of texts) {
    const highlights = highlightsIn(part, tests);
    const words = new Set(highlights.map(([, , word]) => word)).size;
    if (words > most) {
      most = words;
      best = { ...part, highlights };
    }
  }
  if (!best) return null;
  const { text, label, highlights } = best;
  const [[first]] = highlights;
  const from = first > 50 ? first - 30 : 0;
  const to = Math.min(text.length, from + length);
  /** @type {Piece[]} */
  const pieces = piecesIn(text, highlights, from, to);
  if (from) pieces.unshift(["…", false]);
  if (to < text.length) pieces.push(["…", false]);
  return { label, pieces };
};

/**
 * What a card shows of a case.
 * @param {CaseText} case_
 * @param {WordTest[]} tests
 * @returns {Card}
 */
export const cardOf = ({ about, texts }, tests) => {
  const problem = texts.find((part) => part.name === "problem")?.text.trim() || about.id;
  const title = problem.split("\n")[0].slice(0, 160);
  const others = texts.filter((part) => part.name !== "problem" || problem !== title);
  return {
    about,
    name: marked(about.id, tests),
    title: marked(title, tests),
    why: excerpt(others, tests)
  };
};
