/**
 * From a query's tree to cases in order: documents that may fit, checked on their own texts.
 * @import {Candidates, CaseText, FacetCounts, Found, PostingList, QueryNode, WordTest} from "../types"
 */
import { gather, keysOf } from "../search/candidates.js";
import { meta } from "../search/files.js";
import { check } from "../search/find.js";
import { fits } from "../search/matching.js";
import { complete, lookup, ranked } from "../search/postings.js";
import { testsOf } from "../search/word_tests.js";
import { documentsOf, valuesOf } from "./facets.js";
import { FACETS } from "./fields.js";
import { every, parse } from "./query_tree.js";
import { widen } from "./widen.js";

/** Candidates whose texts are read for cases that have one word of several, or most of a run. */
const DEEPEST_WORDS = 200;
const DEEPEST_PAIRS = 60;

const everyDocument = () => [...Array(meta.documents).keys()];

/**
 * All postings of what the tests ask for.
 * @param {WordTest[]} tests
 * @returns {Promise<PostingList[]>}
 */
const listsOf = async (tests) => {
  await widen(tests.filter((test) => test.begins || test.fuzzy));
  const lists = await Promise.all(
    tests.map((test) => test.lists || Promise.all(keysOf(test).slice(0, 3).map(lookup)))
  );
  await Promise.all(lists.flat().map(complete));
  return lists.flat();
};

/**
 * The documents that may fit a node, and whether they are sure to.
 * @param {QueryNode | null} node documents of its facets are noted in it
 * @param {PostingList[]} lists to which those are added that documents are ranked by
 * @returns {Promise<Candidates>}
 */
const candidatesOf = async (node, lists) => {
  if (!node || node.kind === "case") return { documents: new Set(everyDocument()), sure: !node };
  if (node.kind === "facet") {
    node.documents = await documentsOf(node);
    return { documents: node.documents, sure: true };
  }
  if (node.kind === "tests") {
    const some = await listsOf(node.tests);
    lists.push(...some);
    return { documents: new Set(ranked(some, { unsorted: true })), sure: false };
  }
  if (node.kind === "not") {
    const { documents, sure } = await candidatesOf(node.node, []);
    const others = everyDocument().filter((document) => !sure || !documents.has(document));
    return { documents: new Set(others), sure };
  }
  const parts = await Promise.all(node.nodes.map((part) => candidatesOf(part, lists)));
  const sure = parts.every((part) => part.sure);
  const sets = parts.map((part) => part.documents);
  if (node.kind === "any") return { documents: new Set(sets.flatMap((set) => [...set])), sure };
  const [first, ...others] = sets.sort((a, b) => a.size - b.size);
  const documents = [...first].filter((document) => others.every((other) => other.has(document)));
  return { documents: new Set(documents), sure };
};

/**
 * Whether a case, or the field that the test is about, fits a test.
 * @param {CaseText} case_
 * @param {WordTest} test
 */
const fitsField = (case_, test) => {
  if (!test.field) return fits(case_, test);
  const { about, texts } = case_;
  if (texts.some((part) => part.name === test.field && fits(part, test))) return true;
  return test.field === "id" && fits({ text: about.id }, test);
};

/**
 * Whether a case fits a node.
 * @param {QueryNode | null} node
 * @param {CaseText} case_
 * @param {number} document
 * @returns {boolean}
 */
const fitsNode = (node, case_, document) => {
  switch (node?.kind) {
    case "tests":
      return node.tests.every((test) => fitsField(case_, test));
    case "facet":
      return node.documents?.has(document) ?? false;
    case "case":
      return node.accepts(case_);
    case "not":
      return !fitsNode(node.node, case_, document);
    case "any":
      return node.nodes.some((part) => fitsNode(part, case_, document));
    case "all":
      return node.nodes.every((part) => fitsNode(part, case_, document));
    default:
      return true;
  }
};

/**
 * The tests that a case must meet or may meet: what is marked in it.
 * @param {QueryNode | null} node
 * @returns {WordTest[]}
 */
