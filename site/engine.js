// Asks the index: shards of postings by key, fragments by case, each a script that calls back. Runs
// in a page or a worker, which says how such a script is loaded.
const meta = { n: 0, s: 1, w: 0, m: 0, p: 1, inside: "", load: null }; // Meta and its sizes: kb/publish/browser_index/meta.py
const SIX = new Uint8Array(128);
[[65, 26], [97, 26], [48, 10], [43, 1], [47, 1]].flatMap(([from, n]) => [...Array(n).keys()].map((i) => from + i)).forEach((c, i) => { SIX[c] = i; });
const IMPACT = [1, 1.6, 2.6, 3];
const CODES = 2 ** 30;
const RESTS = 4096;
const pages = new Map(); // "t5" or "l5" → its signs, then its keys
const lists = new Map();
const fragments = new Map();
const loads = new Map();

const learn = (from, to) => {
  const target = [...(to || "")];
  [...(from || "")].forEach((c, i) => simple.set(c, target[i]));
};
self.kbT = (page, signs) => pages.set("t" + page, signs);
self.kbL = (page, signs) => pages.set("l" + page, signs);
self.kbD = (number, [id, url, date, status, station, language, engineers, flat], from, to) => {
  learn(from, to);
  const texts = [];
  for (let i = 0; i < flat.length; i += 3) texts.push({ name: flat[i], label: flat[i + 1], text: flat[i + 2] });
  fragments.set(number, { id, url, date, status, station, language, engineers, texts });
};
self.kbF = (_, from, to) => learn(from, to);

const load = (path) => {
  if (!loads.has(path)) loads.set(path, meta.load(path).catch((error) => { loads.delete(path); throw error; }));
  return loads.get(path);
};
const place = (folder, n) => `search/${folder}/${(n >> 8).toString(16)}/${(n & 255).toString(16)}.js`;

// kb/publish/browser_index/codes.py has the same: 28 bits of a hash, and two that tell how long a run is.
const codeOf = (key) => {
  const signs = [...key];
  let h = 0x811c9dc5;
  for (const sign of signs) {
    h = Math.imul(h ^ sign.codePointAt(0), 0x9e3779b1);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 4) * 4 + (IN_RUN.test(key) ? Math.max(0, signs.length - 2) : 0);
};
const fileOf = (key, files) => Math.floor((codeOf(key) * files) / CODES);

// Bits of signs, as kb/publish/browser_index/codec.py writes them.
const reader = (signs) => {
  let at = 0;
  let six = 0;
  let left = 0;
  const bit = () => {
    if (!left) {
      six = SIX[signs.charCodeAt(at++)];
      left = 6;
    }
    return (six >> --left) & 1;
  };
  const low = (n, value = 0) => {
    while (n--) value = value * 2 + bit();
    return value;
  };
  const gamma = () => {
    let zeros = 0;
    while (!bit()) zeros++;
    return low(zeros, 1);
  };
  const gap = (bits) => {
    let ones = 0;
    while (ones < 12 && bit()) ones++;
    return ones < 12 ? low(bits, ones) : low(30);
  };
  return { bit, gamma, gap };
};
const lowBits = (span, count) => Math.max(0, 31 - Math.clz32(Math.floor((span * 7) / (10 * count))));
const documents = ({ gap }, count, found = [], weight = 0, step = 1) => {
  const bits = lowBits(meta.p, count);
  for (let doc = -1; count--; found.push(doc * step + weight)) doc += 1 + gap(bits);
  return found;
};
// The keys of a page: how many documents each has, and document * 4 + weight of those that stand there.
const keysOn = (signs, keys, whole) => {
  const found = new Map();
  if (!signs) return found;
  const bits = reader(signs);
  const size = bits.gamma() - 1;
  for (let i = 0, key = -1; i < size; i++) {
    key += 1 + bits.gap(lowBits(keys, size));
    const count = bits.gamma();
    const docs = [];
    let here = Math.min(count, whole);
    const sizes = bits.bit() ? [3, 2, 1].map(() => bits.gamma() - 1) : [];
    sizes.forEach((n, i) => {
      documents(bits, n, docs, 3 - i, 4);
      here -= n;
    });
    found.set(key, { count, docs: documents(bits, here, docs, 0, 4) });
  }
  return found;
};
const read = async (kind, key, files, whole) => {
  const page = kind + fileOf(key, files);
  if (!pages.has(page)) await load(place(kind, fileOf(key, files)));
  if (typeof pages.get(page) === "string") pages.set(page, keysOn(pages.get(page), CODES / files, whole));
  return pages.get(page).get(codeOf(key) % (CODES / files)) || { count: 0, docs: [] };
};

// What is known of a key: how many documents, the best of them or all.
const lookup = async (key) => {
  const { count, docs } = await read("t", key, meta.s, meta.w);
  if (!lists.has(key)) lists.set(key, { key, count, docs, whole: count === docs.length });
  return lists.get(key);
};
const fill = async (list) => {
  if (list.whole) return;
  const { docs } = await read("l", list.key, RESTS, Infinity);
  if (!list.whole) list.docs = [...list.docs, ...docs.filter((p) => !list.tail || p & 2)];
  list.whole = true;
};
// Of a number's last four digits those that stand last: the weightiest, so all are here where one is not so.
const lookupTail = async (key) => {
  const list = await lookup(key);
  const docs = list.docs.filter((p) => p & 2);
  const whole = list.whole || docs.length < list.docs.length;
  return { key, docs, whole, count: whole ? docs.length : list.count, tail: true };
};
// Documents that stand in all lists that are whole (with `any` in one of all lists): the best first,
// or as they come.
const ranked = (some, any, mixed) => {
  const scores = new Float32Array(meta.n);
  const seen = new Uint8Array(meta.n);
  const docs = [];
  const whole = any ? [] : some.filter((list) => list.whole);
  whole.forEach((list, i) => { for (const p of list.docs) if (seen[p >> 2] === i) seen[p >> 2]++; });
  for (const list of some) {
    const weight = Math.log(1 + (meta.n - list.count + 0.5) / (list.count + 0.5));
    for (const p of list.docs) {
      const doc = p >> 2;
      if (seen[doc] < whole.length) continue;
      if (!scores[doc]) docs.push(doc);
      scores[doc] += weight * IMPACT[p & 3];
    }
  }
  return mixed ? docs : docs.sort((a, b) => scores[b] - scores[a] || b - a);
};
