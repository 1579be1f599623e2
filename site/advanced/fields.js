/**
 * Fields of a query: their names, and what a value asks for. kb/search/query has the same.
 * @import {CaseNode, FacetNode} from "../types"
 */
import { foldText } from "../search/analysis.js";

/**
 * The name of each word of a table.
 * @param {Record<string, string>} table words by name, separated by spaces
 * @returns {Map<string, string>}
 */
const byWord = (table) =>
  new Map(
    Object.entries(table).flatMap(([name, words]) =>
      [name, ...words.split(" ")].map((word) => [word, name])
    )
  );

/** Names of fields and statuses: kb/search/query/field_names.py has the same. */
const FIELDS = byWord({
  speaker: "发言人 说话人 发言者 讲话人 said",
  engineer: "工程师 售后工程师 跟单工程师 售后 跟单 assignee",
  status: "状态 state",
  kind: "种类 类型 type",
  lang: "语言 language",
  year: "年份",
  number: "序号 案例号 no",
  date: "日期",
  after: "之后 since from",
  before: "之前 until",
  on: "当日 在",
  id: "编号 案例编号 case 案例",
  title: "标题 heading",
  problem: "问题 问题描述 描述",
  resolution: "解决 解决方案 solution",
  station: "站点 场站 站 site",
  page: "页面 页",
  file: "附件 文件 attachment files attachments",
  phone: "手机号码 手机号 手机 电话",
  bill: "账单号 帐单号 订单号 账单 billing order",
  connector: "枪号 枪",
  pile: "桩号 充电桩 charger",
  started: "充电时间 开始时间 start",
  ended: "结束时间 end",
  vehicle: "车牌 车牌号 vin 车架号",
  account: "账号 帐号 用户",
  amount: "金额"
});
const STATUSES = byWord({
  resolved: "已解决 解决 done solved closed",
  in_progress: "处理中 进行中 open in-progress",
  shelved: "暂搁置 搁置 on-hold",
  unset: "未标记 未选 none",
  conflicting: "矛盾 冲突"
});
const DATES = ["after", "before", "on", "date"];

/** What cases can be filtered by: FACETS in kb/publish/browser_index/documents.py. */
export const FACETS = ["status", "station", "engineer", "speaker", "year", "lang", "kind"];

/**
 * The name of a field that is written so.
 * @param {string} label
 */
export const fieldOf = (label) => FIELDS.get(foldText(label.trim()));

/**
 * Whether a field is text to be searched, not a date, number or name.
 * @param {string} field
 */
export const isTextField = (field) =>
  field !== "number" && !DATES.includes(field) && !FACETS.includes(field);

/**
 * The first and last day of `2020`, `2020-4`, `2020/04/07`, `20200407`, `2020年4月`; null of others.
 * @param {string} text
 */
const daysOf = (text) => {
  const match =
    /^(\d{4})(?:(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)?|年)?|(\d\d)(\d\d)?)$/.exec(
      foldText(text)
    );
  if (!match) return null;
  const [, year, month = match[4], day = match[5]] = match;
  if (Number(month) > 12 || Number(day) > 31) return null;
  /** @param {string} value */
  const two = (value) => value.padStart(2, "0");
  return {
    first: `${year}-${two(month || "1")}-${two(day || "1")}`,
    last: `${year}-${two(month || "12")}-${two(day || "31")}`
  };
};

/**
 * Cases of some days; those without a date have the day "".
 * @param {(day: string) => boolean} accepts
 * @returns {FacetNode}
 */
const ofDays = (accepts) => ({ kind: "facet", facet: "day", accepts });

/** @param {string} [low] @param {string} [high] */
const between = (low, high) =>
  ofDays((day) => day !== "" && (!low || day >= low) && (!high || day <= high));

/**
 * @param {string} field
 * @param {string} value a day, month or year, after `<`, `<=`, `>` or `>=`; or two with `..` between
 */
const dateNode = (field, value) => {
  const range = /^(.*?)(?:\.\.|…)(.*)$/.exec(value);
  if (range) {
    const low = daysOf(range[1])?.first;
    const high = daysOf(range[2])?.last;
    return low || high ? between(low, high) : null;
  }
  const [, sign, text] = /** @type {RegExpExecArray} */ (/^([<>]=?)?(.*)$/.exec(value));
  const days = daysOf(text);
  if (!days) return null;
  const { first, last } = days;
  if (field === "after" || sign === ">=") return between(first);
  if (sign === ">") return ofDays((day) => day > last);
  if (field === "before" || sign === "<") return ofDays((day) => day !== "" && day < first);
  return sign === "<=" ? between("", last) : between(first, last);
};

/**
 * @param {string} value a number, after `<`, `<=`, `>` or `>=`; or two with `..` between
 * @returns {CaseNode | null}
 */
const numberNode = (value) => {
  const range = /^(\d*)(?:\.\.|…)(\d*)$/.exec(value);
  const [, sign = "", digits = ""] = /^([<>]=?)?(\d+)$/.exec(value) || [];
  if (!digits && (!range || value === "..")) return null;
  let [low, high] = [Number(digits), Number(digits)];
  if (range) [low, high] = [Number(range[1]), Number(range[2]) || Infinity];
  if (sign[0] === "<") [low, high] = [0, high - Number(sign === "<")];
  if (sign[0] === ">") [low, high] = [low + Number(sign === ">"), Infinity];
  return {
    kind: "case",
    accepts: ({ about }) => {
      const number = Number(/#(\d+)/.exec(about.id)?.[1]);
      return number >= low && number <= high;
    }
  };
};

/**
 * @param {string} facet
 * @param {string} value the whole name, or its beginning with a `*`; of a station any part
 * @param {boolean} quoted
 * @returns {FacetNode | null}
 */
const facetNode = (facet, value, quoted) => {
  const begins = !quoted && /.[*＊]$/.test(value);
  const folded = foldText(begins ? value.slice(0, -1) : value).trim();
  const wanted = (facet === "status" && STATUSES.get(folded)) || folded;
  if (!wanted) return null;
  /** @param {string} name */
  const accepts = (name) => {
    if (facet === "station" && !quoted) return name.includes(wanted);
    return begins ? name.startsWith(wanted) : name === wanted;
  };
  return { kind: "facet", facet, accepts: (name) => accepts(foldText(name)) };
};

/**
 * What a field of dates, numbers or names asks for; null where the value cannot be understood.
 * @param {string} field
 * @param {string} value
 * @param {boolean} quoted
 */
export const fieldNode = (field, value, quoted) => {
  if (DATES.includes(field)) return dateNode(field, value);
  if (field === "number") return numberNode(foldText(value));
  return facetNode(field, value, quoted);
};
