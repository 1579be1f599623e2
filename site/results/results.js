/**
 * The search page: results as one types, kept in the URL, walked with the arrow keys.
 * assets/results.js is made from here.
 * @import {Answer, Card} from "../types"
 */
import { cardElement } from "./card.js";
import { startSearch } from "./client.js";
import { filterGroup } from "./filters.js";
import { messages } from "./messages.js";

/** Results shown at first, and with each "more". */
const PAGE = 10;
/** Cases up to which the filters cost a reader nothing. */
const SMALL = 300;

/** @param {string} id */
const elementOf = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const box = /** @type {HTMLInputElement} */ (elementOf("q"));
const found = elementOf("found");
const front = elementOf("front");
const list = elementOf("hits");
const count = elementOf("count");
const more = /** @type {HTMLButtonElement} */ (elementOf("more"));
const filters = /** @type {HTMLDetailsElement} */ (elementOf("facets"));

const [documents, shards, perShard, common, span] = (box.dataset.index || "")
  .split(" ")
  .map(Number);
self.kb = startSearch({
  documents,
  shards,
  perShard,
  common,
  span,
  inside: box.dataset.inside || ""
});

let asked = 0; // how often, so that an answer that comes late is not shown
let limit = PAGE;
let wide = false; // whether what only nearly fits was asked for

/**
 * Keeps the query in the URL.
 * @param {boolean} push as a step that the reader can go back from
 */
const remember = (push) => {
  const here = new URL(location.href);
  if (box.value.trim()) here.searchParams.set("q", box.value);
  else here.searchParams.delete("q");
  if (here.href === location.href) return;
  try {
    if (push) history.pushState(null, "", here);
    else history.replaceState(null, "", here);
  } catch {
    // Some browsers refuse it on file://: the query is then not kept.
  }
};

/** @param {string} query */
const setQuery = (query) => {
  box.value = query;
  remember(true);
  ask();
};

const showFilters = async () => {
  if (!filters.open || found.hidden) return;
  const text = box.value;
  const facets = await self.kb.facets(text);
  if (text !== box.value) return;
  const groups = facets
    .filter(([, rows]) => rows.length)
    .map((facet) => filterGroup(facet, text, setQuery));
  elementOf("facet-groups").replaceChildren(...groups);
};

/** @param {Answer<Card>} answer */
const summaryOf = ({ total, exact, loose, near }) => {
  if (!total) return messages().none;
  const head = loose ? messages().loose : messages().found(total, exact);
  return [head, ...(near || []).map(messages().near)].join(" ");
};

const show = async () => {
  const text = box.value;
  const turn = ++asked;
  const any = text.trim() !== "";
  front.hidden = any;
  document.body.classList.toggle("asked", any);
  if (!any) {
    found.hidden = true;
    return;
  }
  const answer = await self.kb.cards(text, limit, wide).catch(() => null);
  if (turn !== asked) return;
  found.hidden = false;
  count.textContent = answer ? summaryOf(answer) : messages().broken;
  list.replaceChildren(...(answer?.hits || []).map(cardElement));
  const wider = answer?.wider;
  more.hidden = !answer || (answer.total <= answer.hits.length && !wider);
  more.textContent = wider ? messages().wider : messages().more;
  more.value = wider ? "wider" : "";
  showFilters();
  performance.mark("kb-answered");
  document.documentElement.dataset.answered = text;
};

/** Asks anew, for the first results. */
const ask = () => {
  limit = PAGE;
  wide = false;
  return show();
};

const readAddress = () => {
  box.value = new URLSearchParams(location.search).get("q") || "";
  ask();
};

/**
 * Goes from the box through the results with the arrow keys, and back.
 * @param {KeyboardEvent} event
 */
const walk = (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  if (found.hidden || next >= links.length || (at < 0 && next !== 0)) return;
  event.preventDefault();
  if (next < 0) box.focus();
  else links[next].focus();
};

document.addEventListener("DOMContentLoaded", () => {
  box.addEventListener("input", () => {
    ask();
    remember(false);
  });
  box.form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    remember(true);
    await ask();
    list.querySelector("a")?.focus();
  });
  filters.addEventListener("toggle", showFilters);
  filters.open = documents <= SMALL && matchMedia("(min-width: 64rem)").matches;
  more.addEventListener("click", () => {
    wide ||= more.value === "wider";
    limit += PAGE;
    show();
  });
  addEventListener("keydown", walk);
  addEventListener("popstate", readAddress);
  document.addEventListener("kb-ui", show);
  readAddress();
});
