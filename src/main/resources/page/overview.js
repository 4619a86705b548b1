// The first view: what needs attention, charts, members, listeners, limits, certificates.

import { EXPIRES_SOON_DAYS, attention, isFull, isUsable, lostMembers, memberState, poolsOf, refusedPerSecond } from "./attention.js";
import { Charts } from "./charts.js";
import { badge, card, h, meter, setText } from "./dom.js";
import { eventLine, grouped } from "./events.js";
import { bytes, count, duration, millis, rate } from "./format.js";
import { state } from "./live.js";
import { Table } from "./table.js";

const EVENTS_SHOWN = 8;

/** Of what needs attention, for screen readers. */
const KINDS = { bad: "problem: ", warn: "warning: ", info: "information: " };

const charts = new Charts();
let parts = null;

const sum = (all, of) => [...all].reduce((total, each) => total + (of(each) || 0), 0);

function chartLink(by, name, label = name) {
  return h("a", { href: "#overview?by=" + by + "&name=" + encodeURIComponent(name), "aria-label": "chart of " + by + " " + label }, "chart");
}

const chartColumn = (by, key = "name") => ({ title: "Charts", hidden: true, text: (row) => row[key], paint: (row) => chartLink(by, row[key]) });

const members = new Table({
  label: "Members",
  key: (row) => row.id,
  empty: "No member is known yet.",
  columns: [
    { title: "Member", head: true, text: (row) => row.name, sort: (row) => row.name },
    { title: "State", wrap: true, text: (row) => memberState(row).text, paint: (row) => badge(memberState(row).text, memberState(row).kind, memberState(row).off) },
    { title: "Sessions", number: true, text: (row) => count(row.sessions), sort: (row) => row.sessions },
    { title: "Conn./s", number: true, text: (row) => rate(row.connectionsPerSecond) },
    { title: "Lag ms", number: true, wide: true, text: (row) => millis(row.loopLagMillis), kind: (row) => (row.loopLagMillis > 100 ? "warn" : "") },
    { title: "Revision", number: true, text: (row) => count(row.revision), kind: (row) => (row.lost || row.revision === state.revision.revision ? "" : "warn") },
    { title: "Version", wide: true, text: (row) => row.version || "–" },
    { title: "Up for", number: true, wide: true, text: (row) => upFor(row.started) },
    { title: "Address", rare: true, text: (row) => row.address || "–" },
    chartColumn("member"),
  ],
});

function upFor(started) {
  const seconds = (Date.now() - new Date(started)) / 1000;
  return Number.isNaN(seconds) ? "–" : seconds < 60 ? "<1 min" : duration(seconds < 3600 ? seconds - (seconds % 60) : seconds);
}

const listeners = new Table({
  label: "Listeners",
  key: (row) => row.name,
  empty: "No listener is configured: nobody can connect.",
  columns: [
    { title: "Listener", head: true, text: (row) => row.name, sort: (row) => row.name },
    { title: "Address", text: (row) => (["removed", "draining"].includes(row.state) ? row.state : row.address || "not bound"), kind: (row) => (row.state === "enabled" ? "" : "quiet") },
    { title: "TLS", wide: true, text: (row) => (row.tls ? "yes" : "–") },
    { title: "Pool", text: (row) => poolsOf(row) },
    { title: "Sessions", number: true, text: (row) => count(row.active), sort: (row) => row.active },
    { title: "Conn./s", number: true, text: (row) => rate(row.connectionsPerSecond) },
    { title: "In /s", number: true, wide: true, text: (row) => bytes(row.bytesInPerSecond) },
    { title: "Out /s", number: true, wide: true, text: (row) => bytes(row.bytesOutPerSecond) },
    chartColumn("listener"),
  ],
});

const pools = new Table({
  label: "Pools",
  key: (row) => row.name,
  empty: "No pool is configured.",
  columns: [
    { title: "Pool", head: true, text: (row) => row.name, sort: (row) => row.name, paint: (row) => h("a", { href: "#pools/" + encodeURIComponent(row.name) }, row.name) },
    { title: "Balance", wide: true, text: (row) => row.balance || row.state },
    { title: "Backends up", text: (row) => usable(row) + " of " + row.backends.length, paint: paintUsable },
    { title: "Sessions", number: true, text: (row) => count(row.sessions), sort: (row) => row.sessions },
    { title: "Connects/s", number: true, text: (row) => rate(sum(row.backends, (each) => each.connectsPerSecond)) },
    { title: "Failures/s", number: true, text: (row) => rate(failures(row)), kind: (row) => (failures(row) > 0 ? "bad" : "") },
    chartColumn("pool"),
  ],
});

