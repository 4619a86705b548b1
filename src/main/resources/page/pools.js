// Every backend of every pool. A closed pool costs nothing; an open one changes only what has changed.

import { isTroubled, isUsable, stateOf } from "./attention.js";
import { changeBackend } from "./change.js";
import { backendDetails } from "./details.js";
import { badge, h, meter, setText } from "./dom.js";
import { moveFocus } from "./focus.js";
import { ago, count, millis, plural, rate } from "./format.js";
import { mayChange, state } from "./live.js";
import { Table } from "./table.js";

/** With more backends than this in all pools, pools are closed at first. */
const OPEN_AT_FIRST = 60;

const shown = new Map();
let parts = null;

/** The most sessions seen since a backend began to drain: what its progress is measured by. */
const drainedFrom = new Map();

/** How far the drain of a backend is, from 0 to 1. */
function drained(pool, backend) {
  const key = pool + "/" + backend.id;
  if (backend.state !== "draining") {
    drainedFrom.delete(key);
    return 0;
  }
  const most = Math.max(backend.clusterActive, drainedFrom.get(key) || 0);
  drainedFrom.set(key, most);
  return most === 0 ? 1 : 1 - backend.clusterActive / most;
}

function stateText(backend) {
  const { text } = stateOf(backend);
  if (backend.state === "draining") {
    return text + ", " + (backend.clusterActive === 0 ? "empty" : count(backend.clusterActive) + " left");
  }
  if (text === "up" && backend.slowStart !== null && backend.slowStart !== undefined && backend.slowStart < 1) {
    return "up, slow start " + Math.round(100 * backend.slowStart) + " %";
  }
  return text;
}

function paintState(pool, backend) {
  const { kind, off } = stateOf(backend);
  const text = badge(stateText(backend), kind, off);
  const share = backend.state === "draining" ? drained(pool, backend) : backend.slowStart;
  const inProgress = backend.state === "draining" || (share !== null && share !== undefined && share < 1);
  return h("span", {}, text, inProgress ? " " : null, inProgress ? meter(share, kind) : null);
}

function why(backend) {
  if (backend.ejected) {
    const left = backend.ejectedUntil ? (new Date(backend.ejectedUntil) - Date.now()) / 1000 : null;
    return "its sessions failed" + (left > 0 ? "; returns in " + Math.ceil(left) + " s" : "");
  }
  return backend.healthWhy || "";
}

function columns(pool) {
  const limited = (backend) => backend.limit > 0;
  const sessions = (backend) => count(backend.clusterActive) + (limited(backend) ? " of " + count(backend.limit) : "");
  return [
    { title: "Backend", head: true, text: (row) => row.id + (row.discovered ? " " : ""), sort: (row) => row.id,
      paint: (row) => h("span", {}, h("button", { type: "button", class: "link", "aria-label": "Details of backend " + row.id + " of pool " + pool,
        onclick: () => backendDetails(pool, row.id) }, row.id), row.discovered ? h("small", { class: "quiet", title: "from DNS" }, " discovered") : "") },
    { title: "State", text: stateText, kind: (row) => stateOf(row).kind + drainedFrom.get(pool + "/" + row.id),
      paint: (row) => paintState(pool, row), sort: (row) => stateOf(row).text },
    { title: "Since", number: true, wide: true, text: (row) => (row.healthSince ? ago(row.healthSince) : "–") },
    { title: "Why", wide: true, text: (row) => why(row) || "–", kind: (row) => (isTroubled(row) ? "bad" : "quiet") },
    { title: "Weight", number: true, text: (row) => count(row.weight), sort: (row) => row.weight },
    { title: "Sessions", number: true, text: sessions, sort: (row) => row.clusterActive,
      kind: (row) => (limited(row) && row.clusterActive >= row.limit ? "warn" : ""),
      paint: (row) => h("span", {}, limited(row) ? meter(row.clusterActive / row.limit, row.clusterActive >= row.limit ? "warn" : "") : "",
        h("span", { class: "figure" }, sessions(row))) },
    { title: "Here", number: true, wide: true, text: (row) => count(row.active) },
    { title: "Connects/s", number: true, text: (row) => rate(row.connectsPerSecond), sort: (row) => row.connectsPerSecond },
    { title: "p50 / p99 ms", number: true, text: (row) => (row.connectMillis ? millis(row.connectMillis.p50) + " / " + millis(row.connectMillis.p99) : "–"),
      sort: (row) => row.connectMillis?.p99 ?? -1 },
    { title: "Failures/s", number: true, text: (row) => rate(row.failuresPerSecond), kind: (row) => (row.failuresPerSecond > 0 ? "bad" : ""), sort: (row) => row.failuresPerSecond },
    { title: "Total here", number: true, rare: true, text: (row) => count(row.total), sort: (row) => row.total },
    { title: "Failed here", number: true, rare: true, text: (row) => count(row.failures), sort: (row) => row.failures },
    { title: "Actions", hidden: true, text: (row) => row.id + (mayChange() && row.state !== "removed"), paint: (row, now) => h("span", { class: "row" },
      h("a", { href: "#overview?by=backend&name=" + encodeURIComponent(pool + "/" + row.id), "aria-label": "chart of backend " + row.id + " of pool " + pool }, "chart"),
      mayChange() && row.state !== "removed" ? h("button", { type: "button", class: "small", "aria-label": "Change backend " + row.id + " of pool " + pool,
        onclick: () => changeBackend(pool, now()) }, "Change") : "") },
  ];
}

