/**
 * Makes tests wider: words that begin so, and where there are none, words that differ in a letter or
 * two. The index's lexicon tells which there are.
 * @import {PostingList, WordTest} from "../types"
 */
import { IS_ENGLISH, WORD_END, WORD_START } from "../search/analysis.js";
import { fileOf } from "../search/codes.js";
import { load, meta } from "../search/files.js";
import { complete, lookup } from "../search/postings.js";
import { stem } from "../search/stem.js";

/** Words that are asked for in place of one. */
const MOST_WORDS = 12;

/**
 * Words of the index, as far as loaded, and how many cases have each.
 * @type {Map<string, number>}
 */
const lexicon = new Map();

self.kbX = (rows) => {
  for (const row of rows.split("\n")) {
    const [word, count] = row.split(" ");
    lexicon.set(word, Number(count));
  }
};

/**
 * Words of the index, those that begin as this one among them, the commonest first.
 * @param {string} word
 */
const wordsLike = async (word) => {
  const beginning = [...word].slice(0, 3).join("");
  const file = fileOf(beginning, Math.max(1, meta.shards / 16));
  await load(`search/x/${file.toString(16)}.js`);
  return [...lexicon].sort((a, b) => b[1] - a[1]).map(([known]) => known);
};

/**
 * Whether at most so many letters must be put in, left out, replaced or exchanged with the next
 * (Damerau's distance, restricted) to make one word the other.
 * @param {string} a
 * @param {string} b
 * @param {number} most
 */
const isNear = (a, b, most) => {
  /** @type {number[]} */
  let before = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + Number(a[i - 1] !== b[j - 1]);
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], before[j - 2] + 1);
      }
    }
    [before, last] = [last, row];
    if (Math.min(...row) > most) return false;
  }
  return last[b.length] <= most;
};

/** @param {string} word */
const keyOfWord = (word) => (IS_ENGLISH.test(word) ? stem(word) : word);

/**
 * The documents that have any of the words, each with its best weight, as one list.
 * @param {string[]} words
 * @returns {Promise<PostingList>}
 */
const listOfAny = async (words) => {
  const keys = [...new Set(words.map(keyOfWord))].slice(0, MOST_WORDS);
  const lists = await Promise.all(keys.map(lookup));
  await Promise.all(lists.map(complete));
  /** @type {Map<number, number>} */
  const best = new Map();
  for (const posting of lists.flatMap((list) => list.postings)) {
    const document = posting >> 2;
    best.set(document, Math.max(posting, best.get(document) ?? 0));
  }
  const count = Math.max(best.size, ...lists.map((list) => list.count));
  return { key: "", postings: [...best.values()], complete: true, count };
};

/** @param {WordTest} test */
const widenOne = async (test) => {
  if (test.run || test.number || test.exact) return;
  const { word, begins, fuzzy } = test;
  const own = await lookup(keyOfWord(word));
  const isKnown = own.postings.length > 0;
  if (!begins && !fuzzy && isKnown) return;
  const known = word.length > 2 ? await wordsLike(word) : [];
  const longer = begins ? known.filter((one) => one.startsWith(word)) : [];
  const most = word.length < 8 ? 1 : 2;
  const mayBeNear = !longer.length && !isKnown && test.stem && word.length > 3;
  const near = mayBeNear ? known.filter((one) => isNear(one, word, most)) : [];
  if (near.length && fuzzy) {
    test.stem = "";
    test.stems = [];
    test.pattern = new RegExp(`${WORD_START}(?:${near.join("|")})${WORD_END}`, "gu");
  } else if (near.length) {
    test.near = true;
    test.stems = [...test.stems, ...near.map(keyOfWord)];
  }
  test.lists = [await listOfAny([word, ...longer, ...near])];
};

/**
 * Lets words be met by longer or near ones, and gives them their lists.
 * @param {WordTest[]} tests changed in place
 */
export const widen = (tests) => Promise.all(tests.map(widenOne));
