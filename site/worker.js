/** The search in a worker. */
import { fetchData } from "./data.js";

importScripts("search.js");

/** @param {string} path */
const load = async (path) => {
  const url = new URL(`../${path}`, location.href);
  return path.startsWith("assets/") ? importScripts(url) : fetchData(url);
};

/** Answers `[number, name, ...given]` with `[number, value]` or `[number, null, error]`. */
self.onmessage = async ({ data: [number, name, ...given] }) => {
  try {
    if (name === "open") given[0].load = load;
    /** @type {(...given: any[]) => Promise<unknown>} */
    const method = self.kbEngine[/** @type {keyof typeof self.kbEngine} */ (name)];
    self.postMessage([number, await method(...given)]);
  } catch (error) {
    self.postMessage([number, null, String(error)]);
  }
};