function makePool(name, open) {
  const table = new Table({ label: "Backends of pool " + name, key: (row) => row.id, columns: columns(name), kind: "backends",
    empty: "No backend: every client of this pool is refused with no-backend." });
  const made = { table, title: h("h2", {}, name), balance: h("span", { class: "quiet" }), up: h("span"), facts: h("span", { class: "end" }), said: "",
    more: h("p", { class: "body quiet", hidden: true }) };
  made.element = h("details", { class: "card pool", open, ontoggle: () => update(new Set(["pools"])) },
    h("summary", {}, made.title, made.balance, made.up, made.facts), table.element, made.more);
  return made;
}

/** What only some pools have; of the member that was asked. */
function extras({ sticky, rebalanced }) {
  const kept = sticky ? "Stickiness: " + plural(sticky.sources, "source") + " with a kept backend here"
    + (sticky.evicted > 0 ? ", " + count(sticky.evicted) + " forgotten early, because the table was full" : "") + ". " : "";
  return kept + (rebalanced > 0 ? "Rebalancing has ended " + plural(rebalanced, "session") + " here." : "");
}

function matches(backend, wanted, onlyTroubled) {
  return backend.id.includes(wanted) && (!onlyTroubled || !isUsable(backend));
}

function summary(made, pool) {
  const up = pool.backends.filter(isUsable).length;
  const all = pool.backends.length;
  setText(made.balance, pool.state === "removed" ? "removed, its last sessions are ending" : pool.balance || "");
  const kind = up === all ? "good" : up === 0 ? "bad" : "warn";
  const said = up + " of " + all + " up";
  if (made.said !== said) {
    made.said = said;
    made.up.replaceChildren(badge(said, all === 0 ? "quiet" : kind));
  }
  made.more.hidden = !pool.sticky && !pool.rebalanced;
  setText(made.more, extras(pool));
  const connects = pool.backends.reduce((total, each) => total + (each.connectsPerSecond || 0), 0);
  setText(made.facts, plural(pool.sessions ?? 0, "session") + ", " + rate(connects) + " connects/s");
}

function update(changed) {
  if (!parts || !["pools", "clock", "all", "tokenRole"].some((each) => changed.has(each))) {
    return;
  }
  const wanted = parts.filter.value.trim();
  const onlyTroubled = parts.troubled.checked;
  const all = [...state.pools.values()];
  const total = all.reduce((sum, pool) => sum + pool.backends.length, 0);
  for (const name of shown.keys()) {
    if (!state.pools.has(name)) {
      shown.get(name).element.remove();
      shown.delete(name);
    }
  }
  for (const pool of all) {
    if (!shown.has(pool.name)) {
      const made = makePool(pool.name, total <= OPEN_AT_FIRST || all.length === 1);
      shown.set(pool.name, made);
      parts.list.append(made.element);
    }
    showPool(shown.get(pool.name), pool, wanted, onlyTroubled);
  }
  parts.none.hidden = all.length > 0;
}

function showPool(made, pool, wanted, onlyTroubled) {
  const inName = pool.name.includes(wanted);
  const backends = pool.backends.filter((each) => matches(each, inName ? "" : wanted, onlyTroubled));
  made.element.hidden = (wanted !== "" || onlyTroubled) && backends.length === 0 && !(inName && wanted && !onlyTroubled);
  summary(made, pool);
  pool.backends.forEach((each) => drained(pool.name, each));
  if (made.element.open && !made.element.hidden) {
    made.table.update(backends);
  }
}

function build() {
  const again = () => update(new Set(["pools"]));
  const filter = h("input", { type: "search", placeholder: "name or address", "aria-label": "Filter by name or address", oninput: again });
  const troubled = h("input", { type: "checkbox", onchange: again });
  const list = h("div", { class: "stack" });
  const none = h("p", { class: "card empty", hidden: true }, "No pool is configured. ", h("a", { href: "#config/edit" }, "Edit the configuration"));
  const all = (open) => () => shown.forEach((each) => (each.element.open = open));
  parts = { filter, troubled, list, none };
  return h("div", { class: "stack" },
    h("div", { class: "fields" }, filter, h("label", { class: "check" }, troubled, "Only those that take no new sessions"),
      h("button", { type: "button", onclick: all(true) }, "Open all"), h("button", { type: "button", onclick: all(false) }, "Close all")),
    list, none);
}

export const pools = {
  id: "pools",
  title: "Pools",
  build,
  update,
  /** path: the name of a pool, which is opened and shown first. */
  open([name]) {
    const made = shown.get(name);
    if (made) {
      made.element.open = true;
      made.element.scrollIntoView({ block: "start" });
      moveFocus(made.element.querySelector("summary"));
    }
  },
};
