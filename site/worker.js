// The search in a worker: scripts of the index are fetched, and their calls made, without a page.
"use strict";
importScripts("search.js");
const load = async (path) => {
  const url = new URL(`../${path}`, location.href);
  if (path.startsWith("assets/")) return importScripts(url);
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(path);
  const text = await answer.text();
  const name = text.slice(0, 3);
  const inside = text.slice(4, text.lastIndexOf(")"));
  if (!/[TLX]/.test(name)) return self[name](...JSON.parse(`[${inside}]`));
  const [page, signs] = inside.split("`");
  return page ? self[name](parseInt(page), signs) : self[name](signs);
};
onmessage = async ({ data: [number, name, ...given] }) => {
  try {
    if (name === "over") given[0].load = load;
    postMessage([number, await self.kbEngine[name](...given)]);
  } catch (error) {
    postMessage([number, null, String(error)]);
  }
};
