/** Codes of keys as kb/publish/browser_index/keys.py has them, and the file that holds a key. */
import { IS_RUN } from "./analysis.js";

export const CODES = 2 ** 30;

/**
 * 28 bits of a hash, and two that tell how long a run is.
 * @param {string} key
 */
export const codeOf = (key) => {
  const signs = [...key];
  let hash = 0x811c9dc5;
  for (const sign of signs) {
    hash = Math.imul(hash ^ /** @type {number} */ (sign.codePointAt(0)), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  const kind = IS_RUN.test(key) ? Math.max(0, signs.length - 2) : 0;
  return ((hash ^ (hash >>> 13)) >>> 4) * 4 + kind;
};

/**
 * Which of so many files holds a key: a code's first bits.
 * @param {string} key
 * @param {number} files
 */
export const fileOf = (key, files) => Math.floor((codeOf(key) * files) / CODES);
