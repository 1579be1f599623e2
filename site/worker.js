/**
 * The search in a worker. The index's files are fetched, and their calls made here: they hold JSON or
 * a string in backticks, and nothing that is run.
 */
importScripts("search.js");

/**
 * Makes the call that a file of the index is: `kbD(…)`, or `` kbT(number,`…`) ``.
 * @param {string} script
 */
const call = (script) => {
  const name = /** @type {"kbD"} */ (script.slice(0, 3));
  const inside = script.slice(4, script.lastIndexOf(")"));
  /** @type {(...given: any[]) => void} */
  const target = self[name];
  if (!/[TLX]/.test(name)) return target(...JSON.parse(`[${inside}]`));
  const [file, signs] = inside.split("`");
  return file ? target(parseInt(file, 10), signs) : target(signs);
};

/** @param {string} path */
const load = async (path) => {
  const url = new URL(`../${path}`, location.href);
  if (path.startsWith("assets/")) return importScripts(url);
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(path);
  return call(await answer.text());
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