const usable = (pool) => pool.backends.filter(isUsable).length;
const failures = (pool) => sum(pool.backends, (each) => each.failuresPerSecond);

function paintUsable(pool) {
  const up = usable(pool);
  const all = pool.backends.length;
  return h("span", {}, meter(all && up / all, up === all ? "good" : up === 0 ? "bad" : "warn"), up + " of " + all);
}

const limits = new Table({
  label: "Limits and queues",
  key: (row) => row.of + "/" + row.name + "/" + row.kind,
  empty: "No limit is configured.",
  limit: 10,
  columns: [
    { title: "Of", head: true, text: (row) => row.of },
    { title: "Limit", text: (row) => row.name },
    { title: "Used", text: (row) => count(row.used) + " of " + count(row.allowed), paint: (row) => h("span", {},
      meter(row.allowed ? row.used / row.allowed : 0, isFull(row) ? "warn" : ""), count(row.used) + " of " + count(row.allowed)) },
    { title: "Waiting", number: true, text: (row) => count(row.waiting ?? 0) },
    { title: "Refused /s", wrap: true, text: refused, kind: (row) => (refusedPerSecond(row) > 0 ? "warn" : "") },
  ],
});

function refused(limit) {
  const reasons = Object.entries(limit.refused || {}).filter(([, number]) => number > 0);
  return reasons.map(([reason, number]) => reason + " " + rate(number)).join(", ") || "0";
}

const certificates = new Table({
  label: "Certificates",
  key: (row) => row.listener + "/" + row.serial + "/" + row.file,
  empty: "No listener terminates TLS.",
  columns: [
    { title: "Listener", head: true, text: (row) => row.listener },
    { title: "Names", wrap: true, text: (row) => row.names.join(", ") },
    { title: "Expires", wide: true, text: (row) => row.expires.slice(0, 10) },
    { title: "Days left", number: true, text: (row) => count(row.daysLeft), kind: (row) => (row.daysLeft < 0 ? "bad" : row.daysLeft < EXPIRES_SOON_DAYS ? "warn" : "") },
    { title: "File", rare: true, text: (row) => row.file },
  ],
});

const endings = new Table({
  label: "Why sessions ended",
  key: (row) => row[0],
  empty: "No session has ended in the last 15 minutes.",
  columns: [
    { title: "Reason", head: true, text: (row) => row[0] },
    { title: "Sessions", number: true, text: (row) => count(row[1]) },
    { title: "Share", text: (row) => (100 * row[2]).toFixed(row[2] < 0.01 ? 2 : 0) + " %", paint: (row) => h("span", {}, meter(row[2]), (100 * row[2]).toFixed(row[2] < 0.01 ? 2 : 0) + " %") },
  ],
});

/** Names that the charts can show, for each kind of part. */
function namesBy(by) {
  const backends = () => [...state.pools.values()].flatMap((pool) => pool.backends.map((each) => pool.name + "/" + each.id));
  return { total: () => [], backend: backends, member: () => [...state.members.values()].map((each) => each.name),
    listener: () => [...state.listeners.keys()], pool: () => [...state.pools.keys()] }[by]();
}

function tile(title) {
  const value = h("dd");
  return { value, element: h("div", {}, h("dt", {}, title), value) };
}

function build() {
  const tiles = Object.fromEntries(["Sessions", "New connections /s", "In /s", "Out /s", "Errors /s", "Backends up", "Members ready"]
    .map((title) => [title, tile(title)]));
  const by = h("select", { "aria-label": "Charts by", onchange: () => choose(by.value, namesBy(by.value)[0] || "") },
    ...["total", "listener", "pool", "backend", "member"].map((each) => h("option", { value: each }, each === "total" ? "whole cluster" : each)));
  const name = h("select", { "aria-label": "Name", onchange: () => choose(by.value, name.value) });
  const problem = h("span", { class: "quiet", role: "status" });
  const list = h("ul", { class: "attention" });
  const events = h("ul", { class: "events" });
  parts = { tiles, by, name, problem, list, events, pick: card("The last 15 minutes", charts.element, by, name, problem) };
  return h("div", { class: "stack" },
    h("dl", { class: "card tiles", "aria-label": "The cluster now" }, ...Object.values(tiles).map((each) => each.element)),
    card("Needs attention", list),
    parts.pick,
    h("div", { class: "two" },
      h("div", { class: "stack" }, card("Members", members.element), card("Pools", pools.element),
        card("Why sessions ended", endings.element, h("span", { class: "quiet" }, "in the last 15 minutes")),
        card("Certificates", certificates.element)),
      h("div", { class: "stack" }, card("Listeners", listeners.element), card("Limits and queues", limits.element),
        card("Latest events", events, h("a", { class: "end", href: "#events" }, "all events")))));
}

