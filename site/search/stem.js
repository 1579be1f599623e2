/**
 * English stems by the Snowball project's algorithm (Porter2, as of Snowball 3), step by step:
 * https://snowballstem.org/algorithms/english/stemmer.html. kb.search.analysis.stem gives the same.
 */

/**
 * @param {string} table `word-stem` or `suffix-replacement`, separated by spaces; of suffixes the
 *   longest first
 * @returns {[string, string][]}
 */
const pairs = (table) =>
  table.split(" ").map((pair) => /** @type {[string, string]} */ (pair.split("-")));

const STEP_2 = pairs(
  "ational-ate ization-ize iveness-ive fulness-ful ousness-ous lessli-less biliti-ble " +
    "tional-tion fulli-ful ousli-ous entli-ent aliti-al iviti-ive alism-al ation-ate " +
    "ogist-og anci-ance enci-ence abli-able alli-al izer-ize ator-ate ogi-og bli-ble li-"
);
const STEP_3 = pairs(
  "ational-ate tional-tion icate-ic ative- alize-al iciti-ic ical-ic ness- ful-"
);
const STEP_4 = pairs(
  "ement- ance- ence- able- ible- ment- ate- ive- ize- iti- ism- ion- ous- ant- ent- ic- " +
    "al- er-"
);

/** What ends in a short syllable. */
const SHORT = /(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy]|past)$/;
const REGION = /^(?:arsen|commun|emerg|gener|inter|later|organ|past|univers)|[aeiouy][^aeiouy]/;

/**
 * Where the region behind the first match of `pattern` begins; the word's length where none is.
 * @param {string} word
 * @param {number} from
 * @param {RegExp} pattern
 */
const regionOf = (word, from, pattern) => {
  const found = pattern.exec(word.slice(from));
  return found ? from + found.index + found[0].length : word.length;
};

/** @param {string} word */
const withoutS = (word) => {
  if (word.endsWith("sses")) return word.slice(0, -2);
  if (/ie[ds]$/.test(word)) return word.slice(0, word.length > 4 ? -2 : -1);
  return /[aeiouy].*[^us]s$/.test(word) ? word.slice(0, -1) : word;
};

/**
 * Step 1b: `-eed`, `-ed`, `-ing`, with and without `-ly`.
 * @param {string} word
 * @param {number} region
 */
const withoutEd = (word, region) => {
  const ending = /(?:eed(?:ly)?|(?:ed|ing)(?:ly)?)$/.exec(word);
  if (!ending) return word;
  const rest = word.slice(0, ending.index);
  const ing = ending[0] === "ing";
  if (ending[0].startsWith("eed")) {
    return rest.length >= region && !/^(?:succ|proc|exc)$/.test(rest) ? `${rest}ee` : word;
  }
  if (ing && /^[^aeiouy]y$/.test(rest)) return `${rest[0]}ie`;
  if (ing && /^(?:even|cann|inn|earr|herr|out)$/.test(rest)) return word;
  if (!/[aeiouy]/.test(rest)) return word;
  if (/(?:at|bl|iz)$/.test(rest)) return `${rest}e`;
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(rest)) {
    return /^[aeo]..$/.test(rest) ? rest : rest.slice(0, -1);
  }
  return rest.length === region && SHORT.test(rest) ? `${rest}e` : rest;
};

/**
 * The longest suffix replaced, where it stands in the region and `allows` has nothing against it.
 * @param {string} word
 * @param {string[][]} rules
 * @param {number} region
 * @param {(suffix: string, rest: string) => boolean} allows
 */
const replaceSuffix = (word, rules, region, allows) => {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (!rule) return word;
  const rest = word.slice(0, -rule[0].length);
  return rest.length >= region && allows(rule[0], rest) ? rest + rule[1] : word;
};

/**
 * Step 5: a last `e` or the second of two `l`.
 * @param {string} word
 * @param {number} first
 * @param {number} second
 */
const withoutLast = (word, first, second) => {
  const rest = word.slice(0, -1);
  const drops = word.endsWith("e")
    ? rest.length >= second || (rest.length >= first && !SHORT.test(rest))
    : word.endsWith("ll") && rest.length >= second;
  return drops ? rest : word;
};

/** @param {string} word */
const stemOf = (word) => {
  if (word.length < 3) return word;
  let w = word
    .replace(/^'/, "")
    .replace(/^y/, "Y")
    .replace(/([aeiouy])y/g, "$1Y");
  const first = regionOf(w, 0, REGION);
  const second = regionOf(w, first, /[aeiouy][^aeiouy]/);
  w = withoutEd(withoutS(w.replace(/'(?:s'?)?$/, "")), first);
  w = w.replace(/(.[^aeiouy])[yY]$/, "$1i");
  w = replaceSuffix(w, STEP_2, first, (suffix, rest) =>
    suffix === "ogi" ? rest.endsWith("l") : suffix !== "li" || /[cdeghkmnrt]$/.test(rest)
  );
  w = replaceSuffix(
    w,
    STEP_3,
    first,
    (suffix, rest) => suffix !== "ative" || rest.length >= second
  );
  w = replaceSuffix(w, STEP_4, second, (suffix, rest) => suffix !== "ion" || /[st]$/.test(rest));
  return withoutLast(w, first, second).replaceAll("Y", "y");
};

/** Stems found so far; at first those that follow no rule. */
const stems = new Map(
  pairs(
    "skis-ski skies-sky idly-idl gently-gentl ugly-ugli early-earli only-onli singly-singl " +
      "sky-sky news-news howe-howe atlas-atlas cosmos-cosmos bias-bias andes-andes"
  )
);

/**
 * The stem of a word of small ASCII letters and apostrophes.
 * @param {string} word
 * @returns {string}
 */
export const stem = (word) => {
  if (!stems.has(word)) stems.set(word, stemOf(word));
  return /** @type {string} */ (stems.get(word));
};
