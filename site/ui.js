// Runs before the page is painted: the reader's language and theme; then the page's small helpers.
(() => {
  "use strict";
  const html = document.documentElement;
  const kept = (key) => { try { return localStorage.getItem("kb-" + key); } catch { return null; } };
  const keep = (key, value) => { try { localStorage.setItem("kb-" + key, value); } catch { /* private mode: for this page only */ } };
  const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;

  const speak = (ui) => {
    html.dataset.ui = ui;
    html.lang = ui === "zh" ? "zh-CN" : "en";
    for (const box of document.querySelectorAll("input[data-zh]")) box.placeholder = box.dataset[ui];
  };
  const ui = kept("ui");
  if (ui === "zh" || ui === "en") speak(ui);
  html.dataset.theme = kept("theme") || (dark() ? "dark" : "light");

  const lines = () => {
    for (const row of document.querySelectorAll("tr.on")) row.classList.remove("on");
    const first = /^#L(\d+)$/.exec(location.hash);
    if (!first) return;
    const last = Math.min(+(new URLSearchParams(location.search).get("to") || first[1]), +first[1] + 5000);
    for (let n = +first[1]; n <= last; n++) document.getElementById("L" + n)?.classList.add("on");
  };

  const said = document.createElement("p"); // to those who hear the page: what was copied
  said.className = "vh";
  said.setAttribute("role", "status");

  const copy = async (button) => {
    const text = button.parentElement.querySelector(".val").textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(button.parentElement.querySelector(".val"));
      return;
    }
    button.classList.add("done");
    said.textContent = "✓ " + text;
    setTimeout(() => button.classList.remove("done"), 1500);
  };

  // Paper cannot be clicked: what is folded is printed open, and folded again.
  const unfold = () => document.querySelectorAll("main details:not([open])").forEach((part) => {
    part.open = true;
    addEventListener("afterprint", () => { part.open = false; }, { once: true });
  });

  addEventListener("beforeprint", unfold);
  addEventListener("hashchange", lines);
  document.addEventListener("DOMContentLoaded", () => {
    speak(html.dataset.ui);
    const lang = document.getElementById("lang");
    const theme = document.getElementById("theme");
    lang.hidden = theme.hidden = false;
    lang.addEventListener("click", () => {
      const next = html.dataset.ui === "zh" ? "en" : "zh";
      keep("ui", next);
      speak(next);
      document.dispatchEvent(new Event("kb-ui"));
    });
    theme.addEventListener("click", () => {
      html.dataset.theme = html.dataset.theme === "dark" ? "light" : "dark";
      keep("theme", html.dataset.theme);
    });
    document.querySelector("main").append(said);
    for (const button of document.querySelectorAll(".copy")) {
      button.hidden = false;
      button.title = button.parentElement.querySelector(".val").textContent;
      button.addEventListener("click", () => copy(button));
    }
    addEventListener("keydown", (event) => {
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName);
      const wanted = (event.key === "/" && !typing) || (event.key === "k" && (event.ctrlKey || event.metaKey));
      if (!wanted || event.altKey) return;
      event.preventDefault();
      document.getElementById("q").focus();
      document.getElementById("q").select();
    });
    lines();
  });
})();
