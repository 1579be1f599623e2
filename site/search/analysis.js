/**
 * Text to terms as kb/search/analysis has it: tests/search/spec/terms.jsonl holds both to one table.
 * @import {Folded} from "../types"
 */

/** Characters of scripts that put no space between words: a class's inside. */
const RUN_SIGNS =
  "⺀-\\u2fdf々-〇〡-〩〱-〵〸-〼" +
  "ぁ-ゖ\\u3099\\u309aゝ-ゟァ-ヺー-ヿㇰ-ㇿ" +
  "ㄅ-ㄯㆠ-ㆿ㐀-䶿一-鿿豈-﫿𠀀-\\u{3ffff}" +
  "ᄀ-ᇿꀀ-꓏가-\\ud7ff" +
  "ก-\\u0e4eກ-\\u0ecdက-ဿក-\\u17d3";
/** A mark that belongs to the letter before it. */
const MARK = "(?=[\\u0300-\\u0d4d\\u1ab0-\\u1dff\\u20d0-\\u20f0\\ufe20-\\ufe2f])\\p{M}";
/** A letter or digit of a word. */
const LETTER = `(?:(?![${RUN_SIGNS}])[\\p{L}\\p{N}])`;
export const WORD_START = `(?<!${LETTER})`;
export const WORD_END = `(?!${LETTER})`;
const PIECE = `${LETTER}+(?:(?:'|${MARK})+${LETTER}+)*(?:${MARK})*`;
/** A run, or pieces of words joined by signs as in `2.3.1` and `a@b.cn`. */
export const TOKEN = new RegExp(
  `[${RUN_SIGNS}]+|${PIECE}(?:[._\\-@/:#+~%&=?\\\\]{1,3}${PIECE})*`,
  "gu"
);
const PIECES = new RegExp(PIECE, "gu");
export const IS_RUN = new RegExp(`^[${RUN_SIGNS}]`, "u");
export const IS_NUMBER = /^[0-9]+$/;
export const IS_ENGLISH = /^[a-z]+(?:'[a-z]+)*$/;
export const ENGLISH_WORDS = /[a-z]+(?:'[a-z]+)*/g;

/** What Unicode calls ignorable, but for what is not assigned and for signs of shorthand and music. */
const INVISIBLE = /\p{DI}(?<![\ufff0-\ufff8\u{1bca0}-\u{1d17a}])/gu;
/** What joins the character before it when text is normalised: a class's inside. */
const JOINING = "\\p{M}\\p{Cf}\\uff9e\\uff9f\\u1160-\\u11ff\\u314f-\\u318e\\uffc2-\\uffdc";
const JOINS = new RegExp(`[${JOINING}]`, "u");
const CLUSTER = new RegExp(`[^${JOINING}][${JOINING}]*|[^]`, "gu");
/**
 * Traditional characters and the simplified one of each, as far as the index's files have told.
 * @type {Map<string, string>}
 */
export const simplified = new Map();

/**
 * The folded text: case, width, accents' composition and traditional characters are one.
 * @param {string} text
 * @returns {string}
 */
export const foldText = (text) =>
  text
    .replace(/[\u2018\u2019\u02bc]|([\u2026\u00a0])/g, (_, space) => (space ? " " : "'"))
    .replace(INVISIBLE, "")
    .normalize("NFKC")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/ς/g, "σ")
    .normalize("NFKC")
    .replace(/[\u2e80-\u9fff\u{20000}-\u{3ffff}]/gu, (sign) => simplified.get(sign) || sign);

/**
 * The folded text, and where its characters stand in the original.
 * @param {string} text
 * @returns {Folded}
 */
export const fold = (text) => {
  const folded = foldText(text);
  if (folded.length === text.length && !JOINS.test(text)) {
    return { text: folded, from: (i) => i, to: (i) => i };
  }
  /** @type {number[]} */
  const starts = [];
  /** @type {number[]} */
  const ends = [];
  let whole = "";
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const part = foldText(cluster);
    const signs = [...cluster];
    const each = signs.map(foldText);
    const steps =
      [...part].join() === each.join()
        ? signs.map((sign, i) => [sign, each[i]])
        : [[cluster, part]];
    let at = index;
    for (const [sign, one] of steps) {
      for (let i = one.length; i--; ) {
        starts.push(at);
        ends.push(at + sign.length);
      }
      at += sign.length;
    }
    whole += part;
  }
  return { text: whole, from: (i) => starts[i], to: (i) => ends[i - 1] };
};

/**
 * Parts of a piece that are terms too: of `camelCase` its words, of `abc123` letters and digits.
 * @param {string} piece folded
 * @param {string} written as it stands in the text
 * @returns {string[]}
 */
export const partsOf = (piece, written) => {
  const found = /^[!-~]*(?:[a-z][A-Z]|[A-Z]{2}[a-z])[!-~]*$/.test(written)
    ? [...written.matchAll(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g)].map(({ 0: part, index }) =>
        piece.slice(index, index + part.length)
      )
    : piece.match(/[0-9]+|[^0-9]+/g) || [];
  return found.length > 1 && found.length < 5
    ? found
    : found.filter((part) => part !== piece && part.length > 3 && IS_NUMBER.test(part));
};

/**
 * The pieces of a token, of at most 64 characters each, with their places.
 * @param {string} token
 * @returns {[number, string][]}
 */
export const piecesOf = (token) => {
  /** @type {[number, string][]} */
  const found = [];
  for (const match of token.matchAll(PIECES)) {
    const signs = [...match[0]];
    let at = match.index;
    for (let i = 0; i < signs.length; i += 64) {
      const piece = signs.slice(i, i + 64).join("");
      found.push([at, piece]);
      at += piece.length;
    }
  }
  return found;
};
