/**
 * Loads files of data. Each is a script that calls one of the functions kbA, kbD, kbF, kbL, kbT, kbV
 * and kbX, and does so only in a page that was opened from a folder, where there is no other way.
 * From a server it is fetched, and the call made here: it holds JSON or a string in backticks, and
 * nothing that is run.
 */

/**
 * Makes the call that a file is: `kbD(…)`, or `` kbT(number,`…`) ``.
 * @param {string} script
 */
const call = (script) => {
  const at = script.indexOf("kb");
  const name = /** @type {"kbD"} */ (script.slice(at, at + 3));
  const inside = script.slice(at + 4, script.lastIndexOf(")"));
  /** @type {(...given: any[]) => void} */
  const target = self[name];
  if (!/[TLX]/.test(name)) return target(...JSON.parse(`[${inside}]`));
  const [file, signs] = inside.split("`");
  return file ? target(parseInt(file, 10), signs) : target(signs);
};

/** @param {string | URL} url */
export const fetchData = async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(String(url));
  return call(await answer.text());
};
