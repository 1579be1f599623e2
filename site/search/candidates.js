/**
 * What the index tells of a query's tests: the lists of postings that say which cases may meet them.
 * @import {Gathered, PostingList, Span, WordTest} from "../types"
 */
import { meta } from "./files.js";
import { complete, lookup, lookupLastDigits, ranked } from "./postings.js";

/** Characters of the longest run that can be a key. */
const LONGEST = 5;
/** Candidates up to which reading their texts costs less than asking the index for more. */
const FEW = 12;

/**
 * Parts of a test that are keys in any case: of a run its first and last two characters and of a
 * long one those in the middle, of a number its last and middle four digits, of a word all.
 * @param {WordTest} test
 * @returns {Span[]}
 */
const spansOf = ({ run, word, number }) => {
  const { length } = run || word;
  const size = run ? 2 : number ? 4 : length;
  const last = length - size;
  if (last < 1) return [[0, length]];
  /** @type {Span[]} */
  const spans = [
    [last, size],
    [last >> 1, size]
  ];
  return number ? spans : [[0, 2], ...spans.slice(0, length > LONGEST ? 2 : 1)];
};

/**
 * @param {WordTest} test
 * @param {Span} span
 */
const keyOf = ({ run, word, number, stem }, [from, size]) => {
  if (run) return run.slice(from, from + size).join("");
  return number ? word.slice(from, from + size) : stem || word;
};

/**
 * Keys that whatever meets the test has.
 * @param {WordTest} test
 */
export const keysOf = (test) => spansOf(test).map((span) => keyOf(test, span));

/**
 * What the index tells of one test, and how to ask for more of it.
 * @param {WordTest} test
 * @param {boolean} inParts a run is not asked for as a whole
 */
const probe = (test, inParts) => {
  const { length } = test.run || test.word;
  // A run is one key only where its own parts are common: there may be none, which says nothing.
  const certain = !test.run || length < 3;
  const longest = test.run ? (inParts ? 2 : LONGEST) : test.number ? 4 : length;
  const whole = length <= longest && String([0, length]);
  /** @type {Map<string, PostingList>} */
  const known = new Map();
  /** @param {Span[]} spans */
  const ask = (spans) =>
    Promise.all(
      spans.map(async (span) => {
        const list = await (test.lastDigits ? lookupLastDigits : lookup)(keyOf(test, span));
        known.set(String(span), list);
      })
    );
  /** The list that says all of the test, if there is one. */
  const only = () => {
    const list = known.get(String(whole));
    return list && (list.count || certain) ? list : null;
  };
  /** @param {number} from @param {number} size */
  const isCommon = (from, size) => (known.get(String([from, size]))?.count || 0) > meta.common;
  /**
   * The longest parts whose own parts are common, else some that were not asked for.
   * @returns {Span[]}
   */
  const next = () => {
    for (let size = test.run && !only() ? Math.min(length, LONGEST) : 0; size > 1; size--) {
      /** @type {Span[]} */
      const found = [];
      for (let from = 0; from + size <= length; from++) {
        const asked = known.has(String([from, size]));
        const isKey = size === 2 || (isCommon(from, size - 1) && isCommon(from + 1, size - 1));
        if (!asked && isKey) found.push([from, size]);
      }
      if (found.length) return found.slice(0, 3);
    }
    return test.number && length > 4 && !known.has("0,4") ? [[0, 4]] : [];
  };
  return {
    only,
    lists: () => {
      const list = only();
      if (list) return [list];
      return [...known].filter(([span]) => span !== whole).map(([, part]) => part);
    },
    first: () => ask(whole ? [...spansOf(test), [0, length]] : spansOf(test)),
    more: async () => {
      const spans = next();
      await ask(spans);
      return spans.length > 0;
    }
  };
};

/**
 * What the index tells of all tests: more is asked as long as texts would cost more.
 * @param {WordTest[]} tests
 * @param {boolean} inParts runs are not asked for as a whole
 * @returns {Promise<Gathered>}
 */
export const gather = async (tests, inParts) => {
  const probes = tests.map((test) => probe(test, inParts));
  const lists = () => [...new Set(probes.flatMap((one) => one.lists()))];
  const isVague = () =>
    lists().every((list) => !list.complete) || ranked(lists(), { unsorted: true }).length > FEW;
  const more = async () => {
    if ((await Promise.all(probes.map((one) => one.more()))).some(Boolean)) return true;
    const long = lists().filter((list) => !list.complete && list.count < meta.documents / 2);
    await Promise.all(long.map(complete));
    return long.length > 0;
  };
  await Promise.all(probes.map((one) => one.first()));
  const alone = tests.length === 1;
  const only = alone ? probes[0].only() : null;
  for (let i = 0; i < 3 && alone && !only && isVague() && (await probes[0].more()); i++);
  const rest = lists()
    .filter((list) => !list.complete)
    .sort((a, b) => a.count - b.count);
  // A rest has about a fifth of a byte for each case, the text of a case that lacks it 1,300 bytes.
  /** @param {PostingList} list @param {number} i */
  const pays = ({ count }, i) =>
    count * count < 65000 * (meta.documents - count) || (!i && rest.length === lists().length);
  if (!alone && rest.length && isVague()) await Promise.all(rest.filter(pays).map(complete));
  return { lists, only, more: only || !isVague() ? null : more };
};
