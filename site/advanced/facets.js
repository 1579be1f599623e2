/**
 * What cases can be filtered by: the cases of each value, from the index's files.
 * @import {FacetNode} from "../types"
 */
import { bitReader, readPostings } from "../search/codec.js";
import { load, meta } from "../search/files.js";

/**
 * By facet and value signs of the documents that have it; of the facet "day" only how many there
 * are, for documents are numbered by their days.
 * @type {Map<string, Record<string, string | number>>}
 */
const facets = new Map();

self.kbA = (facet, rows) => facets.set(facet, rows);

/** @param {string} signs */
const readDocuments = (signs) => {
  const reader = bitReader(signs);
  const postings = readPostings(reader, meta.span, reader.gamma() - 1);
  return postings.map((posting) => posting >> 2);
};

/**
 * The values of a facet, each with the documents that have it.
 * @param {string} facet
 * @returns {Promise<[value: string, documents: () => number[]][]>}
 */
export const valuesOf = async (facet) => {
  await load(`search/a/${facet}.js`);
  let next = 0;
  return Object.entries(facets.get(facet) || {}).map(([value, row]) => {
    if (typeof row === "string") return [value, () => readDocuments(row)];
    const first = next;
    next += row;
    return [value, () => Array.from({ length: row }, (_, i) => first + i)];
  });
};

/**
 * The documents that have a value of those that the node accepts.
 * @param {FacetNode} node
 */
export const documentsOf = async ({ facet, accepts }) => {
  const values = await valuesOf(facet);
  return new Set(values.flatMap(([value, documents]) => (accepts(value) ? documents() : [])));
};
