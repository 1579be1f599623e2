/**
 * Filters with counts: a query is narrowed by `facet:value`, which stands in the search box.
 * @import {FacetCounts} from "../types"
 */
import { make } from "./dom.js";
import { messages } from "./messages.js";

/** Values of a facet that are shown. */
const MOST_VALUES = 12;

/** @param {string} facet @param {string} value */
const filterOf = (facet, value) => facet + (/[\s"]/.test(value) ? `:"${value}"` : `:${value}`);

/** @param {string} query @param {string} filter */
const has = (query, filter) => ` ${query} `.includes(` ${filter} `);

/**
 * The query with a filter, or without it where it has it.
 * @param {string} query
 * @param {string} filter
 */
const toggled = (query, filter) => {
  const other = has(query, filter)
    ? ` ${query} `.replace(` ${filter} `, " ")
    : `${query} ${filter} `;
  return other.trimStart();
};

/**
 * The filters of a facet as buttons.
 * @param {FacetCounts} facet
 * @param {string} query
 * @param {(query: string) => void} choose
 */
export const filterGroup = ([facet, rows], query, choose) => {
  const buttons = rows.slice(0, MOST_VALUES).map(([value, count]) => {
    const filter = filterOf(facet, value);
    const name = facet === "status" ? messages().status[value] : value;
    const button = document.createElement("button");
    button.className = "chip";
    button.append(make("bdi", "", name), " ", make("span", "n", String(count)));
    button.type = "button";
    button.setAttribute("aria-pressed", String(has(query, filter)));
    button.addEventListener("click", () => choose(toggled(query, filter)));
    return button;
  });
  return make("div", "facet", make("p", "facet-name", messages().facet[facet]), ...buttons);
};
