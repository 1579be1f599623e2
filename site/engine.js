// Asks the index: shards of postings by term, fragments by case, each a script that calls back.
const base = document.documentElement.dataset.root + "search/";
const meta = { n: 0, s: 1, inside: "" };
const SIGNS = [...Array(94).keys()].map((i) => String.fromCharCode(33 + i)).filter((c) => !"`\\$".includes(c)).join("");
const VALUES = new Uint8Array(128);
[...SIGNS].forEach((c, i) => { VALUES[c.charCodeAt(0)] = i; });
const IMPACT = [1, 1.6, 2.6, 3];
const shards = new Map();
const fragments = new Map();
const facets = new Map();
const loads = new Map();

const learn = (from, to) => {
  const target = [...(to || "")];
  [...(from || "")].forEach((c, i) => simple.set(c, target[i]));
};
window.kbT = (number, text) => shards.set(number, text);
window.kbD = (number, [id, url, date, status, station, language, engineers, flat], from, to) => {
  learn(from, to);
  const texts = [];
  for (let i = 0; i < flat.length; i += 3) texts.push({ name: flat[i], label: flat[i + 1], text: flat[i + 2] });
  fragments.set(number, { id, url, date, status, station, language, engineers, texts });
};
window.kbA = (name, values) => facets.set(name, values);
window.kbF = (_, from, to) => learn(from, to);

const load = (path) => {
  if (!loads.has(path)) {
    loads.set(path, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = base + path;
      script.onload = () => { script.remove(); resolve(); };
      script.onerror = () => { script.remove(); loads.delete(path); reject(new Error(path)); };
      document.head.append(script);
    }));
  }
  return loads.get(path);
};
const place = (folder, n) => `${folder}/${(n >> 8).toString(16)}/${(n & 255).toString(16)}.js`;

const shardOf = (key) => {
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  return ((h ^ (h >>> 15)) & (meta.s - 1)) >>> 0;
};
const homeOf = (key) => (NUMBER.test(key) || IN_RUN.test(key) ? key : [...key].slice(0, 3).join(""));

const decode = (text) => {
  const found = [];
  let doc = -1, weight = 0, value = 0, factor = 1;
  for (let i = 0; i < text.length; i++) {
    const digit = VALUES[text.charCodeAt(i)];
    if (digit >= 88) weight = digit - 87;
    else if (digit >= 58) {
      value += digit * factor;
      factor *= 30;
    } else {
      doc += value + digit * factor + 1;
      found.push(doc * 4 + weight);
      weight = value = 0;
      factor = 1;
    }
  }
  return found;
};

// Postings of a key in a shard that is loaded; with `fits` those of all its keys that fit.
const postings = (key, fits) => {
  const text = "\n" + shards.get(shardOf(homeOf(key)));
  if (!fits) {
    const at = text.indexOf(`\n${key} `);
    if (at < 0) return [];
    const from = at + key.length + 2;
    const to = text.indexOf("\n", from);
    return decode(text.slice(from, to < 0 ? undefined : to));
  }
  const best = new Map();
  for (const line of text.split("\n")) {
    const end = line.indexOf(" ");
    const word = line.slice(0, end);
    if (end < 1 || !fits(word)) continue;
    for (const p of decode(line.slice(end + 1))) if (!(best.get(p >> 2) >= (p & 3))) best.set(p >> 2, p & 3);
  }
  return [...best].map(([doc, weight]) => doc * 4 + weight).sort((a, b) => a - b);
};

// Which keys to ask for a test: few, for the fetched text tells the rest. `few` is 1 where there
// are other words too, 2 to ask for all after all.
const keysOf = (test, few) => {
  const { run, word } = test;
  if (run) {
    const pair = (i) => run[i] + run[i + 1];
    if (run.length === 1) return run;
    const last = run.length - 2;
    const at = few > 1 ? run.slice(1).map((_, i) => i) : few ? [0, last] : [0, (last + 1) >> 1, last];
    return [...new Set(at.map(pair))];
  }
  if (test.number) {
    const gram = (i) => word.substr(i, 4);
    if (word.length < 4) return [word];
    return [...new Set([gram(word.length - 4), ...(word.length > 6 ? [gram((word.length - 4) >> 1)] : [])])];
  }
  return test.stem && test.stem.slice(0, 3) !== word.slice(0, 3) ? [word, test.stem] : [word];
};

const near = (a, b) => {
  // Whether two words differ by one letter more, less, other, or two swapped.
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [x, y] = [a.slice(i), b.slice(i)];
  return x.slice(1) === y || x === y.slice(1) || x.slice(1) === y.slice(1) || (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2));
};

const listsOf = (test, few, fuzzy) => {
  const keys = keysOf(test, few);
  if (test.run || test.number) return keys.map((key) => postings(key));
  const fits = fuzzy
    ? (word) => near(word, test.word)
    : (word) => word === test.word || (!test.exact && ((test.stem && ENGLISH.test(word) && stem(word) === test.stem) || (test.open && test.word.length > 2 && word.startsWith(test.word))));
  const all = keys.flatMap((key) => postings(key, fits));
  return [all.filter((p, i) => keys.length < 2 || all.findIndex((q) => q >> 2 === p >> 2) === i).sort((a, b) => a - b)];
};

// Scores of all documents that stand in every list (or, with `any`, in one).
const combine = (lists, any) => {
  const scores = new Float32Array(meta.n);
  const seen = new Uint8Array(meta.n);
  lists.forEach((list, i) => {
    const weight = Math.log(1 + (meta.n - list.length + 0.5) / (list.length + 0.5));
    for (const p of list) {
      const doc = p >> 2;
      if (!any && seen[doc] !== i) continue;
      seen[doc] = i + 1;
      scores[doc] += weight * IMPACT[p & 3];
    }
  });
  return { scores, has: (doc) => (any ? seen[doc] > 0 : seen[doc] === lists.length) };
};
