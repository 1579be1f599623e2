/**
 * Postings of keys, read from the index's files: the best of a key stand in its shard, the others of
 * a key that many cases have in a file of rests.
 * @import {KeyPostings, PostingList} from "../types"
 */
import { readKeys } from "./codec.js";
import { CODES, codeOf, fileOf } from "./codes.js";
import { load, meta, pathOf } from "./files.js";

/** Files of rests: RESTS in kb/publish/browser_index/index_layout.py. */
const RESTS = 4096;
/** What each of the weights 0 to 3 adds to a case's score. */
const IMPACT = [1, 1.6, 2.6, 3];

/**
 * Files by folder and number: first their signs, once asked for their keys.
 * @type {Map<string, string | Map<number, KeyPostings>>}
 */
const files = new Map();
/** @type {Map<string, PostingList>} */
const lists = new Map();

self.kbT = (file, signs) => files.set(`t${file}`, signs);
self.kbL = (file, signs) => files.set(`l${file}`, signs);

/**
 * @param {string} folder
 * @param {string} key
 * @param {number} count how many files the folder has
 * @param {number} most how many postings of a key stand there at most
 */
const read = async (folder, key, count, most) => {
  const file = fileOf(key, count);
  const name = folder + file;
  if (!files.has(name)) await load(pathOf(folder, file));
  let keys = files.get(name);
  if (typeof keys !== "object") {
    keys = readKeys(keys, meta.span, CODES / count, most);
    files.set(name, keys);
  }
  return keys.get(codeOf(key) % (CODES / count)) || { count: 0, postings: [] };
};

/**
 * What is known of a key: how many documents have it, and the best of them or all.
 * @param {string} key
 * @returns {Promise<PostingList>}
 */
export const lookup = async (key) => {
  const { count, postings } = await read("t", key, meta.shards, meta.perShard);
  if (!lists.has(key)) {
    lists.set(key, { key, count, postings, complete: count === postings.length });
  }
  return /** @type {PostingList} */ (lists.get(key));
};

/**
 * Loads the rest of a list.
 * @param {PostingList} list
 */
export const complete = async (list) => {
  if (list.complete) return;
  const { postings } = await read("l", list.key, RESTS, Infinity);
  if (!list.complete) {
    list.postings = [
      ...list.postings,
      ...postings.filter((posting) => !list.lastDigits || posting & 2)
    ];
  }
  list.complete = true;
};

/**
 * Of four digits only numbers that end so. Those have the weights 2 and 3: where the shard has one
 * that is lighter, it has all of them.
 * @param {string} key
 * @returns {Promise<PostingList>}
 */
export const lookupLastDigits = async (key) => {
  const list = await lookup(key);
  const postings = list.postings.filter((posting) => posting & 2);
  const all = list.complete || postings.length < list.postings.length;
  return {
    key,
    postings,
    complete: all,
    count: all ? postings.length : list.count,
    lastDigits: true
  };
};

/**
 * Documents that stand in all lists that are complete, the best first.
 * @param {PostingList[]} some
 * @param {{any?: boolean, unsorted?: boolean}} options `any`: those that stand in one list too
 * @returns {number[]}
 */
export const ranked = (some, { any, unsorted } = {}) => {
  const scores = new Float32Array(meta.documents);
  const seen = new Uint8Array(meta.documents);
  /** @type {number[]} */
  const found = [];
  const required = any ? [] : some.filter((list) => list.complete);
  required.forEach((list, i) => {
    for (const posting of list.postings) if (seen[posting >> 2] === i) seen[posting >> 2]++;
  });
  for (const { count, postings } of some) {
    const rarity = Math.log(1 + (meta.documents - count + 0.5) / (count + 0.5));
    for (const posting of postings) {
      const document = posting >> 2;
      if (seen[document] < required.length) continue;
      if (!scores[document]) found.push(document);
      scores[document] += rarity * IMPACT[posting & 3];
    }
  }
  return unsorted ? found : found.sort((a, b) => scores[b] - scores[a] || b - a);
};
