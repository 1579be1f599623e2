/**
 * From a query to cases in order: candidates of the index, checked on their own texts.
 * @import {AdvancedSearch, CaseText, Found, WordTest} from "../types"
 */
import { gather } from "./candidates.js";
import { load, loadCase } from "./files.js";
import { fits, loadFolding } from "./matching.js";
import { complete, ranked } from "./postings.js";
import { wordsOf } from "./word_tests.js";

/** What only advanced.js understands: quotes, brackets, fields, wildcards, OR, -without. */
const SYNTAX = /["“”「」『』＂()（）|｜*＊~～:：]|(?:^|\s)(?:OR(?=\s|$)|[-－﹣−](?=\S))/;

/** @returns {Promise<AdvancedSearch>} */
export const advanced = async () => {
  await load("assets/advanced.js");
  return self.kbAdvanced;
};

/**
 * The first `limit` cases that are accepted, their texts loaded, and how many more candidates there
 * are. Where not all of the first few are accepted, `better` gives better candidates or null.
 * @param {number[]} candidates
 * @param {number} limit
 * @param {(found: CaseText, document: number) => boolean} accepts
 * @param {(() => Promise<number[] | null>) | null} [better]
 */
export const check = async (candidates, limit, accepts, better) => {
  /** @type {CaseText[]} */
  const hits = [];
  const seen = new Set();
  let batch = better ? 4 : limit;
  while (hits.length < limit && candidates.length && seen.size < 20 * limit + 10) {
    const some = candidates.slice(0, Math.min(batch, limit - hits.length));
    const loaded = await Promise.all(some.map(loadCase));
    const accepted = loaded.filter((one, i) => accepts(one, some[i]));
    hits.push(...accepted);
    for (const document of some) seen.add(document);
    candidates = candidates.slice(some.length);
    if (accepted.length > some.length / 2) batch = limit;
    else if (better && candidates.length > 3) {
      const others = await better();
      if (others) candidates = others.filter((document) => !seen.has(document));
      else {
        better = null;
        batch = limit;
      }
    }
  }
  return { hits, rest: candidates.length };
};

/**
 * Cases that have all of the words; where none has, some of them or most of a run.
 * @param {string} text
 * @param {number} limit
 * @param {boolean} wide beginnings and near words too
 * @returns {Promise<Found>}
 */
const findWords = async (text, limit, wide) => {
  const tests = wordsOf(text, wide);
  if (!tests.length) return { hits: [], tests, total: 0, exact: true };
  if (wide) await (await advanced()).widen(tests);
  const plain = tests.filter((test) => !test.lists);
  const widened = tests.flatMap((test) => test.lists || []);
  /** @param {boolean} inParts */
  const ask = async (inParts) => {
    const { lists, only, more } = await gather(plain, inParts);
    const alone = tests.length === 1 ? only : null;
    if (alone && limit > alone.postings.length) await complete(alone);
    const best = () => ranked([...lists(), ...widened]);
    const better = more && (async () => ((await more()) ? best() : null));
    /** @param {CaseText} found */
    const accepts = (found) => tests.every((test) => fits(found, test));
    return { alone, ...(await check(best(), limit, accepts, better)) };
  };
  /** @param {WordTest} test */
  const isLongRun = ({ run }) => run && run.length > 2;
  let { hits, rest, alone } = await ask(false);
  if (!hits.length && plain.some(isLongRun)) ({ hits, rest, alone } = await ask(true));
  const near = tests.filter((test) => test.near).map((test) => test.word);
  if (!hits.length && (tests.length > 1 || isLongRun(tests[0]))) {
    const some = await (await advanced()).loosen(tests, limit);
    if (some) return { ...some, near };
  }
  if (alone && !tests[0].whole) {
    return { hits, tests, total: Math.max(hits.length, alone.count), exact: true, near };
  }
  return { hits, tests, total: hits.length + rest, exact: !rest, near };
};

/**
 * @param {string} text
 * @param {number} limit
 * @param {boolean} [all] what is behind "more" too: numbers that have four digits inside, words that
 *   begin so
 * @returns {Promise<Found>}
 */
export const find = async (text, limit, all) => {
  await loadFolding(text);
  const ask = SYNTAX.test(text) ? (await advanced()).find : findWords;
  const found = await ask(text, limit, false);
  const { hits, tests, total, loose } = found;
  const unmet = !hits.length || loose;
  const wider = tests.some((test) => test.lastDigits || test.unfinished || (unmet && test.stem));
  if (!wider || !(unmet || (all && hits.length < limit))) {
    return { ...found, wider: wider && total <= hits.length };
  }
  const more = await ask(text, limit, true);
  if (unmet && (more.hits.length || !loose)) return more;
  const others = more.hits.filter((hit) => !hits.includes(hit));
  return {
    ...found,
    hits: [...hits, ...others].slice(0, limit),
    total: hits.length + others.length,
    tests: more.tests
  };
};
