/**
 * The search as the page asks it: in a worker where there is one, which leaves the page free; from a
 * file, where workers cannot be had, in the page itself.
 * @import {IndexMeta, Search} from "../types"
 */
import { fromFolder, loadData, loadScript } from "../script.js";

const root = document.documentElement.dataset.root;

/**
 * @param {Omit<IndexMeta, "load">} index
 * @returns {Promise<Search>}
 */
const inPage = async (index) => {
  await loadScript(`${root}assets/search.js`);
  await self.kbEngine.open({
    ...index,
    load: (path) => (path.startsWith("assets/") ? loadScript : loadData)(root + path)
  });
  return self.kbEngine;
};

/**
 * @param {Omit<IndexMeta, "load">} index
 * @returns {Promise<Search>}
 */
const inWorker = (index) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(`${root}assets/worker.js`);
    /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
    const waiting = new Map();
    let last = 0;
    /** @param {string} name @returns {(...given: unknown[]) => Promise<any>} */
    const call =
      (name) =>
      (...given) =>
        new Promise((resolve, reject) => {
          waiting.set(++last, { resolve, reject });
          worker.postMessage([last, name, ...given]);
        });
    worker.onmessage = ({ data: [number, value, error] }) => {
      const asked = waiting.get(number);
      waiting.delete(number);
      if (error) asked?.reject(new Error(error));
      else asked?.resolve(value);
    };
    worker.onerror = reject;
    const search = { search: call("search"), cards: call("cards"), facets: call("facets") };
    call("open")(index).then(() => resolve(search), reject);
  });

/**
 * Starts the search; what is asked meanwhile waits for it.
 * @param {Omit<IndexMeta, "load">} index
 * @returns {Search}
 */
export const startSearch = (index) => {
  const worker = self.Worker && !fromFolder;
  const search = worker ? inWorker(index).catch(() => inPage(index)) : inPage(index);
  return {
    search: async (...asked) => (await search).search(...asked),
    cards: async (...asked) => (await search).cards(...asked),
    facets: async (text) => (await search).facets(text)
  };
};
