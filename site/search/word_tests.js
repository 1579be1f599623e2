/**
 * Words of a query as tests: what to ask the index for, and how to see it in a text.
 * @import {TestOptions, TestSource, WordTest} from "../types"
 */
import {
  foldText,
  IS_ENGLISH,
  IS_NUMBER,
  IS_RUN,
  piecesOf,
  TOKEN,
  WORD_END,
  WORD_START
} from "./analysis.js";
import { stem } from "./stem.js";

/**
 * A number of up to three digits stands alone; four are the last of a number, if not `wide`; more
 * stand anywhere in one.
 * @param {string} digits
 * @param {boolean} [wide]
 * @returns {TestSource}
 */
const numberTest = (digits, wide) => {
  const { length } = digits;
  const lastDigits = length === 4 && !wide;
  const start = length > 3 ? "" : "(?<![0-9])";
  const end = length > 3 && !lastDigits ? "" : "(?![0-9])";
  return { word: digits, number: true, lastDigits, pattern: start + digits + end };
};

/**
 * @param {string} token a run, or a piece of a word
 * @param {boolean} [wide]
 * @param {boolean} [unfinished]
 * @returns {TestSource}
 */
const testOf = (token, wide, unfinished) => {
  if (IS_RUN.test(token)) return { word: token, run: [...token], pattern: token };
  if (IS_NUMBER.test(token)) return numberTest(token, wide);
  const begins = unfinished && wide;
  return {
    word: token,
    unfinished,
    begins,
    stem: IS_ENGLISH.test(token) && stem(token),
    pattern: WORD_START + token + (begins ? "" : WORD_END)
  };
};

/** @param {string} token @returns {string[]} */
const unitsOf = (token) =>
  IS_RUN.test(token) ? [token] : piecesOf(token).map(([, piece]) => piece);

/**
 * What a token's pieces look like in a text, side by side.
 * @param {string} token
 */
const patternOf = (token) =>
  IS_RUN.test(token) ? token : WORD_START + unitsOf(token).join("[^\\p{L}\\p{N}]+") + WORD_END;

/**
 * The tests of a word or quotation: what is joined in it must stand side by side.
 * @param {string} text
 * @param {TestOptions} options
 * @returns {WordTest[]}
 */
export const testsOf = (text, { exact, unfinished, wide }) => {
  const tokens = foldText(text).match(TOKEN) || [];
  const units = tokens.flatMap(unitsOf);
  const whole =
    exact || units.length > tokens.length
      ? new RegExp(tokens.map(patternOf).join("[^\\p{L}\\p{N}]*"), "u")
      : undefined;
  return units.map((unit, i) => {
    const test = testOf(unit, wide || exact, unfinished && i === units.length - 1);
    const stems = test.stem && !exact ? [test.stem] : [];
    return { ...test, stems, pattern: new RegExp(test.pattern, "gu"), exact, whole };
  });
};

/**
 * The tests of a query of words alone, the last of which may not be typed to its end.
 * @param {string} text
 * @param {boolean} wide
 */
export const wordsOf = (text, wide) =>
  text
    .slice(0, 500)
    .trim()
    .split(/\s+/)
    .slice(0, 30)
    .flatMap((word, i, all) =>
      testsOf(word, { unfinished: i === all.length - 1 && !/\s$/.test(text), wide })
    );
