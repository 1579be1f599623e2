/**
 * On every page, before it is painted: the reader's language and theme; then the page's small helpers.
 */

const root = document.documentElement;

/** @param {string} key @returns {string | null} null too where the browser keeps nothing */
const kept = (key) => {
  try {
    return localStorage.getItem(`kb-${key}`);
  } catch {
    return null;
  }
};

/** @param {string} key @param {string} value */
const keep = (key, value) => {
  try {
    localStorage.setItem(`kb-${key}`, value);
  } catch {
    // A private window: it holds for this page only.
  }
};

/** @param {string | undefined} language */
const setLanguage = (language) => {
  root.dataset.ui = language;
  root.lang = language === "zh" ? "zh-CN" : "en";
  for (const box of document.querySelectorAll("input[data-zh]")) {
    const { dataset } = /** @type {HTMLInputElement} */ (box);
    box.setAttribute("placeholder", dataset[language === "zh" ? "zh" : "en"] || "");
  }
};

/** Marks the lines of a source page that `?to=32#L31` names. */
const markLines = () => {
  for (const row of document.querySelectorAll("tr.on")) row.classList.remove("on");
  const match = /^#L(\d+)$/.exec(location.hash);
  if (!match) return;
  const first = Number(match[1]);
  const to = Number(new URLSearchParams(location.search).get("to") || first);
  for (let line = first; line <= Math.min(to, first + 5000); line++) {
    document.getElementById(`L${line}`)?.classList.add("on");
  }
};

/** Says to those who hear the page what was copied. */
const status = document.createElement("p");
status.className = "vh";
status.setAttribute("role", "status");

/** @param {HTMLElement} button */
const valueBeside = (button) =>
  /** @type {HTMLElement} */ (button.parentElement?.querySelector(".val"));

/**
 * Copies the value beside a button; where that is not allowed, selects it.
 * @param {HTMLElement} button
 */
const copyValue = async (button) => {
  const value = valueBeside(button);
  const text = value.textContent || "";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection()?.selectAllChildren(value);
    return;
  }
  button.classList.add("done");
  status.textContent = `✓ ${text}`;
  setTimeout(() => button.classList.remove("done"), 1500);
};

/** Paper cannot be clicked: what is folded is printed open, and folded again. */
const unfoldForPrint = () => {
  /** @type {NodeListOf<HTMLDetailsElement>} */
  const folded = document.querySelectorAll("main details:not([open])");
  for (const part of folded) {
    part.open = true;
    addEventListener(
      "afterprint",
      () => {
        part.open = false;
      },
      { once: true }
    );
  }
};

/**
 * Puts the cursor into the search box on `/`, and on Ctrl or ⌘ with `k`.
 * @param {KeyboardEvent} event
 */
const focusSearch = (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName || "");
  const wanted =
    (event.key === "/" && !typing) || (event.key === "k" && (event.ctrlKey || event.metaKey));
  if (!wanted || event.altKey) return;
  event.preventDefault();
  const box = /** @type {HTMLInputElement} */ (document.getElementById("q"));
  box.focus();
  box.select();
};

const showButtons = () => {
  const language = /** @type {HTMLElement} */ (document.getElementById("lang"));
  const theme = /** @type {HTMLElement} */ (document.getElementById("theme"));
  language.hidden = false;
  theme.hidden = false;
  language.addEventListener("click", () => {
    const next = root.dataset.ui === "zh" ? "en" : "zh";
    keep("ui", next);
    setLanguage(next);
    document.dispatchEvent(new Event("kb-ui"));
  });
  theme.addEventListener("click", () => {
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    keep("theme", next);
  });
  /** @type {NodeListOf<HTMLElement>} */
  const copies = document.querySelectorAll(".copy");
  for (const button of copies) {
    button.hidden = false;
    button.title = valueBeside(button).textContent || "";
    button.addEventListener("click", () => copyValue(button));
  }
};

const language = kept("ui");
if (language === "zh" || language === "en") setLanguage(language);
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
root.dataset.theme = kept("theme") || (dark ? "dark" : "light");

addEventListener("beforeprint", unfoldForPrint);
addEventListener("hashchange", markLines);
document.addEventListener("DOMContentLoaded", () => {
  setLanguage(root.dataset.ui);
  showButtons();
  document.querySelector("main")?.append(status);
  addEventListener("keydown", focusSearch);
  markLines();
});
