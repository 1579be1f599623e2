// The search box: results as one types, kept in the URL, walked with the arrow keys.
document.addEventListener("DOMContentLoaded", () => {
  const SAY = {
    zh: {
      found: (n, exact) => (exact ? `${n} 个案例` : `约 ${n} 个案例`), none: "没有找到。换个说法，或少写几个词。", more: "更多", wider: "也看：数字中间有这几位的，以这个词开头的",
      loose: "没有案例含有所有的词；下面各含其中一些。", near: (w) => `没有“${w}”，这些相近。`, broken: "搜索索引没有读到，请重试。", note: "记录",
      facet: { status: "状态", station: "站点", engineer: "工程师", speaker: "发言人", year: "年份", lang: "语言", kind: "编号种类" },
      status: { unset: "未标记", resolved: "已解决", in_progress: "处理中", shelved: "暂搁置", conflicting: "标记矛盾" },
    },
    en: {
      found: (n, exact) => (exact ? (n === 1 ? "1 case" : `${n} cases`) : `About ${n} cases`), none: "Nothing found. Try other words, or fewer.", more: "More", wider: "Also: numbers with these digits inside, words that begin so",
      loose: "No case has all the words; these have some.", near: (w) => `No “${w}”; these are close.`, broken: "The search index could not be read. Try again.", note: "Note",
      facet: { status: "Status", station: "Station", engineer: "Engineer", speaker: "Speaker", year: "Year", lang: "Language", kind: "Identifiers" },
      status: { unset: "Not marked", resolved: "Resolved", in_progress: "In progress", shelved: "Shelved", conflicting: "Conflicting marks" },
    },
  };
  const PAGE = 10;
  const SMALL = 300; // cases up to which the filters cost a reader nothing
  const say = () => SAY[document.documentElement.dataset.ui] || SAY.en;
  const $ = (id) => document.getElementById(id);
  const [box, found, front, list, count, more, panel] = ["q", "found", "front", "hits", "count", "more", "facets"].map($);
  const make = (tag, name, ...inside) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...inside);
    return element;
  };
  const [n, s, w, m, p] = box.dataset.index.split(" ").map(Number);
  const index = { n, s, w, m, p, inside: box.dataset.inside };
  const root = document.documentElement.dataset.root;

  // The engine works in a worker where there is one; from a file it cannot be had.
  const attach = (path) => new Promise((done, fail) => {
    const script = make("script", "");
    script.src = root + path;
    script.onload = () => { script.remove(); done(); };
    script.onerror = () => { script.remove(); fail(new Error(path)); };
    document.head.append(script);
  });
  const inPage = async () => {
    await attach("assets/search.js");
    await self.kbEngine.over({ ...index, load: attach });
    return self.kbEngine;
  };
  const inWorker = () => new Promise((done, fail) => {
    const worker = new Worker(root + "assets/worker.js");
    const waiting = [];
    const call = (name) => (...given) => new Promise((good, bad) => {
      waiting.push([good, bad]);
      worker.postMessage([waiting.length - 1, name, ...given]);
    });
    worker.onmessage = ({ data: [number, value, error] }) => {
      const [good, bad] = waiting[number];
      delete waiting[number];
      if (error) bad(new Error(error));
      else good(value);
    };
    worker.onerror = fail;
    call("over")(index).then(() => done({ search: call("search"), cards: call("cards"), facets: call("facets") }), fail);
  });
  const engine = self.Worker && location.protocol !== "file:" ? inWorker().catch(inPage) : inPage();
  const call = (name) => async (...given) => (await engine)[name](...given);
  self.kb = { search: call("search"), cards: call("cards"), facets: call("facets") };
  let asked = 0;
  let limit = PAGE;
  let wide = false; // whether what only nearly fits was asked for

  const run = (pieces) => pieces.map(([text, hit]) => (hit ? make("mark", "", text) : text));
  const auto = (element) => { element.dir = "auto"; return element; };

  const card = (doc) => {
    const link = make("a", "");
    link.href = doc.url;
    const id = make("span", "id", make("bdi", "", ...run(doc.name)));
    link.append(make("span", "card-top", id, make("span", `badge s-${doc.status}`, say().status[doc.status])));
    link.append(auto(make("span", "card-title", ...run(doc.title))));
    const { why } = doc;
    if (why) link.append(auto(make("span", "card-text", ...(why.label ? [make("b", "", why.label), " "] : []), ...run(why.pieces))));
    const about = [doc.date, doc.station, ...doc.engineers].filter(Boolean).map((value) => make("bdi", "", value));
    link.append(make("span", "card-meta", ...about));
    return make("li", "card", link);
  };

  const filterOf = (name, value) => `${name}:${/[\s"]/.test(value) ? `"${value}"` : value}`;
  const toggle = (filter) => {
    const has = ` ${box.value} `.includes(` ${filter} `);
    box.value = (has ? ` ${box.value} `.replace(` ${filter} `, " ") : `${box.value} ${filter} `).trimStart();
    remember(true);
    ask();
  };
  const group = ([name, rows]) => {
    const buttons = rows.slice(0, 12).map(([value, n]) => {
      const filter = filterOf(name, value);
      const button = make("button", "chip", make("bdi", "", name === "status" ? say().status[value] : value), " ", make("span", "n", n));
      button.type = "button";
      button.setAttribute("aria-pressed", ` ${box.value} `.includes(` ${filter} `));
      button.addEventListener("click", () => toggle(filter));
      return button;
    });
    return make("div", "facet", make("p", "facet-name", say().facet[name]), ...buttons);
  };
  const divide = async () => {
    if (!panel.open || found.hidden) return;
    const text = box.value;
    const groups = await self.kb.facets(text);
    if (text === box.value) $("facet-groups").replaceChildren(...groups.filter(([, rows]) => rows.length).map(group));
  };

  const show = async () => {
    const text = box.value;
    const turn = ++asked;
    const any = text.trim() !== "";
    front.hidden = any;
    document.body.classList.toggle("asked", any);
    if (!any) found.hidden = true;
    if (!any) return;
    let answer;
    try {
      answer = await self.kb.cards(text, limit, wide);
    } catch {
      answer = { hits: [], broken: true, total: 0 };
    }
    if (turn !== asked) return;
    found.hidden = false;
    const { hits, total, exact, loose, near, broken } = answer;
    count.textContent = broken ? say().broken : !total ? say().none : [loose ? say().loose : say().found(total, exact), ...(near || []).map(say().near)].join(" ");
    list.replaceChildren(...hits.map(card));
    more.hidden = total <= hits.length && !answer.wider;
    more.textContent = answer.wider ? say().wider : say().more;
    more.value = answer.wider ? "wider" : "";
    divide();
    performance.mark("kb-answered");
    document.documentElement.dataset.answered = text;
  };

  const remember = (push) => {
    const here = new URL(location.href);
    if (box.value.trim()) here.searchParams.set("q", box.value);
    else here.searchParams.delete("q");
    if (here.href === location.href) return;
    try {
      history[push ? "pushState" : "replaceState"](null, "", here);
    } catch { /* file:// in some browsers: the query is then not kept */ }
  };

  const walk = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (found.hidden || next >= links.length || (at < 0 && next !== 0)) return;
    event.preventDefault();
    if (next < 0) box.focus();
    else links[next].focus();
  };

  const ask = () => {
    limit = PAGE;
    wide = false;
    return show();
  };
  const read = () => {
    box.value = new URLSearchParams(location.search).get("q") || "";
    ask();
  };

  box.addEventListener("input", () => { ask(); remember(false); });
  box.form.addEventListener("submit", async (event) => {
    event.preventDefault();
    remember(true);
    await ask();
    list.querySelector("a")?.focus();
  });
  panel.addEventListener("toggle", divide);
  panel.open = n <= SMALL && matchMedia("(min-width: 64rem)").matches;
  more.addEventListener("click", () => {
    wide ||= more.value === "wider";
    limit += PAGE;
    show();
  });
  addEventListener("keydown", walk);
  addEventListener("popstate", read);
  document.addEventListener("kb-ui", show);
  read();
});
