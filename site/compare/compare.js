/**
 * The page of a page's versions: any two of them side by side; which two stands in the URL.
 * assets/compare.js is made from here.
 * @import {DiffRow} from "../types"
 */
import { loadData } from "../script.js";
import { diffRows } from "./diff.js";

/** Equal lines that are shown before and after one that differs. */
const AROUND = 3;

/** @type {string[]} */
let lines = [];
/**
 * The numbers of each version's lines.
 * @type {Map<string, number[]>}
 */
const versions = new Map();

self.kbV = (all, rows) => {
  lines = all;
  /** @type {number[]} */
  let before = [];
  for (const [version, steps] of rows) {
    before = steps.flatMap((step) =>
      Array.isArray(step) ? before.slice(step[0], step[0] + step[1]) : [step]
    );
    versions.set(version, before);
  }
};

/** @param {string} id */
const elementOf = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} name @param {string | Node} inside */
const cellOf = (name, inside) => {
  const cell = document.createElement("td");
  cell.className = name;
  cell.append(inside);
  return cell;
};

/**
 * A changed line, in which what differs from the other stands out.
 * @param {"ins" | "del"} tag
 * @param {string} text
 * @param {string} other
 */
const changedLine = (tag, text, other) => {
  let from = 0;
  while (from < text.length && text[from] === other[from]) from++;
  const most = Math.min(text.length, other.length) - from;
  let to = 0;
  while (to < most && text[text.length - 1 - to] === other[other.length - 1 - to]) to++;
  const part = document.createElement(tag);
  part.append(text.slice(from, text.length - to));
  const all = document.createDocumentFragment();
  all.append(text.slice(0, from), part, text.slice(text.length - to));
  return all;
};

/**
 * @param {DiffRow} row
 * @param {number[]} a
 * @param {number[]} b
 */
const rowOf = ({ from, to }, a, b) => {
  const old = from === null ? "" : lines[a[from]];
  const now = to === null ? "" : lines[b[to]];
  const same = from !== null && to !== null && a[from] === b[to];
  const both = from !== null && to !== null && !same;
  const row = document.createElement("tr");
  row.append(
    cellOf("no", from === null ? "" : String(from + 1)),
    cellOf(
      same ? "src" : from === null ? "src none" : "src gone",
      both ? changedLine("del", old, now) : old
    ),
    cellOf("no", to === null ? "" : String(to + 1)),
    cellOf(
      same ? "src" : to === null ? "src none" : "src new",
      both ? changedLine("ins", now, old) : now
    )
  );
  return row;
};

/** @param {number} count */
const skippedRow = (count) => {
  const cell = cellOf("skip", `⋯ ${count}`);
  cell.colSpan = 4;
  const row = document.createElement("tr");
  row.append(cell);
  return row;
};

/**
 * The rows that differ and those near them; what lies between is only counted.
 * @param {DiffRow[]} rows
 * @param {number[]} a
 * @param {number[]} b
 */
const shownRows = (rows, a, b) => {
  const near = new Set(
    rows.flatMap(({ same }, n) =>
      same ? [] : Array.from({ length: 2 * AROUND + 1 }, (_, i) => n - AROUND + i)
    )
  );
  const shown = [];
  let skipped = 0;
  for (const [n, row] of rows.entries()) {
    if (!near.has(n)) {
      skipped++;
      continue;
    }
    if (skipped) shown.push(skippedRow(skipped));
    skipped = 0;
    shown.push(rowOf(row, a, b));
  }
  if (skipped) shown.push(skippedRow(skipped));
  return shown;
};

/** @param {string} from @param {string} to */
const show = (from, to) => {
  const [a, b] = [versions.get(from), versions.get(to)];
  if (!a || !b) return;
  const rows = diffRows(a, b);
  const equal = rows.every(({ same }) => same);
  elementOf("same").hidden = !equal;
  elementOf("sides").hidden = equal;
  elementOf("diff").replaceChildren(...shownRows(rows, a, b));
  elementOf("between").textContent = `${from} → ${to}`;
  elementOf("difference").hidden = false;
};

document.addEventListener("DOMContentLoaded", async () => {
  const form = /** @type {HTMLFormElement} */ (elementOf("compare"));
  await loadData(form.dataset.versions ?? "");
  const names = [...versions.keys()];
  const asked = new URLSearchParams(location.search);
  /** @param {"from" | "to"} side */
  const choiceOf = (side) => /** @type {RadioNodeList} */ (form.elements.namedItem(side));
  /** @param {"from" | "to"} side @param {string | undefined} usual */
  const choose = (side, usual = "") => {
    const wanted = asked.get(side) ?? "";
    choiceOf(side).value = versions.has(wanted) ? wanted : usual;
  };
  /** @param {boolean} remember */
  const update = (remember) => {
    const [from, to] = [choiceOf("from").value, choiceOf("to").value];
    show(from, to);
    if (!remember) return;
    try {
      history.replaceState(null, "", `?from=${from}&to=${to}`);
    } catch {
      // Some browsers refuse it on file://: the address then does not tell.
    }
  };
  choose("from", names.at(-2));
  choose("to", names.at(-1));
  form.addEventListener("change", () => update(true));
  update(false);
});
