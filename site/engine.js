// Asks the index: shards of postings by key, fragments by case, each a script that calls back.
const base = document.documentElement.dataset.root + "search/";
const meta = { n: 0, s: 1, inside: "" };
const values = (signs) => {
  const found = new Uint8Array(128);
  [...signs].forEach((c, i) => { found[c.charCodeAt(0)] = i; });
  return found;
};
const signs = (from, to) => [...Array(to - from + 1).keys()].map((i) => String.fromCharCode(from + i)).join("");
const SIGN = values(signs(33, 126).replace(/[`\\$]/g, ""));
const SIX = values(signs(65, 90) + signs(97, 122) + signs(48, 57) + "+/");
const IMPACT = [1, 1.6, 2.6, 3];
const held = new Map(); // key → what follows it: a space and its postings, or a tab, how many, the best
const rests = new Map();
const lists = new Map();
const fragments = new Map();
const facets = new Map();
const loads = new Map();

const learn = (from, to) => {
  const target = [...(to || "")];
  [...(from || "")].forEach((c, i) => simple.set(c, target[i]));
};
window.kbT = (text) => {
  for (const line of text.split("\n")) {
    const at = line.search(/[ \t]/);
    const key = line.slice(0, at);
    (held.get(key)?.[0] === "\t" ? rests : held).set(key, line.slice(at));
  }
};
window.kbD = (number, [id, url, date, status, station, language, engineers, flat], from, to) => {
  learn(from, to);
  const texts = [];
  for (let i = 0; i < flat.length; i += 3) texts.push({ name: flat[i], label: flat[i + 1], text: flat[i + 2] });
  fragments.set(number, { id, url, date, status, station, language, engineers, texts });
};
window.kbA = (name, rows) => facets.set(name, rows);
window.kbF = (_, from, to) => learn(from, to);

const load = (path, folder = base) => {
  if (!loads.has(path)) {
    loads.set(path, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = folder + path;
      script.onload = () => { script.remove(); resolve(); };
      script.onerror = () => { script.remove(); loads.delete(path); reject(new Error(path)); };
      document.head.append(script);
    }));
  }
  return loads.get(path);
};
const place = (folder, n) => `${folder}/${(n >> 8).toString(16)}/${(n & 255).toString(16)}.js`;

// CRC-32: its first bits tell the file.
const hash = (key) => {
  let h = -1;
  for (const byte of new TextEncoder().encode(key)) {
    h ^= byte;
    for (let i = 8; i--;) h = (h >>> 1) ^ (-(h & 1) & 0xedb88320);
  }
  return ~h >>> 0;
};
const fileOf = (key, files) => (files > 1 ? hash(key) >>> (32 - Math.log2(files)) : 0);

const numberAt = (text, at) => {
  let value = 0;
  let factor = 1;
  for (;;) {
    const digit = SIGN[text.charCodeAt(at++)];
    value += digit * factor;
    if (digit < 58) return [value, at];
    factor *= 30;
  }
};

// Postings, document * 4 + weight: for each weight Rice codes of the gaps (kb/publish/search/codec.py).
const decode = (text, at = 0) => {
  const found = [];
  while (at < text.length) {
    const head = SIGN[text.charCodeAt(at)];
    let [count, next] = numberAt(text, at + 1);
    let doc = -1;
    let six = 0;
    let left = 0;
    const bit = () => {
      if (!left) {
        six = SIX[text.charCodeAt(next++)];
        left = 6;
      }
      return (six >> --left) & 1;
    };
    const low = (n) => {
      let value = 0;
      while (n--) value = value * 2 + bit();
      return value;
    };
    while (count--) {
      let ones = 0;
      while (ones < 12 && bit()) ones++;
      doc += 1 + (ones < 12 ? (ones << (head >> 2)) + low(head >> 2) : low(24));
      found.push(doc * 4 + (head & 3));
    }
    at = next;
  }
  return found;
};

// What is known of a key: how many documents, the best of them or all.
const lookup = async (key) => {
  if (!lists.has(key)) {
    await load(place("t", fileOf(key, meta.s)));
    const text = held.get(key) || " ";
    const whole = text[0] === " ";
    const [count, at] = whole ? [0, 1] : numberAt(text, 1);
    const docs = decode(text, at);
    lists.set(key, { key, whole, docs, count: count || docs.length });
  }
  return lists.get(key);
};
const fill = async (list) => {
  if (list.whole) return;
  await load(place("l", fileOf(list.key, 4096)));
  list.docs = decode(rests.get(list.key), 1);
  list.whole = true;
};
// All documents of any of the lists, each with its best weight.
const union = (some) => {
  const best = new Map();
  for (const p of some.flatMap((list) => list.docs)) if (!(best.get(p >> 2) >= (p & 3))) best.set(p >> 2, p & 3);
  return { whole: some.every((list) => list.whole), docs: [...best].map(([doc, weight]) => doc * 4 + weight), count: Math.max(best.size, ...some.map((list) => list.count)) };
};

// Documents that stand in all lists that are whole (with `any` in one of all lists), best first.
const ranked = (some, any, allowed = () => true) => {
  const scores = new Float32Array(meta.n);
  const seen = new Uint8Array(meta.n);
  const docs = new Set();
  const whole = any ? [] : some.filter((list) => list.whole);
  whole.forEach((list, i) => { for (const p of list.docs) if (seen[p >> 2] === i) seen[p >> 2]++; });
  for (const list of some) {
    const weight = Math.log(1 + (meta.n - list.count + 0.5) / (list.count + 0.5));
    for (const p of list.docs) {
      const doc = p >> 2;
      if (seen[doc] < whole.length) continue;
      scores[doc] += weight * IMPACT[p & 3];
      docs.add(doc);
    }
  }
  return [...docs].filter(allowed).sort((a, b) => scores[b] - scores[a] || b - a);
};
