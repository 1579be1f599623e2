// Text to terms, as kb/search/analysis has it: tests/search/spec/terms.jsonl holds both to the same table.
const RUN = "⺀-\\u2fdf々-〇〡-〩〱-〵〸-〼ぁ-ゖ\\u3099\\u309aゝ-ゟァ-ヺー-ヿㇰ-ㇿㄅ-ㄯㆠ-ㆿ㐀-䶿一-鿿豈-﫿𠀀-\\u{3ffff}ᄀ-ᇿꀀ-꓏가-\\ud7ffก-\\u0e4eກ-\\u0ecdက-ဿក-\\u17d3";
const MARKS = "(?=[\\u0300-\\u0d4d\\u1ab0-\\u1dff\\u20d0-\\u20f0\\ufe20-\\ufe2f])\\p{M}";
const LETTER = `(?:(?![${RUN}])[\\p{L}\\p{N}])`;
const PIECE = `${LETTER}+(?:(?:'|${MARKS})+${LETTER}+)*(?:${MARKS})*`;
const TOKEN = new RegExp(`[${RUN}]+|${PIECE}(?:[._\\-@/:#+~%&=?\\\\]{1,3}${PIECE})*`, "gu");
const PIECES = new RegExp(PIECE, "gu");
const IN_RUN = new RegExp(`^[${RUN}]`, "u");
const INVISIBLE = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0000}-\u{e0fff}]/gu;
const CLUSTER = /[^\p{M}\p{Cf}\uff9e\uff9f\u1160-\u11ff\u314f-\u318e\uffc2-\uffdc][\p{M}\p{Cf}\uff9e\uff9f\u1160-\u11ff\u314f-\u318e\uffc2-\uffdc]*|[^]/gu;
const OWN = { "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2026": " ", "\u00a0": " " };
const simple = new Map();

const foldText = (text) => {
  const lower = text.replace(/[\u2018\u2019\u02bc\u2026\u00a0]/g, (c) => OWN[c]).replace(INVISIBLE, "").normalize("NFKC").toLowerCase().replace(/ß/g, "ss").replace(/ς/g, "σ").normalize("NFKC");
  return lower.replace(/[\u2e80-\u9fff\u{20000}-\u{3ffff}]/gu, (c) => simple.get(c) || c);
};

// The folded text, and where its characters stand in the original.
const fold = (text) => {
  const folded = foldText(text);
  if (folded.length === text.length && !/[\p{M}\p{Cf}\uff9e\uff9f\u1160-\u11ff\u314f-\u318e\uffc2-\uffdc]/u.test(text)) return { text: folded, from: (i) => i, to: (i) => i };
  const starts = [];
  const ends = [];
  let out = "";
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const part = foldText(cluster);
    const ones = [...cluster].map(foldText);
    let at = index;
    const steps = [...part].join() === ones.join() ? [...cluster] : [cluster];
    steps.forEach((step, n) => {
      for (let i = (steps.length > 1 ? ones[n] : part).length; i--;) {
        starts.push(at);
        ends.push(at + step.length);
      }
      at += step.length;
    });
    out += part;
  }
  return { text: out, from: (i) => starts[i], to: (i) => ends[i - 1] };
};

const NUMBER = /^[0-9]+$/;
const ENGLISH = /^[a-z]+(?:'[a-z]+)*$/;

const partsOf = (piece, written) => {
  const found = /^[\x00-\x7f]*(?:[a-z][A-Z]|[A-Z]{2}[a-z])[\x00-\x7f]*$/.test(written)
    ? [...written.matchAll(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g)].map((m) => piece.substr(m.index, m[0].length))
    : piece.match(/[0-9]+|[^0-9]+/g);
  return found.length > 1 && found.length < 5 ? found : found.filter((p) => p !== piece && p.length > 3 && NUMBER.test(p));
};

// Pieces of at most 64 characters, with their places.
const piecesOf = (token) => [...token.matchAll(PIECES)].flatMap((m) => {
  const whole = [...m[0]];
  const found = [];
  for (let i = 0, at = m.index; i < whole.length; i += 64) {
    const piece = whole.slice(i, i + 64).join("");
    found.push([at, piece]);
    at += piece.length;
  }
  return found;
});
