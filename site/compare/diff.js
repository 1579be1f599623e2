/**
 * The difference of two lists of lines, by Myers' greedy algorithm: An O(ND) Difference Algorithm and
 * Its Variations (1986).
 * @import {DiffRow} from "../types"
 */

/** Lines that differ at most; beyond, the rest is shown as replaced. */
const MOST = 2000;

/** @typedef {Map<number, number>} Reach how far each diagonal was come */
/** @typedef {[number, number]} Pair places of a line that both lists have */

/**
 * Whether the path came to a diagonal by a line of the second list.
 * @param {Reach} reach
 * @param {number} diagonal
 * @param {number} edits
 */
const cameDown = (reach, diagonal, edits) =>
  diagonal === -edits ||
  (diagonal !== edits && (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1));

/**
 * The pairs on the way to (x, y), from what each step reached.
 * @param {Reach[]} trace
 * @param {number} x
 * @param {number} y
 */
const walkBack = (trace, x, y) => {
  /** @type {Pair[]} */
  const pairs = [];
  for (let edits = trace.length - 1; edits >= 0 && (x > 0 || y > 0); edits--) {
    const reach = trace[edits];
    const diagonal = x - y;
    const before = diagonal + (cameDown(reach, diagonal, edits) ? 1 : -1);
    const fromX = edits === 0 ? 0 : (reach.get(before) ?? 0);
    const fromY = edits === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY) pairs.push([--x, --y]);
    if (edits > 0) [x, y] = [fromX, fromY];
  }
  return pairs.reverse();
};

/**
 * @param {number[]} a
 * @param {number[]} b
 * @returns {Pair[]}
 */
const commonLines = (a, b) => {
  const most = Math.min(a.length + b.length, MOST);
  const trace = [];
  /** @type {Reach} */
  const reach = new Map([[1, 0]]);
  for (let edits = 0; edits <= most; edits++) {
    trace.push(new Map(reach));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = cameDown(reach, diagonal, edits)
        ? (reach.get(diagonal + 1) ?? 0)
        : (reach.get(diagonal - 1) ?? 0) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      reach.set(diagonal, x);
      if (x >= a.length && x - diagonal >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return [];
};

/**
 * Pairs of equal lines: the common beginning and end, and what is found between them.
 * @param {number[]} a
 * @param {number[]} b
 */
const pairsOf = (a, b) => {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  const shorter = Math.min(a.length, b.length) - head;
  let tail = 0;
  while (tail < shorter && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  /** @type {Pair[]} */
  const pairs = [];
  for (let i = 0; i < head; i++) pairs.push([i, i]);
  for (const [x, y] of commonLines(
    a.slice(head, a.length - tail),
    b.slice(head, b.length - tail)
  )) {
    pairs.push([x + head, y + head]);
  }
  for (let i = tail; i > 0; i--) pairs.push([a.length - i, b.length - i]);
  return pairs;
};

/**
 * The rows of a comparison: lines that both have side by side, between them what differs.
 * @param {number[]} a numbers of the lines of the older version
 * @param {number[]} b of the newer
 */
export const diffRows = (a, b) => {
  /** @type {DiffRow[]} */
  const rows = [];
  let [from, to] = [0, 0];
  for (const [x, y] of [...pairsOf(a, b), [a.length, b.length]]) {
    while (from < x || to < y) {
      rows.push({ from: from < x ? from++ : null, to: to < y ? to++ : null, same: false });
    }
    if (x < a.length || y < b.length) rows.push({ from: from++, to: to++, same: true });
  }
  return rows;
};
