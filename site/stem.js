// English stems by the Snowball project's algorithm (Porter2, as of Snowball 3): agrees with kb.search.analysis.stem.
const stem = (() => {
  const WHOLE = { skis: "ski", skies: "sky", idly: "idl", gently: "gentl", ugly: "ugli", early: "earli", only: "onli", singly: "singl", sky: "sky", news: "news", howe: "howe", atlas: "atlas", cosmos: "cosmos", bias: "bias", andes: "andes" };
  const table = (text) => text.split(" ").map((pair) => pair.split("-")).sort((a, b) => b[0].length - a[0].length);
  const SECOND = table("anci-ance enci-ence ogi-og li- bli-ble abli-able alli-al fulli-ful lessli-less ousli-ous entli-ent aliti-al biliti-ble iviti-ive tional-tion ational-ate alism-al ation-ate ization-ize izer-ize ator-ate iveness-ive fulness-ful ousness-ous ogist-og");
  const THIRD = table("icate-ic ative- alize-al iciti-ic ical-ic tional-tion ational-ate ful- ness-");
  const FOURTH = table("ic- ance- ence- able- ible- ate- ive- ize- iti- al- ism- ion- er- ous- ant- ent- ment- ement-");
  const SHORT = /(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy]|past)$/;
  const REGION = /^(?:arsen|commun|emerg|gener|inter|later|organ|past|univers)|[aeiouy][^aeiouy]/;
  const after = (word, from, pattern) => {
    const found = pattern.exec(word.slice(from));
    return found ? from + found.index + found[0].length : word.length;
  };

  const known = new Map();
  return (word) => known.get(word) ?? (known.set(word, stemmed(word)), known.get(word));
  function stemmed(word) {
    if (Object.hasOwn(WHOLE, word)) return WHOLE[word];
    if (word.length < 3) return word;
    let w = word.replace(/^'/, "").replace(/^y/, "Y").replace(/([aeiouy])y/g, "$1Y");
    const one = after(w, 0, REGION);
    const two = after(w, one, /[aeiouy][^aeiouy]/);
    const swap = (rules, region, allow) => {
      const rule = rules.find(([end]) => w.endsWith(end));
      if (!rule) return;
      const rest = w.slice(0, -rule[0].length);
      if (rest.length >= region && allow(rule[0], rest)) w = rest + rule[1];
    };

    w = w.replace(/'(?:s'?)?$/, "");
    if (w.endsWith("sses")) w = w.slice(0, -2);
    else if (/ie[ds]$/.test(w)) w = w.slice(0, w.length > 4 ? -2 : -1);
    else if (/[^us]s$/.test(w) && /[aeiouy]./.test(w.slice(0, -1))) w = w.slice(0, -1);

    const ending = /(?:eed(?:ly)?|(?:ed|ing)(?:ly)?)$/.exec(w);
    if (ending) {
      const rest = w.slice(0, ending.index);
      if (ending[0].startsWith("eed")) {
        if (rest.length >= one && !/^(?:succ|proc|exc)$/.test(rest)) w = rest + "ee";
      } else if (ending[0] === "ing" && /^[^aeiouy]y$/.test(rest)) {
        w = rest[0] + "ie";
      } else if (!(ending[0] === "ing" && /^(?:even|cann|inn|earr|herr|out)$/.test(rest)) && /[aeiouy]/.test(rest)) {
        w = rest;
        if (/(?:at|bl|iz)$/.test(w)) w += "e";
        else if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(w)) w = /^[aeo]..$/.test(w) ? w : w.slice(0, -1);
        else if (w.length === one && SHORT.test(w)) w += "e";
      }
    }
    w = w.replace(/(.[^aeiouy])[yY]$/, "$1i");
    swap(SECOND, one, (end, rest) => end === "ogi" ? rest.endsWith("l") : end !== "li" || /[cdeghkmnrt]$/.test(rest));
    swap(THIRD, one, (end, rest) => end !== "ative" || rest.length >= two);
    swap(FOURTH, two, (end, rest) => end !== "ion" || /[st]$/.test(rest));
    const rest = w.slice(0, -1);
    if (w.endsWith("e") ? rest.length >= two || (rest.length >= one && !SHORT.test(rest)) : w.endsWith("ll") && rest.length >= two) w = rest;
    return w.replaceAll("Y", "y");
  }
})();
