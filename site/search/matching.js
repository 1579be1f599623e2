/**
 * Whether a test is met by a case or by one of its texts: the index only tells candidates.
 * @import {Searched, WordTest} from "../types"
 */
import { ENGLISH_WORDS, foldText, IS_ENGLISH, partsOf } from "./analysis.js";
import { load, meta } from "./files.js";
import { stem } from "./stem.js";

/** The characters of GB 2312, which has no traditional ones but those in `meta.inside`. */
const GB2312 = new Set(
  new TextDecoder("gb2312").decode(
    Uint8Array.from({ length: 72 * 188 }, (_, i) =>
      i & 1 ? 0xa1 + ((i >> 1) % 94) : 0xb0 + i / 188
    )
  )
);

/**
 * Loads what the traditional characters of a query are folded to.
 * @param {string} text
 */
export const loadFolding = (text) => {
  const traditional = [...text].filter(
    (sign) => /\p{Script=Han}/u.test(sign) && (!GB2312.has(sign) || meta.inside.includes(sign))
  );
  return Promise.all(
    traditional.map((sign) => {
      const file = /** @type {number} */ (sign.codePointAt(0)) % 16;
      return load(`search/f/${file.toString(16)}.js`);
    })
  );
};

/** @param {Searched} part */
const foldedText = (part) => {
  part.folded ??= foldText(part.text);
  return part.folded;
};

/** @param {Searched} part */
const stemsIn = (part) => {
  part.stems ??= new Set((foldedText(part).match(ENGLISH_WORDS) || []).map(stem));
  return part.stems;
};

const CAMEL_CASE = /(?<![A-Za-z0-9])[A-Za-z0-9]*(?:[a-z][A-Z]|[A-Z]{2}[a-z])[A-Za-z0-9]*/g;

/**
 * Whether a word is a part of one in camel case, which the folded text no longer shows.
 * @param {Searched} part
 * @param {WordTest} test
 */
const isInCamel = (part, { run, number, word, stem: wanted }) => {
  if (run || number) return false;
  /** @param {string} one */
  const isWanted = (one) =>
    one === word || (wanted && IS_ENGLISH.test(one) && stem(one) === wanted);
  return (part.texts || [part]).some(({ text }) =>
    (text.match(CAMEL_CASE) || []).some((written) =>
      partsOf(written.toLowerCase(), written).some(isWanted)
    )
  );
};

/**
 * Whether a case, or a part of its text, has what a test asks for.
 * @param {Searched} part
 * @param {WordTest} test
 */
export const fits = (part, test) => {
  const text = foldedText(part);
  const found =
    text.search(test.pattern) >= 0 ||
    test.stems.some((one) => stemsIn(part).has(one)) ||
    isInCamel(part, test);
  return found && (!test.whole || test.whole.test(text));
};
