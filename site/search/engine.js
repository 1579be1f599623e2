/**
 * The search of the site, as a page or a worker calls it: assets/search.js is made from here.
 * @import {CaseText, WordTest} from "../types"
 */
import { meta } from "./files.js";
import { advanced, find } from "./find.js";
import { cardOf } from "./highlights.js";

/**
 * @template Shown
 * @param {[text: string, limit: number, all?: boolean]} asked
 * @param {(hit: CaseText, tests: WordTest[]) => Shown} show
 */
const answer = async (asked, show) => {
  const { tests, hits, ...rest } = await find(...asked);
  return { ...rest, hits: hits.map((hit) => show(hit, tests)) };
};

self.kbEngine = {
  open: async (index) => {
    Object.assign(meta, index);
  },
  search: (...asked) => answer(asked, ({ about }) => about),
  cards: (...asked) => answer(asked, cardOf),
  facets: async (text) => (await advanced()).facets(text)
};
