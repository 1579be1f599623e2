/**
 * Loads the index's files, each a call of kbD, kbF, kbT, kbL, kbA or kbX (site/data.js); page and
 * worker differ in how they load it.
 * @import {CaseText, IndexMeta} from "../types"
 */
import { simplified } from "./analysis.js";

/**
 * What the page says of the index, and how a file is loaded: set once, before anything is asked.
 * @type {IndexMeta}
 */
export const meta = /** @type {any} */ ({});

/**
 * The cases loaded so far, by their documents' numbers.
 * @type {Map<number, CaseText>}
 */
export const cases = new Map();

/** @type {Map<string, Promise<unknown>>} */
const loading = new Map();

/**
 * Loads a file once; one that did not come is asked for again the next time.
 * @param {string} path
 */
export const load = (path) => {
  if (!loading.has(path)) {
    const forget = (/** @type {unknown} */ error) => {
      loading.delete(path);
      throw error;
    };
    loading.set(path, meta.load(path).catch(forget));
  }
  return loading.get(path);
};

/**
 * @param {string} folder
 * @param {number} number
 */
export const pathOf = (folder, number) =>
  `search/${folder}/${(number >> 8).toString(16)}/${(number & 255).toString(16)}.js`;

/**
 * @param {number} document
 * @returns {Promise<CaseText>}
 */
export const loadCase = async (document) => {
  await load(pathOf("d", document));
  return /** @type {CaseText} */ (cases.get(document));
};

/**
 * Learns traditional characters and what they are folded to, one under the other.
 * @param {string} from
 * @param {string} to
 */
const learnFolding = (from = "", to = "") => {
  const target = [...to];
  [...from].forEach((sign, i) => {
    simplified.set(sign, target[i]);
  });
};

self.kbD = (document, row, from, to) => {
  learnFolding(from, to);
  const [id, url, date, status, station, , engineers, flat] = row;
  const texts = [];
  let all = id;
  for (let i = 0; i < flat.length; i += 3) {
    const [name, label, text] = flat.slice(i, i + 3);
    texts.push({ name, label, text });
    const head = name === "turn" ? `${label}\n` : "";
    all += `\n${head}${text}`;
  }
  cases.set(document, { about: { id, url, date, status, station, engineers }, text: all, texts });
};
self.kbF = (_file, from, to) => learnFolding(from, to);
