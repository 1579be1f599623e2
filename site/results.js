// The search box: results as one types, kept in the URL, walked with the arrow keys.
document.addEventListener("DOMContentLoaded", () => {
  const SAY = {
    zh: { found: (n) => `${n} 个案例`, none: "没有找到。换个说法,或少写几个词。", status: { unset: "未标记", resolved: "已解决", in_progress: "处理中", shelved: "暂搁置", conflicting: "标记矛盾" } },
    en: { found: (n) => (n === 1 ? "1 case" : `${n} cases`), none: "Nothing found. Try other words, or fewer.", status: { unset: "Not marked", resolved: "Resolved", in_progress: "In progress", shelved: "Shelved", conflicting: "Conflicting marks" } },
  };
  const MOST = 50;
  const say = () => SAY[document.documentElement.dataset.ui] || SAY.en;
  const box = document.getElementById("q");
  const found = document.getElementById("found");
  const front = document.getElementById("front");
  const list = document.getElementById("hits");
  const count = document.getElementById("count");

  const make = (tag, name, ...inside) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...inside);
    return element;
  };
  const run = (pieces) => pieces.map(([text, hit]) => (hit ? make("mark", "", text) : text));

  const card = (doc, tests) => {
    const link = make("a", "");
    link.href = doc.url;
    const badge = make("span", `badge s-${doc.status}`, say().status[doc.status]);
    const id = make("span", "id", make("bdi", "", ...run(marked(doc.id, tests))));
    const title = make("span", "card-title", ...run(marked(doc.title, tests)));
    title.dir = "auto";
    const text = make("span", "card-text", ...run(excerpt(doc.text, tests)));
    text.dir = "auto";
    const about = [doc.date, doc.station, ...doc.engineers].filter(Boolean).map((value) => make("bdi", "", value));
    link.append(make("span", "card-top", id, badge), title, text, make("span", "card-meta", ...about));
    return make("li", "card", link);
  };

  const show = () => {
    const text = box.value;
    const asked = text.trim() !== "";
    found.hidden = !asked;
    front.hidden = asked;
    if (!asked) return;
    const { hits, tests } = find(text);
    count.textContent = hits.length ? say().found(hits.length) : say().none;
    list.replaceChildren(...hits.slice(0, MOST).map((doc) => card(doc, tests)));
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

  const read = () => {
    box.value = new URLSearchParams(location.search).get("q") || "";
    show();
  };

  box.addEventListener("input", () => { show(); remember(false); });
  box.form.addEventListener("submit", (event) => {
    event.preventDefault();
    remember(true);
    list.querySelector("a")?.focus();
  });
  addEventListener("keydown", walk);
  addEventListener("popstate", read);
  document.addEventListener("kb-ui", show);
  read();
});
