/**
 * Reads postings as kb/publish/browser_index/codec.py writes them: a stream of bits, six to a sign of
 * base64. A posting is `document * 4 + weight`, the weight 0 to 3.
 * @import {BitReader, KeyPostings} from "../types"
 */

/**
 * Reads one number after the other.
 * @param {string} signs
 * @returns {BitReader}
 */
export const bitReader = (signs) => {
  const bytes = atob(signs.padEnd(Math.ceil(signs.length / 4) * 4, "A"));
  let at = 0;
  const bit = () => (bytes.charCodeAt(at >> 3) >> (7 - (at++ & 7))) & 1;
  /** @param {number} count @param {number} value what the bits before these gave */
  const bits = (count, value = 0) => {
    while (count--) value = value * 2 + bit();
    return value;
  };
  const gamma = () => {
    let zeros = 0;
    while (!bit()) zeros++;
    return bits(zeros, 1);
  };
  /** @param {number} low */
  const rice = (low) => {
    let ones = 0;
    while (ones < 12 && bit()) ones++;
    return ones < 12 ? bits(low, ones) : bits(30);
  };
  return { bit, gamma, rice };
};

/**
 * How many bits of a gap Rice's code writes as they are, where `count` numbers lie in `span`.
 * @param {number} span
 * @param {number} count
 */
const lowBits = (span, count) => Math.max(0, 31 - Math.clz32((span * 7) / (10 * count)));

/**
 * Reads `count` documents, ascending, and adds their postings to `postings`.
 * @param {BitReader} reader
 * @param {number} span
 * @param {number} count
 * @param {number[]} postings
 * @param {number} weight
 * @returns {number[]} `postings`
 */
export const readPostings = (reader, span, count, postings = [], weight = 0) => {
  const low = lowBits(span, count);
  for (let document = -1; count--; postings.push(document * 4 + weight)) {
    document += 1 + reader.rice(low);
  }
  return postings;
};

/**
 * Reads a file: its keys, each with how many documents have it and those postings that stand here.
 * @param {string | undefined} signs
 * @param {number} span what the documents' numbers lie in
 * @param {number} keys what the keys' numbers lie in
 * @param {number} most how many postings of a key stand here at most
 */
export const readKeys = (signs, span, keys, most) => {
  /** @type {Map<number, KeyPostings>} */
  const found = new Map();
  if (!signs) return found;
  const reader = bitReader(signs);
  const size = reader.gamma() - 1;
  for (let i = 0, key = -1; i < size; i++) {
    key += 1 + reader.rice(lowBits(keys, size));
    const count = reader.gamma();
    /** @type {number[]} */
    const postings = [];
    const sizes = reader.bit() ? [3, 2, 1].map(() => reader.gamma() - 1) : [];
    let rest = Math.min(count, most);
    sizes.forEach((some, heavier) => {
      readPostings(reader, span, some, postings, 3 - heavier);
      rest -= some;
    });
    readPostings(reader, span, rest, postings);
    found.set(key, { count, postings });
  }
  return found;
};
