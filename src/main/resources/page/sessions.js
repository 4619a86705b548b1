// The newest sessions of all members, found by source, listener, pool or backend; any can be ended.

import { call, get, query } from "./api.js";
import { card, dialog, h, setText, toast } from "./dom.js";
import { bytes, duration, millis, plural, withoutPort } from "./format.js";
import { mayChange, state } from "./live.js";
import { Table } from "./table.js";

const EVERY_MS = 2000;
const LIMITS = [50, 200, 1000];

let parts = null;
let timer = 0;
let asking = null;

const table = new Table({
  label: "Sessions",
  key: (row) => row.member + "/" + row.id,
  empty: "No live session matches.",
  columns: [
    { title: "Source", head: true, text: (row) => row.source, paint: (row) => h("button", { type: "button", class: "link",
      title: "Only sessions of " + withoutPort(row.source), onclick: () => search({ source: withoutPort(row.source) }) }, row.source) },
    { title: "Member", text: (row) => row.member || "–" },
    { title: "Listener", text: (row) => row.listener, wide: true },
    { title: "Pool", text: (row) => row.pool || "–", wide: true },
    { title: "Backend", text: (row) => row.backend || "–" },
    { title: "Phase", text: (row) => row.phase },
    { title: "Age", number: true, text: (row) => duration(row.durationMs / 1000), sort: (row) => row.durationMs },
    { title: "Connect ms", number: true, wide: true, text: (row) => millis(row.connectMs) },
    { title: "From client", number: true, text: (row) => bytes(row.bytesFromClient), sort: (row) => row.bytesFromClient },
    { title: "To client", number: true, text: (row) => bytes(row.bytesToClient), sort: (row) => row.bytesToClient },
    { title: "SNI", wide: true, text: (row) => row.sni || "–" },
    { title: "Actions", hidden: true, text: (row) => row.id + mayChange(), paint: (row) => (mayChange()
      ? h("button", { type: "button", class: "small", "aria-label": "End session of " + row.source, onclick: () => end(row) }, "End") : h("span")) },
  ],
});

function search(values) {
  for (const [name, value] of Object.entries(values)) {
    parts.fields[name].value = value;
  }
  refresh();
}

function wanted() {
  return Object.fromEntries(Object.entries(parts.fields).map(([name, field]) => [name, field.value.trim()]));
}

async function refresh() {
  clearTimeout(timer);
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  try {
    const { sessions, missing } = await get("sessions" + query({ scope: "cluster", ...wanted() }), { signal: mine.signal });
    show(sessions, missing || []);
  } catch (problem) {
    if (problem.name === "AbortError") {
      return;
    }
    setText(parts.problem, problem.message);
    table.none.hidden = true;
  }
  schedule();
}

function schedule() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (!parts.element.isConnected) {
      return; // Another view is open; open() begins again.
    }
    if (parts.follow.checked && !document.hidden) {
      refresh();
    } else {
      schedule();
    }
  }, EVERY_MS);
}

function show(sessions, missing) {
  table.limit = table.shown = Number(parts.fields.limit.value);
  table.update(sessions);
  setText(parts.problem, missing.length === 0 ? "" : "No answer from " + missing.map((each) => each.member || each).join(", ")
    + ": their sessions are not shown.");
  setText(parts.number, plural(sessions.length, "session") + (sessions.length >= Number(parts.fields.limit.value) ? ", the newest" : ""));
}

function end(session) {
  dialog({
    title: "End the session of " + session.source + "?",
    body: [h("p", {}, "Its connections to the client and to " + (session.backend || "its backend")
      + " are closed, with reason admin.")],
    action: "End session",
    danger: true,
    onSubmit: async () => {
      await call("DELETE", "sessions/" + encodeURIComponent(session.id) + "?scope=cluster");
      toast("The session of " + session.source + " has ended.");
      refresh();
    },
  });
}

function options(select, names) {
  if (select.options.length !== names.length + 1) {
    const chosen = select.value;
    select.replaceChildren(h("option", { value: "" }, "all"), ...names.map((each) => h("option", { value: each }, each)));
    select.value = names.includes(chosen) ? chosen : "";
  }
}

function update(changed) {
  if (["listeners", "pools", "all"].some((each) => changed.has(each))) {
    options(parts.fields.listener, [...state.listeners.keys()]);
    options(parts.fields.pool, [...state.pools.keys()]);
  }
}

function build() {
  const fields = {
    source: h("input", { type: "search", placeholder: "10.0.0.1 or 10.0.0.0/8", size: 20 }),
    listener: h("select", { onchange: refresh }, h("option", { value: "" }, "all")),
    pool: h("select", { onchange: refresh }, h("option", { value: "" }, "all")),
    backend: h("input", { type: "search", placeholder: "10.0.0.1:9001", size: 20 }),
    limit: h("select", { onchange: refresh }, ...LIMITS.map((each) => h("option", { value: each }, String(each)))),
  };
  const follow = h("input", { type: "checkbox", checked: true });
  const problem = h("span", { class: "error", role: "status" });
  const number = h("span", { class: "quiet" });
  const form = h("form", { class: "fields", role: "search", onsubmit: (event) => {
    event.preventDefault();
    refresh();
  } }, ...[["Source", "source"], ["Listener", "listener"], ["Pool", "pool"], ["Backend", "backend"], ["At most", "limit"]]
    .map(([title, name]) => h("label", {}, title, fields[name])),
  h("button", { type: "submit", class: "main" }, "Search"), h("label", { class: "check" }, follow, "Every 2 s"));
  const element = h("div", { class: "stack" }, form, card("Newest sessions of all members", table.element, number, problem));
  parts = { fields, follow, problem, number, element };
  return element;
}

export const sessions = {
  id: "sessions",
  title: "Sessions",
  build,
  update,
  /** parameters: source, listener, pool and backend to search by. */
  open(path, parameters) {
    update(new Set(["all"]));
    ["source", "listener", "pool", "backend"].filter((each) => parameters.has(each))
      .forEach((each) => (parts.fields[each].value = parameters.get(each)));
    refresh();
  },
};
