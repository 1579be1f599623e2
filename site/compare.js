// Compares any two versions of a page side by side; which two stands in the URL.
(() => {
  "use strict";
  const AROUND = 3;
  let lines = [];
  const texts = new Map();

  window.kbV = (all, rows) => {
    lines = all;
    let before = [];
    for (const [name, steps] of rows) {
      before = steps.flatMap((step) => (Array.isArray(step) ? before.slice(step[0], step[0] + step[1]) : [step]));
      texts.set(name, before);
    }
  };

  // Pairs of equal lines by Myers' greedy algorithm between the common beginning and end.
  const pairs = (a, b) => {
    let head = 0;
    while (head < a.length && head < b.length && a[head] === b[head]) head++;
    let tail = 0;
    while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
    const found = [];
    for (let i = 0; i < head; i++) found.push([i, i]);
    for (const [x, y] of middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail))) found.push([x + head, y + head]);
    for (let i = tail; i > 0; i--) found.push([a.length - i, b.length - i]);
    return found;
  };

  const middle = (a, b) => {
    const most = Math.min(a.length + b.length, 2000); // beyond, the rest is shown as replaced
    const trace = [];
    let reach = new Map([[1, 0]]);
    for (let d = 0; d <= most; d++) {
      trace.push(new Map(reach));
      for (let k = -d; k <= d; k += 2) {
        let x = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1)) ? reach.get(k + 1) : reach.get(k - 1) + 1;
        while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
        reach.set(k, x);
        if (x >= a.length && x - k >= b.length) return walk(trace, a.length, b.length);
      }
    }
    return [];
  };

  const walk = (trace, x, y) => {
    const found = [];
    for (let d = trace.length - 1; d >= 0 && (x > 0 || y > 0); d--) {
      const reach = trace[d];
      const k = x - y;
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      const before = down ? k + 1 : k - 1;
      const [px, py] = d === 0 ? [0, 0] : [reach.get(before), reach.get(before) - before];
      while (x > px && y > py) found.push([--x, --y]);
      if (d > 0) [x, y] = [px, py];
    }
    return found.reverse();
  };

  const cell = (name, text) => {
    const td = document.createElement("td");
    td.className = name;
    td.append(text);
    return td;
  };

  // What differs inside a changed line stands out.
  const inside = (tag, text, other) => {
    let from = 0;
    while (from < text.length && text[from] === other[from]) from++;
    let to = 0;
    while (to < text.length - from && to < other.length - from && text[text.length - 1 - to] === other[other.length - 1 - to]) to++;
    const part = document.createElement(tag);
    part.append(text.slice(from, text.length - to));
    const all = document.createDocumentFragment();
    all.append(text.slice(0, from), part, text.slice(text.length - to));
    return all;
  };

  const row = (a, i, b, j) => {
    const tr = document.createElement("tr");
    const [old, now] = [i === null ? "" : lines[a[i]], j === null ? "" : lines[b[j]]];
    const same = i !== null && j !== null && a[i] === b[j];
    const both = i !== null && j !== null && !same;
    tr.append(
      cell("no", i === null ? "" : i + 1), cell(same ? "src" : i === null ? "src none" : "src gone", both ? inside("del", old, now) : old),
      cell("no", j === null ? "" : j + 1), cell(same ? "src" : j === null ? "src none" : "src new", both ? inside("ins", now, old) : now),
    );
    return tr;
  };

  const rowsOf = (a, b) => {
    const rows = [];
    let [i, j] = [0, 0];
    for (const [x, y] of [...pairs(a, b), [a.length, b.length]]) {
      while (i < x || j < y) rows.push([i < x ? i++ : null, j < y ? j++ : null, false]);
      if (x < a.length || y < b.length) rows.push([i++, j++, true]);
    }
    return rows;
  };

  const skipped = (n) => {
    const tr = document.createElement("tr");
    const td = cell("skip", "⋯ " + n);
    td.colSpan = 4;
    tr.append(td);
    return tr;
  };

  const show = (from, to) => {
    const [a, b] = [texts.get(from), texts.get(to)];
    if (!a || !b) return;
    const rows = rowsOf(a, b);
    const equal = rows.every(([, , same]) => same);
    document.getElementById("same").hidden = !equal;
    document.getElementById("sides").hidden = equal;
    const near = new Set(rows.flatMap(([, , same], n) => (same ? [] : Array.from({ length: 2 * AROUND + 1 }, (_, i) => n - AROUND + i))));
    const out = [];
    let hidden = 0;
    rows.forEach(([i, j], n) => {
      if (!near.has(n)) { hidden++; return; }
      if (hidden) out.push(skipped(hidden));
      hidden = 0;
      out.push(row(a, i, b, j));
    });
    if (hidden) out.push(skipped(hidden));
    document.getElementById("diff").replaceChildren(...out);
    document.getElementById("between").textContent = `${from} → ${to}`;
    document.getElementById("difference").hidden = false;
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("compare");
    const names = [...texts.keys()];
    const wanted = new URLSearchParams(location.search);
    form.elements.from.value = texts.has(wanted.get("from")) ? wanted.get("from") : names.at(-2);
    form.elements.to.value = texts.has(wanted.get("to")) ? wanted.get("to") : names.at(-1);
    const update = (remember) => {
      const [from, to] = [form.elements.from.value, form.elements.to.value];
      show(from, to);
      if (!remember) return;
      try {
        history.replaceState(null, "", `?from=${from}&to=${to}`);
      } catch { /* file:// in some browsers */ }
    };
    form.addEventListener("change", () => update(true));
    update(false);
  });
})();
