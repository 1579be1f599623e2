// What few queries need: OR, brackets, -without, "phrases", fields, dates, beginnings, near words, facets.
self.kbRare ??= (() => {
  let made;
  return (inner) => (made ??= ((engine) => {
    "use strict";
    const { load, lookup, fill, ranked, gather, check, stands: standsIn, keysOf, reader, documents, meta, testsOf, foldText, stem, fileOf, LETTER, ENGLISH } = engine;

    // Names of fields and statuses: kb/search/query/field_names.py has the same.
    const byWord = (table) => new Map(Object.entries(table).flatMap(([name, words]) => [name, ...words.split(" ")].map((word) => [word, name])));
    const FIELDS = byWord({
      speaker: "发言人 说话人 发言者 讲话人 said", engineer: "工程师 售后工程师 跟单工程师 售后 跟单 assignee", status: "状态 state",
      kind: "种类 类型 type", lang: "语言 language", year: "年份", number: "序号 案例号 no", date: "日期", after: "之后 since from",
      before: "之前 until", on: "当日 在", id: "编号 案例编号 case 案例", title: "标题 heading", problem: "问题 问题描述 描述",
      resolution: "解决 解决方案 solution", station: "站点 场站 站 site", page: "页面 页", file: "附件 文件 attachment files attachments",
      phone: "手机号码 手机号 手机 电话", bill: "账单号 帐单号 订单号 账单 billing order", connector: "枪号 枪", pile: "桩号 充电桩 charger",
      started: "充电时间 开始时间 start", ended: "结束时间 end", vehicle: "车牌 车牌号 vin 车架号", account: "账号 帐号 用户", amount: "金额",
    });
    const STATUS = byWord({
      resolved: "已解决 解决 done solved closed", in_progress: "处理中 进行中 open in-progress", shelved: "暂搁置 搁置 on-hold",
      unset: "未标记 未选 none", conflicting: "矛盾 冲突",
    });
    const NAMED = new Set(["status", "station", "engineer", "speaker", "year", "lang", "kind"]);
    const QUOTES = { '"': '"', "“": "”", "”": "”", "「": "」", "『": "』", "＂": "＂" };
    const FIELD = /[^\s:："“”「『＂()（）|｜*＊]{1,40}[:：]/y;
    const CHUNK = /[^\s"“”「『＂()（）|｜]+/y;

    // Pieces of a query: [kind, text, field].
    const lexemes = (text) => {
      const found = [];
      let at = 0;
      let fresh = true;
      const take = (pattern) => {
        pattern.lastIndex = at;
        const match = pattern.exec(text);
        if (match) at += match[0].length;
        return match?.[0] ?? "";
      };
      const quote = (field) => {
        const close = text.indexOf(QUOTES[text[at]], at + 1);
        const inside = text.slice(at + 1, close < 0 ? undefined : close);
        at = close < 0 ? text.length : close + 1;
        return [close < 0 ? "words" : "quote", inside, field];
      };
      while (at < text.length && found.length < 100) {
        const c = text[at];
        if (/\s/.test(c) || /[(（)）|｜]/.test(c)) {
          if (/\S/.test(c)) found.push([/[(（]/.test(c) ? "open" : /[)）]/.test(c) ? "close" : "or"]);
          at++;
          fresh = true;
        } else if (fresh && /[-－﹣−]/.test(c) && /\S/.test(text[at + 1] || " ")) {
          found.push(["not"]);
          at++;
          fresh = false;
        } else {
          fresh = false;
          if (QUOTES[c]) {
            found.push(quote(""));
            continue;
          }
          const field = take(FIELD).slice(0, -1);
          if (field && QUOTES[text[at]]) found.push(quote(field));
          else {
            const word = take(CHUNK) || (field ? "" : text[at++]);
            found.push([!field && (word === "OR" || word === "||") ? "or" : "word", word, field]);
          }
        }
      }
      return found;
    };

    const words = (text, more) => {
      const bare = text.replace(/^[*＊]+|[*＊]+$/g, "");
      const [first, last] = [/^[*＊]/.test(text), /[*＊]$/.test(text)];
      const star = bare && first !== last ? (first ? "ends" : "begins") : "";
      const fuzzy = !star && bare.length > 1 && /[~～]$/.test(bare);
      const tests = testsOf(fuzzy ? bare.replace(/[~～]+$/, "") : bare, { star, ...more });
      for (const test of tests) Object.assign(test, { fuzzy, field: more.field });
      return tests.length ? { tests } : null;
    };

    // First and last day of `2020`, `2020-4`, `2020/04/07`, `20200407`, `2020年4月`.
    const daysOf = (text) => {
      const match = /^(\d{4})(?:(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)?|年)?|(\d\d)(\d\d)?)$/.exec(foldText(text));
      if (!match) return null;
      const two = (n) => n.padStart(2, "0");
      const [year, month, day] = [match[1], match[2] || match[4], match[3] || match[5]];
      if (+month > 12 || +day > 31) return null;
      return [`${year}-${two(month || "1")}-${two(day || "1")}`, `${year}-${two(month || "12")}-${two(day || "31")}`];
    };
    const between = (low, high) => ({ name: "day", fits: (day) => day && (!low || day >= low) && (!high || day <= high) });
    const date = (name, value) => {
      const range = /^(.*?)(?:\.\.|…)(.*)$/.exec(value);
      const [low, high] = range ? [daysOf(range[1])?.[0], daysOf(range[2])?.[1]] : [];
      if (range) return low || high ? between(low, high) : null;
      const [, sign, day] = /^([<>]=?)?(.*)$/.exec(value);
      const days = daysOf(day);
      if (!days) return null;
      if (name === "after" || sign === ">=") return between(days[0]);
      if (sign === ">") return { name: "day", fits: (d) => d > days[1] };
      if (name === "before" || sign === "<") return { name: "day", fits: (d) => d && d < days[0] };
      return sign === "<=" ? between("", days[1]) : between(...days);
    };
    const count = (value) => {
      const range = /^(\d*)(?:\.\.|…)(\d*)$/.exec(value);
      const [, sign, digits] = /^([<>]=?)?(\d+)$/.exec(value) || [];
      if (!digits && (!range || value === "..")) return null;
      const [low, high] = digits ? [sign?.[0] === "<" ? 0 : +digits + (sign === ">"), sign?.[0] === ">" ? Infinity : digits - (sign === "<")] : [+range[1], +range[2] || Infinity];
      return { see: (doc) => { const n = +/#(\d+)/.exec(doc.id)?.[1]; return n >= low && n <= high; } };
    };
    const named = (name, value, quoted) => {
      const star = !quoted && /.[*＊]$/.test(value);
      const folded = foldText(star ? value.slice(0, -1) : value).trim();
      const wanted = (name === "status" && STATUS.get(folded)) || folded;
      const fits = (item) => (name === "station" && !quoted ? item.includes(wanted) : star ? item.startsWith(wanted) : item === wanted);
      return wanted ? { name, fits: (item) => fits(foldText(item)) } : null;
    };
    const fielded = (label, value, quoted, more) => {
      const name = FIELDS.get(foldText(label.trim()));
      if (name && value.trim()) {
        const field = { ...more, field: name };
        const found = ["after", "before", "on", "date"].includes(name) ? date(name, value) : name === "number" ? count(foldText(value))
          : NAMED.has(name) ? named(name, value, quoted) : quoted ? phrase(value, name) : words(value, field);
        if (found) return found;
      }
      return quoted ? every([words(label, more), phrase(value)]) : words(`${label}:${value}`, more);
    };
    const phrase = (text, field) => {
      const tests = testsOf(text, { exact: true });
      for (const test of tests) test.field = field;
      return tests.length ? { tests } : null;
    };
    const every = (nodes) => {
      const given = nodes.filter(Boolean);
      return given.length > 1 ? { all: given } : given[0] || null;
    };

    // The query's tree: {all}, {any}, {not}, {tests}, {name, fits} of a facet, {see} of a case.
    const parse = (text, wide) => {
      const items = lexemes(text.slice(0, 2000));
      let at = 0;
      const more = (last) => ({ wide, open: last && !/\s$/.test(text) });
      const item = (depth) => {
        const [kind, inside, field] = items[at++];
        if (kind === "not") {
          if (!items[at] || ["or", "close", "not"].includes(items[at][0])) return null;
          const node = item(depth);
          return node && { not: node };
        }
        if (kind === "open") {
          if (depth > 20) return null;
          const node = either(depth + 1);
          at++;
          return node;
        }
        const open = more(at === items.length);
        if (kind === "words") return every(inside.split(/\s+/).map((word) => words(word, { wide })));
        if (field) return fielded(field, inside, kind === "quote", open);
        return kind === "quote" ? phrase(inside) : words(inside, open);
      };
      const row = (depth) => {
        const found = [];
        while (at < items.length && items[at][0] !== "or" && items[at][0] !== "close") found.push(item(depth));
        return every(found);
      };
      const either = (depth) => {
        const found = [row(depth)];
        while (items[at]?.[0] === "or") {
          at++;
          found.push(row(depth));
        }
        const given = found.filter(Boolean);
        return given.length > 1 ? { any: given } : given[0] || null;
      };
      const found = [];
      while (at < items.length) {
        if (items[at][0] === "close") at++;
        else found.push(either(0));
      }
      return every(found);
    };

    const stands = (doc, test) => (test.field ? doc.texts.some((t) => t.name === test.field && standsIn(t, test)) || (test.field === "id" && standsIn({ text: doc.id }, test)) : standsIn(doc, test));
    const facets = new Map();
    self.kbA = (name, rows) => facets.set(name, rows);
    const decode = (signs) => {
      const bits = reader(signs);
      return documents(bits, bits.gamma() - 1);
    };
    // All documents of any of the lists, each with its best weight.
    const union = (some) => {
      const best = new Map();
      for (const p of some.flatMap((list) => list.docs)) if (!(best.get(p >> 2) >= (p & 3))) best.set(p >> 2, p & 3);
      return { whole: some.every((list) => list.whole), docs: [...best].map(([doc, weight]) => doc * 4 + weight), count: Math.max(best.size, ...some.map((list) => list.count)) };
    };

    // Words of the index that begin as this one, and how many cases have each.
    const lexicon = new Map();
    self.kbX = (text) => { for (const line of text.split("\n")) { const [word, n] = line.split(" "); lexicon.set(word, +n); } };
    const beginning = async (word) => {
      await load(`search/x/${fileOf([...word].slice(0, 3).join(""), Math.max(1, meta.s / 16)).toString(16)}.js`);
      return [...lexicon].sort((a, b) => b[1] - a[1]);
    };
    const edits = (a, b, most) => {
      let rows = [[], [...Array(b.length + 1).keys()]];
      for (let i = 1; i <= a.length; i++) {
        const [before, last] = rows;
        const row = [i];
        for (let j = 1; j <= b.length; j++) {
          row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] !== b[j - 1]));
          if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
        }
        rows = [last, row];
        if (Math.min(...row) > most) return false;
      }
      return rows[1][b.length] <= most;
    };
    const MOST = 12;
    const keyOf = (word) => (ENGLISH.test(word) ? stem(word) : word);
    const joined = async (words) => {
      const some = await Promise.all([...new Set(words.map(keyOf))].slice(0, MOST).map(lookup));
      await Promise.all(some.map(fill));
      return union(some);
    };
    const widen = (tests) => Promise.all(tests.map(async (test) => {
      if (test.run || test.number || test.exact) return;
      const own = await lookup(keyOf(test.word));
      if (!test.begins && !test.fuzzy && own.docs.length) return;
      const known = test.word.length > 2 ? await beginning(test.word) : [];
      const longer = test.begins ? known.filter(([word]) => word.startsWith(test.word)).map(([word]) => word) : [];
      const most = test.word.length < 8 ? 1 : 2;
      const near = !longer.length && !own.docs.length && test.stem && test.word.length > 3 ? known.map(([word]) => word).filter((word) => edits(word, test.word, most)) : [];
      if (near.length && test.fuzzy) {
        test.stem = "";
        test.pattern = new RegExp(`(?<!${LETTER})(?:${near.join("|")})(?!${LETTER})`, "gu");
      } else if (near.length) test.near = near.map(keyOf);
      test.lists = [await joined([test.word, ...longer, ...near])];
    }));

    const listsOf = async (tests) => {
      await widen(tests.filter((test) => test.begins || test.fuzzy));
      const some = (await Promise.all(tests.map((test) => test.lists || Promise.all(keysOf(test).slice(0, 3).map(lookup))))).flat();
      await Promise.all(some.map((list) => list.key && fill(list)));
      return some;
    };
    const rowsOf = async ({ name, fits }) => {
      await load(`search/a/${name}.js`);
      if (name !== "day") return Object.entries(facets.get(name)).flatMap(([value, list]) => (fits(value) ? decode(list) : []));
      let n = 0;
      return Object.entries(facets.get("day")).flatMap(([day, many]) => {
        const from = n;
        n += many;
        return fits(day) ? Array.from({ length: many }, (_, i) => from + i) : [];
      });
    };
    // Numbers of documents that may fit, and whether they are sure to.
    const may = async (node, lists) => {
      if (!node || node.see) return { docs: new Set(Array(meta.n).keys()), sure: !node };
      if (node.name) return { docs: (node.docs = new Set(await rowsOf(node))), sure: true };
      if (node.tests) {
        const some = await listsOf(node.tests);
        lists.push(...some);
        return { docs: new Set(ranked(some, false, true)), sure: false };
      }
      if (node.not) {
        const { docs, sure } = await may(node.not, []);
        return { docs: new Set([...Array(meta.n).keys()].filter((doc) => !sure || !docs.has(doc))), sure };
      }
      const parts = await Promise.all((node.all || node.any).map((part) => may(part, lists)));
      const sure = parts.every((part) => part.sure);
      if (node.any) return { docs: new Set(parts.flatMap((part) => [...part.docs])), sure };
      const [first, ...others] = parts.map((part) => part.docs).sort((a, b) => a.size - b.size);
      return { docs: new Set([...first].filter((doc) => others.every((other) => other.has(doc)))), sure };
    };
    const fits = (node, doc, n) => {
      if (!node) return true;
      if (node.tests) return node.tests.every((test) => stands(doc, test));
      if (node.name) return node.docs.has(n);
      if (node.see) return node.see(doc);
      if (node.not) return !fits(node.not, doc, n);
      return node.any ? node.any.some((part) => fits(part, doc, n)) : node.all.every((part) => fits(part, doc, n));
    };
    const testsIn = (node) => (!node || node.not ? [] : node.tests || (node.all || node.any || []).flatMap(testsIn));
    const loosened = (node) => {
      const of = (some) => node.all.filter((part) => !!part.tests === some);
      return node?.all && of(true).length > 1 ? every([{ any: of(true) }, ...of(false)]) : null;
    };

    const find = async (text, limit, wide) => {
      const tree = parse(text, wide);
      const tests = testsIn(tree);
      if (!tree) return { hits: [], tests, total: 0, exact: true };
      const ask = async (node) => {
        const lists = [];
        if (wide) await widen(tests);
        const { docs, sure } = await may(node, lists);
        const order = ranked(lists, true).filter((doc) => docs.has(doc));
        const known = new Set(order);
        const others = [...docs].filter((doc) => !known.has(doc)).sort((a, b) => b - a);
        const { hits, rest } = await check([...order, ...others], limit, (doc, n) => fits(node, doc, n));
        return { hits, tests, total: sure ? docs.size : hits.length + rest, exact: sure || !rest };
      };
      const found = await ask(tree);
      const other = found.hits.length ? null : loosened(tree);
      const answer = other ? { ...(await ask(other)), loose: true } : found;
      return { ...answer, loose: !!answer.loose && answer.hits.length > 0, near: tests.filter((test) => test.near?.length).map((test) => test.word) };
    };

    // What a query's cases are divided by: facet → [value, how many], the commonest first.
    const counted = async (text) => {
      const tree = parse(text, false);
      const [{ docs }] = await Promise.all([may(tree, []), ...[...NAMED].map((name) => load(`search/a/${name}.js`))]);
      return [...NAMED].map((name) => {
        const rows = Object.entries(facets.get(name)).map(([value, list]) => [value, decode(list).filter((doc) => docs.has(doc)).length]);
        return [name, rows.filter((row) => row[1]).sort((a, b) => b[1] - a[1])];
      });
    };
    // Where no case has all: those that have some of the words, else those that have most of a run's pairs.
    const loosen = async (tests, limit) => {
      const any = async (some, least, deepest) => {
        const plain = await gather(some.filter((test) => !test.lists), true);
        const docs = ranked([...plain.some(), ...some.flatMap((test) => test.lists || [])], true).slice(0, deepest);
        const { hits, rest } = await check(docs, limit, (doc) => some.filter((test) => stands(doc, test)).length >= least);
        return hits.length ? { hits, tests: some, total: hits.length + rest, exact: !rest, loose: true } : null;
      };
      const found = tests.length > 1 ? await any(tests, 1, 200) : null;
      const pairs = tests.flatMap(({ run }) => (run?.length > 2 ? run.slice(1).flatMap((c, i) => testsOf(run[i] + c, {})) : []));
      return found || (pairs.length ? any(pairs, pairs.length / 2, 60) : null);
    };
    return { find, widen, loosen, facets: counted };
  })(inner));
})();