function choose(by, name) {
  location.hash = by === "total" ? "#overview" : "#overview?by=" + by + "&name=" + encodeURIComponent(name);
}

function showChoice(by, name) {
  parts.by.value = by;
  parts.name.hidden = by === "total";
  const names = namesBy(by);
  if (by !== "total" && !names.includes(name)) {
    names.push(name);
  }
  parts.name.replaceChildren(...names.map((each) => h("option", { value: each }, each)));
  parts.name.value = name;
}

async function chart(by, name) {
  showChoice(by, name);
  setText(parts.problem, "");
  try {
    await charts.choose(by, name);
  } catch (problem) {
    setText(parts.problem, "No history: " + problem.message);
  }
  showEndings();
}

function showTiles() {
  const set = (title, text, of) => parts.tiles[title].value.replaceChildren(text, of === undefined ? "" : h("small", {}, " of " + of));
  const backends = [...state.pools.values()].flatMap((pool) => pool.backends);
  const all = [...state.members.values()];
  set("Sessions", count(sum(all, (each) => each.sessions)));
  set("New connections /s", rate(sum(state.listeners.values(), (each) => each.connectionsPerSecond)));
  set("In /s", bytes(sum(state.listeners.values(), (each) => each.bytesInPerSecond)));
  set("Out /s", bytes(sum(state.listeners.values(), (each) => each.bytesOutPerSecond)));
  set("Errors /s", rate(state.sample?.total?.errors));
  set("Backends up", count(backends.filter(isUsable).length), count(backends.length));
  set("Members ready", count(all.filter((each) => each.ready && !each.draining).length), count(all.length + lostMembers(state).length));
}

function showAttention() {
  const all = attention(state);
  const said = all.map((each) => each.kind + each.text).join("\n");
  if (parts.list.dataset.said === said && parts.list.hasChildNodes()) {
    return;
  }
  parts.list.dataset.said = said;
  parts.list.replaceChildren(...(all.length === 0
    ? [h("li", { class: "calm" }, "Nothing: all members are ready, all backends take sessions.")]
    : all.slice(0, 12).map((each) => h("li", {}, badge("", each.kind === "info" ? "quiet" : each.kind), h("span", { class: "unseen" }, KINDS[each.kind]), h("a", { href: each.href }, each.text)))));
}

function showEvents() {
  parts.events.replaceChildren(...(state.events.length === 0
    ? [h("li", { class: "empty" }, "Nothing has happened in the last 15 minutes.")]
    : grouped(state.events).slice(0, EVENTS_SHOWN).map(eventLine)));
}


function showEndings() {
  if (!charts.data) {
    return; // Not known yet.
  }
  const all = charts.by === "total" ? charts.endings() : [];
  const total = sum(all, ([, number]) => number);
  endings.update(all.map(([reason, number]) => [reason, number, number / total]));
  endings.none.textContent = charts.by === "total" ? endings.empty : "Known of the whole cluster only.";
}

function update(changed) {
  const has = (...sections) => sections.some((each) => changed.has(each) || changed.has("all"));
  showTiles();
  showAttention();
  has("members", "revision", "clock", "events") && members.update([...state.members.values(), ...lostMembers(state)].sort((a, b) => a.name.localeCompare(b.name)));
  has("listeners") && listeners.update([...state.listeners.values()]);
  has("pools") && pools.update([...state.pools.values()]);
  has("limits") && limits.update([...state.limits].sort((a, b) => isFull(b) - isFull(a)));
  has("certificates") && certificates.update(state.certificates);
  has("events") && showEvents();
  if (changed.has("sample") && state.sample) {
    charts.add(state.sample);
    showEndings();
  }
  if (changed.has("theme")) {
    charts.recolour();
  }
}

export const overview = {
  id: "overview",
  title: "Overview",
  build,
  update,
  /** parameters: by and name, whose charts are shown. */
  open(path, parameters) {
    chart(parameters.get("by") || "total", parameters.get("name") || "");
    if (parameters.has("by")) {
      parts.pick.scrollIntoView({ block: "nearest" });
    }
  },
};
