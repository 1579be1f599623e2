/** What the results say, in both languages of the site. */

const CHINESE = {
  /** @param {number} count @param {boolean} exact */
  found: (count, exact) => (exact ? `${count} 个案例` : `约 ${count} 个案例`),
  none: "没有找到。换个说法，或少写几个词。",
  more: "更多",
  wider: "也看：数字中间有这几位的，以这个词开头的",
  loose: "没有案例含有所有的词；下面各含其中一些。",
  /** @param {string} word */
  near: (word) => `没有“${word}”，这些相近。`,
  broken: "搜索索引没有读到，请重试。",
  /** @type {Record<string, string>} */
  facet: {
    status: "状态",
    station: "站点",
    engineer: "工程师",
    speaker: "发言人",
    year: "年份",
    lang: "语言",
    kind: "编号种类"
  },
  /** @type {Record<string, string>} */
  status: {
    unset: "未标记",
    resolved: "已解决",
    in_progress: "处理中",
    shelved: "暂搁置",
    conflicting: "标记矛盾"
  }
};

/** @type {typeof CHINESE} */
const ENGLISH = {
  found: (count, exact) => {
    if (!exact) return `About ${count} cases`;
    return count === 1 ? "1 case" : `${count} cases`;
  },
  none: "Nothing found. Try other words, or fewer.",
  more: "More",
  wider: "Also: numbers with these digits inside, words that begin so",
  loose: "No case has all the words; these have some.",
  near: (word) => `No “${word}”; these are close.`,
  broken: "The search index could not be read. Try again.",
  facet: {
    status: "Status",
    station: "Station",
    engineer: "Engineer",
    speaker: "Speaker",
    year: "Year",
    lang: "Language",
    kind: "Identifiers"
  },
  status: {
    unset: "Not marked",
    resolved: "Resolved",
    in_progress: "In progress",
    shelved: "Shelved",
    conflicting: "Conflicting marks"
  }
};

/** The messages in the language that the reader has chosen. */
export const messages = () => (document.documentElement.dataset.ui === "zh" ? CHINESE : ENGLISH);