const testsIn = (node) => {
  if (node?.kind === "tests") return node.tests;
  return node && "nodes" in node ? node.nodes.flatMap(testsIn) : [];
};

/**
 * The query with any of its words in place of all; null where it has not several.
 * @param {QueryNode} node
 */
const loosened = (node) => {
  if (node.kind !== "all") return null;
  const words = node.nodes.filter((part) => part.kind === "tests");
  const others = node.nodes.filter((part) => part.kind !== "tests");
  return words.length > 1 ? every([{ kind: "any", nodes: words }, ...others]) : null;
};

/**
 * Cases that fit a query; where none does, those that have some of its words.
 * @param {string} text
 * @param {number} limit
 * @param {boolean} wide
 * @returns {Promise<Found>}
 */
export const find = async (text, limit, wide) => {
  const tree = parse(text, wide);
  const tests = testsIn(tree);
  if (!tree) return { hits: [], tests, total: 0, exact: true };
  /** @param {QueryNode} node */
  const ask = async (node) => {
    /** @type {PostingList[]} */
    const lists = [];
    if (wide) await widen(tests);
    const { documents, sure } = await candidatesOf(node, lists);
    const order = ranked(lists, { any: true }).filter((document) => documents.has(document));
    const known = new Set(order);
    const others = [...documents].filter((one) => !known.has(one)).sort((a, b) => b - a);
    const { hits, rest } = await check([...order, ...others], limit, (case_, document) =>
      fitsNode(node, case_, document)
    );
    return { hits, tests, total: sure ? documents.size : hits.length + rest, exact: sure || !rest };
  };
  const found = await ask(tree);
  const other = found.hits.length ? null : loosened(tree);
  const answer = other ? await ask(other) : found;
  const near = tests.filter((test) => test.near).map((test) => test.word);
  return { ...answer, loose: other !== null && answer.hits.length > 0, near };
};

/**
 * What a query's cases can be divided by: the values of each facet, the commonest first.
 * @param {string} text
 * @returns {Promise<FacetCounts[]>}
 */
export const countFacets = async (text) => {
  const [{ documents }, ...values] = await Promise.all([
    candidatesOf(parse(text, false), []),
    ...FACETS.map(valuesOf)
  ]);
  return FACETS.map((facet, i) => {
    const rows = values[i].map(([value, all]) => {
      const count = all().filter((document) => documents.has(document)).length;
      return /** @type {[string, number]} */ ([value, count]);
    });
    return [facet, rows.filter(([, count]) => count).sort((a, b) => b[1] - a[1])];
  });
};

/**
 * Where no case has all words: those that have some of them, else most of the pairs of their runs.
 * @param {WordTest[]} tests
 * @param {number} limit
 * @returns {Promise<Found | null>}
 */
export const loosen = async (tests, limit) => {
  /** @param {WordTest[]} some @param {number} least @param {number} deepest */
  const any = async (some, least, deepest) => {
    const { lists } = await gather(
      some.filter((test) => !test.lists),
      true
    );
    const all = [...lists(), ...some.flatMap((test) => test.lists || [])];
    const candidates = ranked(all, { any: true }).slice(0, deepest);
    const { hits, rest } = await check(
      candidates,
      limit,
      (case_) => some.filter((test) => fits(case_, test)).length >= least
    );
    if (!hits.length) return null;
    return { hits, tests: some, total: hits.length + rest, exact: !rest, loose: true };
  };
  const found = tests.length > 1 ? await any(tests, 1, DEEPEST_WORDS) : null;
  if (found) return found;
  const runs = tests.flatMap(({ run }) => (run && run.length > 2 ? [run] : []));
  const pairs = runs.flatMap((run) =>
    run.slice(1).flatMap((sign, i) => testsOf(run[i] + sign, {}))
  );
  return pairs.length ? any(pairs, pairs.length / 2, DEEPEST_PAIRS) : null;
};
