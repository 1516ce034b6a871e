
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const app = document.getElementById("app");
  const view = { query: "", filter: "all", sort: { functions: ["saved", -1], entries: ["last", -1] }, mode: "calls" };

  // ---- elements: everything that comes from the cache is written as text, never as markup ----
  const SVG = "http://www.w3.org/2000/svg";
  const fill = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
    }
    for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
    return element;
  };
  const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  // ---- words ----
  const bytes = (size) => {
    for (const unit of ["B", "kB", "MB", "GB", "TB"]) {
      if (size < 999.5 || unit === "TB") return `${unit === "B" || size >= 99.95 ? Math.round(size) : size.toFixed(1)} ${unit}`;
      size /= 1000;
    }
  };
  const seconds = (t) => {
    if (t < 0.9995e-3) return `${Math.round(t * 1e6)} µs`;
    if (t < 0.9995) return `${(t * 1e3).toFixed(1)} ms`;
    if (t < 59.995) return `${t.toFixed(2)} s`;
    const minutes = Math.round(t / 60);
    if (minutes < 60) return `${Math.floor(Math.round(t) / 60)} min ${Math.round(t) % 60} s`;
    return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${(minutes / 1440).toFixed(1)} days`;
  };
  const number = (n) => Math.round(n).toLocaleString("en").replaceAll(",", "\u2009");
  const moment = (t) => {
    const d = new Date(t * 1000), two = (n) => String(n).padStart(2, "0");
    return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
  };
  const ago = (t) => {
    const age = data.made - t;
    for (const [unit, name] of [[31536000, "year"], [2592000, "month"], [86400, "day"], [3600, "h"], [60, "min"]]) {
      const count = Math.floor(age / unit);
      if (count >= 1) return `${count} ${name}${count > 1 && unit >= 86400 ? "s" : ""} ago`;
    }
    return "just now";
  };
  const sum = (items, get) => items.reduce((total, item) => total + get(item), 0);
  const place = (thing) => (thing.file ? `${thing.file}${thing.line ? `:${thing.line}` : ""}` : "");

  // ---- what is found ----
  for (const f of data.functions) {
    const nodes = f.versions.flatMap((v) => (v.graph ? v.graph.nodes : []));
    f.spots = f.versions.length && f.versions[0].graph ? f.versions[0].graph.spots : [];
    f.hay = [f.name, ...nodes.map((n) => `${n.name} ${n.file ?? ""}`), ...f.shown.map((e) => e.arguments)].join("\n").toLowerCase();
    f.stale = f.versions.some((v) => v.state === "stale");
  }
  const FILTERS = [
    ["all", "all", () => true],
    ["used", "hit at least once", (f) => f.uses > 0],
    ["unused", "never hit", (f) => f.uses === 0],
    ["versions", "several versions", (f) => f.versions.length > 1],
    ["blind", "blind spots", (f) => f.spots.length > 0],
    ...(data.checked ? [["stale", "stale versions", (f) => f.stale]] : []),
  ];
  const found = () => {
    const query = view.query.trim().toLowerCase();
    const [, , keep] = FILTERS.find(([id]) => id === view.filter);
    return data.functions.filter((f) => keep(f) && f.hay.includes(query));
  };

  // ---- pieces ----
  const figure = (text, label, main) => h("div", { class: main ? "figure main" : "figure" }, h("b", {}, text), h("span", {}, label));
  const pressed = (text, on, action) => h("button", { class: "pill", "aria-pressed": String(on), onclick: action }, text);

  const chart = (functions) => {
    const [up, down] = view.mode === "calls" ? ["hits", "computed"] : ["saved", "spent"];
    const bars = Array.from({ length: data.bars.count }, () => [0, 0]);
    for (const f of functions) {
      for (const [side, name] of [up, down].entries())
        for (const [bar, value] of Object.entries(f.chart[name])) bars[bar][side] += value;
    }
    const show = view.mode === "calls" ? number : seconds;
    const width = Math.max(300, Math.min(app.clientWidth || 1100, 1200) - 90), height = 150;
    const most = Math.max(...bars.map(([a, b]) => a + b), 1e-9), step = Math.min(width / bars.length, 64);
    const label = (bar) => moment(data.bars.start + bar * data.bars.width).slice(0, data.bars.width < 86400 ? 16 : 10);
    const columns = bars.map(([a, b], bar) => {
      const x = bar * step, wide = Math.max(step - 2, 1), tall = (v) => (v ? Math.max((v / most) * height, 2) : 0);
      const title = `${label(bar)}\n${show(a)} ${view.mode === "calls" ? "hits" : "saved"}\n${show(b)} ${view.mode === "calls" ? "computed" : "computing"}`;
      return s("g", {}, s("title", {}, title), s("rect", { class: "area", x, y: 0, width: step, height }),
        s("rect", { class: "miss", x: x + 1, y: height - tall(b), width: wide, height: tall(b), rx: 2 }),
        s("rect", { class: "hit", x: x + 1, y: height - tall(b) - tall(a), width: wide, height: tall(a), rx: 2 }));
    });
    const end = step * bars.length;
    const rules = [0, 0.5, 1].flatMap((part) => [
      s("line", { class: "rule", x1: 0, x2: width, y1: height * part, y2: height * part }),
      s("text", { x: width + 6, y: height * part + 4 }, part < 1 && (part === 0 || most > 1) ? show(most * (1 - part)) : ""),
    ]);
    const ends = [s("text", { x: 0, y: height + 18 }, label(0))];
    if (end > 320) ends.push(s("text", { x: end, y: height + 18, "text-anchor": "end" }, label(bars.length - 1)));
    const legend = h("div", { class: "legend" }, h("span", {}, h("i", { class: "i-hit" }), view.mode === "calls" ? "hits" : "time saved by hits"),
      h("span", {}, h("i", { class: "i-miss" }), view.mode === "calls" ? "misses, computed and stored" : "time spent computing"));
    return h("section", { class: "card", id: "times" },
      h("div", { class: "row apart" }, h("h2", {}, "Hits and misses over time"), h("div", { class: "row" }, legend,
        ["calls", "seconds"].map((mode) => pressed(mode, view.mode === mode, () => { view.mode = mode; draw(); })))),
      s("svg", { class: "chart", viewBox: `0 -6 ${width + 70} ${height + 30}`, preserveAspectRatio: "xMinYMid meet" }, rules, columns, ends),
      h("p", { class: "note" }, "Misses stand where entries were stored; hits where each entry's last one was. Entries that were removed are not counted."));
  };

  const ranking = (title, functions, get, show, kind) => {
    const best = [...functions].sort((a, b) => get(b) - get(a)).filter((f) => get(f) > 0).slice(0, 8);
    const most = best.length ? get(best[0]) : 1;
    const bar = (f) => {
      const line = h("i", {});
      line.style.width = `${Math.max((100 * get(f)) / most, 0.5)}%`;
      return h("button", { onclick: () => go(f), title: f.name }, h("span", { class: "mono" }, `\u200e${f.name}`), h("span", { class: "much" }, show(get(f))),
        h("span", { class: `track ${kind}` }, line));
    };
    return h("section", { class: "card" }, h("h2", {}, title), best.length ? h("div", { class: "bars" }, best.map(bar)) : h("p", { class: "empty" }, "nothing yet"));
  };

  const sortable = (id, columns, rows, row) => {
    const [key, way] = view.sort[id];
    const column = columns.find((c) => c.key === key) ?? columns[0];
    const order = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
    const sorted = [...rows].sort((a, b) => way * order(column.get(a), column.get(b)));
    const head = columns.map((c) => h("th", { class: c.num ? "num" : null, "aria-sort": c.key === key ? (way > 0 ? "ascending" : "descending") : null },
      h("button", { onclick: () => { view.sort[id] = [c.key, c.key === key ? -way : c.num ? -1 : 1]; draw(); } }, c.label + (c.key === key ? (way > 0 ? " ↑" : " ↓") : ""))));
    return h("div", { class: "scroll" }, h("table", { id }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, sorted.map(row))));
  };
  const cells = (columns, item) => columns.map((c) => h("td", { class: [c.num ? "num" : "", c.mono ? "mono" : "", c.dim ? "dim" : "", c.tight ? "tight" : ""].join(" ").trim() || null }, c.show(item)));
  const openable = (action) => ({ tabindex: 0, onclick: action, onkeydown: (event) => { if (event.key === "Enter") action(); } });

  // ---- all functions ----
  const FUNCTIONS = [
    { key: "name", label: "function", mono: true, get: (f) => f.name, show: (f) => [f.name, f.stale ? h("span", { class: "tag warn" }, "stale versions") : null] },
    { key: "versions", label: "versions", num: true, get: (f) => f.versions.length, show: (f) => number(f.versions.length) },
    { key: "entries", label: "entries", num: true, get: (f) => f.entries, show: (f) => number(f.entries) },
    { key: "size", label: "size", num: true, get: (f) => f.size, show: (f) => bytes(f.size) },
    { key: "duration", label: "a hit saves", num: true, get: (f) => f.duration, show: (f) => seconds(f.duration) },
    { key: "uses", label: "hits", num: true, get: (f) => f.uses, show: (f) => number(f.uses) },
    { key: "saved", label: "saved so far", num: true, get: (f) => f.saved, show: (f) => (f.uses ? seconds(f.saved) : "–") },
    { key: "last", label: "last use", num: true, dim: true, get: (f) => f.last, show: (f) => ago(f.last) },
  ];
  const overview = () => {
    const functions = found(), all = data.functions;
    const search = h("input", { type: "search", id: "search", placeholder: "Search functions, helpers, files, arguments", "aria-label": "search", value: view.query,
      oninput: (event) => { view.query = event.target.value; draw(); } });
    const table = functions.length ? sortable("functions", FUNCTIONS, functions, (f) => h("tr", { ...openable(() => go(f)), "data-name": f.name }, cells(FUNCTIONS, f)))
      : h("p", { class: "empty" }, all.length ? "No function fits." : "This cache has no entries.");
    return [
      h("div", { class: "figures" }, figure(seconds(sum(all, (f) => f.saved)), "saved by hits so far", true), figure(number(sum(all, (f) => f.uses)), "hits"),
        figure(number(sum(all, (f) => f.entries)), "entries"), figure(bytes(sum(all, (f) => f.size)), "on disk"), figure(number(all.length), "functions"),
        figure(seconds(sum(all, (f) => f.duration * f.entries)), "of computing kept")),
      chart(functions),
      h("div", { class: "pair" }, ranking("Functions by time saved", functions, (f) => f.saved, seconds, "time"), ranking("Functions by size", functions, (f) => f.size, bytes, "size")),
      h("section", { class: "card" }, h("div", { class: "row apart" }, h("div", { class: "row" }, FILTERS.map(([id, text]) =>
        pressed(text, view.filter === id, () => { view.filter = id; draw(); }))), search), table),
    ];
  };

  // ---- one function ----
  const VERSIONS = [
    { mono: true, label: "version", show: (v) => [v.id.slice(0, 8), v.state && v.state !== "unknown" ? h("span", { class: v.state === "current" ? "tag good" : "tag warn" }, v.state) : null,
      v.serves ? h("span", { class: "tag" }, `accepted as ${v.serves.slice(0, 8)}`) : null] },
    { label: "made", num: true, show: (v) => moment(v.created) },
    { label: "entries", num: true, show: (v) => number(v.entries) },
    { label: "size", num: true, show: (v) => bytes(v.size) },
    { label: "a hit saves", num: true, show: (v) => seconds(v.duration) },
    { label: "hits", num: true, show: (v) => number(v.uses) },
    { label: "saved so far", num: true, show: (v) => (v.uses ? seconds(v.saved) : "–") },
    { label: "last use", num: true, dim: true, show: (v) => ago(v.last) },
  ];
  const ENTRIES = [
    { key: "arguments", label: "arguments", mono: true, get: (e) => e.arguments, show: (e) => e.arguments || "–" },
    { key: "version", label: "version", mono: true, dim: true, tight: true, get: (e) => e.version, show: (e) => e.version.slice(0, 8) },
    { key: "duration", label: "took", num: true, get: (e) => e.duration, show: (e) => seconds(e.duration) },
    { key: "size", label: "size", num: true, get: (e) => e.size, show: (e) => bytes(e.size) },
    { key: "uses", label: "hits", num: true, get: (e) => e.uses, show: (e) => number(e.uses) },
    { key: "created", label: "stored", num: true, get: (e) => e.created, show: (e) => moment(e.created) },
    { key: "last", label: "last use", num: true, dim: true, get: (e) => e.last, show: (e) => ago(e.last) },
    { key: "expires", label: "expires", num: true, dim: true, get: (e) => e.expires ?? 1e99, show: (e) => (e.expires ? moment(e.expires) : "–") },
  ];
  const diff = (lines) => h("pre", {}, lines.map((line) => h("span", { class: line[0] === "+" ? "plus" : line[0] === "-" ? "minus" : "same" }, line)));
  const changes = (v) => {
    if (!v.before) return null;
    const title = h("h2", {}, `What changed since version ${v.before.slice(0, 8)}`);
    if (!v.causes.length) return h("section", { class: "card" }, title, h("p", { class: "note" }, "Not known: there is no list of what one of the two versions read."));
    return h("section", { class: "card", id: "changes" }, title, v.causes.map((c) => h("div", { class: "cause" }, h("code", {}, c.line),
      c.path.length > 2 ? h("div", { class: "note" }, `by way of ${c.path.slice(0, -1).join(" → ")}`) : null, c.diff.length ? diff(c.diff) : null)));
  };
  const graph = (g) => {
    const about = h("div", { class: "node" });
    const lines = g.lines.map(([from, to]) => {
      const a = g.nodes[from], b = g.nodes[to], x1 = a.x + a.w, y1 = a.y + 17, x2 = b.x, y2 = b.y + 17, bend = x2 > x1 ? 28 : 70;
      return s("path", { class: "line", d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
    });
    const boxes = g.nodes.map((n, at) => {
      const choose = () => {
        boxes.forEach((box, other) => box.classList.toggle("chosen", other === at));
        lines.forEach((line, i) => line.classList.toggle("lit", g.lines[i].includes(at)));
        about.replaceChildren(h("h3", { class: "mono" }, `${n.kind}:${n.name}`, n.changed ? h("span", { class: "tag warn" }, "changed") : null),
          h("div", { class: "note" }, [place(n), n.value ? `value ${n.value}` : ""].filter(Boolean).join(" · ")), n.source ? h("pre", {}, n.source) : "");
      };
      return s("g", { class: `k-${n.kind}${n.changed ? " changed" : ""}`, ...openable(choose) }, s("title", {}, `${n.kind}:${n.name}\n${place(n)}`),
        s("rect", { x: n.x, y: n.y, width: n.w, height: 34, rx: 6 }), s("text", { class: "kind", x: n.x + 12, y: n.y + 13 }, n.kind), s("text", { x: n.x + 12, y: n.y + 27 }, n.text));
    });
    const rest = g.left_out > 0 ? h("p", { class: "note" }, `${number(g.left_out)} dependencies further away are not drawn.`) : null;
    return h("section", { class: "card", id: "graph" }, h("div", { class: "row apart" }, h("h2", {}, "What it depends on"), h("span", { class: "note" }, "choose a box to see its source")),
      h("div", { class: "graph" }, s("svg", { width: g.width + 8, height: g.height + 8, viewBox: `-4 -4 ${g.width + 8} ${g.height + 8}` }, lines, boxes)), rest, about);
  };
  const blind = (g) => (g.spots.length ? h("section", { class: "card" }, h("h2", {}, "What reading the code cannot follow"),
    h("table", {}, h("tbody", {}, g.spots.map((p) => h("tr", {}, h("td", {}, p.what), h("td", { class: "mono" }, p.where), h("td", { class: "mono dim" }, place(p))))))) : null);
  const detail = (f, chosen) => {
    const v = f.versions.find((version) => version.id === chosen) ?? f.versions[0];
    const rows = f.versions.map((version) => h("tr", { ...openable(() => go(f, version)), "aria-selected": String(version === v) }, cells(VERSIONS, version)));
    const more = f.entries - f.shown.length;
    return [
      h("button", { class: "back", onclick: () => go(null) }, "← all functions"),
      h("div", { class: "top" }, h("div", {}, h("h1", { class: "mono", id: "name" }, f.name))),
      h("div", { class: "figures" }, figure(f.uses ? seconds(f.saved) : "–", "saved by hits so far", true), figure(number(f.uses), "hits"), figure(number(f.entries), "entries"),
        figure(bytes(f.size), "on disk"), figure(seconds(f.duration), "a hit saves"), figure(number(f.versions.length), f.versions.length === 1 ? "version" : "versions")),
      h("section", { class: "card" }, h("h2", {}, "Versions, newest first"), h("div", { class: "scroll" }, h("table", { id: "versions" }, h("thead", {}, h("tr", {},
        VERSIONS.map((c) => h("th", { class: c.num ? "num" : null }, c.label)))), h("tbody", {}, rows)))),
      v ? changes(v) : null,
      v && v.graph ? graph(v.graph) : h("section", { class: "card" }, h("p", { class: "empty" }, "No list of dependencies is shown for this version.")),
      v && v.graph ? blind(v.graph) : null,
      chart([f]),
      h("section", { class: "card" }, h("h2", {}, "Entries"), sortable("entries", ENTRIES, f.shown, (e) => h("tr", {}, cells(ENTRIES, e))),
        more > 0 ? h("p", { class: "note" }, `and ${number(more)} more, used longer ago`) : null),
    ];
  };

  // ---- the page ----
  const go = (f, v) => { location.hash = f ? `f=${encodeURIComponent(f.name)}${v ? `&v=${v.id}` : ""}` : ""; };
  const draw = () => {
    const focused = document.activeElement && document.activeElement.id === "search";
    const route = new URLSearchParams(location.hash.slice(1));
    const f = data.functions.find((one) => one.name === route.get("f"));
    const theme = document.documentElement.dataset.theme;
    app.replaceChildren(h("main", {},
      h("div", { class: "top" }, h("div", {}, h("h1", {}, "What memofp keeps"), h("p", {}, `${data.directory} · as of ${moment(data.made)}`)),
        h("button", { class: "pill", id: "theme", onclick: () => { set(theme === "dark" ? "light" : "dark"); draw(); } }, theme === "dark" ? "light" : "dark")),
      f ? detail(f, route.get("v")) : overview()));
    const drawn = document.querySelector(".graph");
    if (drawn) drawn.scrollTop = (drawn.scrollHeight - drawn.clientHeight) / 2; // where the function itself stands
    const search = document.getElementById("search");
    if (focused && search) {
      search.focus();
      search.setSelectionRange(view.query.length, view.query.length);
    }
  };
  const set = (theme) => { document.documentElement.dataset.theme = theme; };
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  set(dark.matches ? "dark" : "light");
  dark.addEventListener("change", () => { set(dark.matches ? "dark" : "light"); draw(); });
  window.addEventListener("hashchange", () => { draw(); window.scrollTo(0, 0); });
  window.addEventListener("resize", draw);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement.tagName !== "INPUT") {
      const search = document.getElementById("search");
      if (search) { event.preventDefault(); search.focus(); }
    } else if (event.key === "Escape" && location.hash.length > 1) go(null);
  });
  draw();
})();
