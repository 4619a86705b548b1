// The configuration in force, its history, two revisions side by side, and the editor.

import { get, send } from "./api.js";
import { notices } from "./attention.js";
import { diffTable } from "./diff.js";
import { authorField, card, dialog, field, h, setText, toast } from "./dom.js";
import { Editor } from "./editor.js";
import { plural, when } from "./format.js";
import { mayChange, state } from "./live.js";
import { Table } from "./table.js";

const PAGES = { text: "In force", history: "History", compare: "Compare", edit: "Edit" };

let parts = null;

/** Numbers of the revisions there are, newest first. */
let revisions = [];

const history = new Table({
  label: "Revisions",
  key: (row) => row.revision + "/" + row.id,
  empty: "No revision is known.",
  columns: [
    { title: "Revision", number: true, text: (row) => String(row.revision) + (row.superseded ? " superseded" : "") },
    { title: "Time", text: (row) => when(row.time) },
    { title: "Kind", text: (row) => row.kind || "–" },
    { title: "Author", head: true, text: (row) => row.author },
    { title: "From", wide: true, text: (row) => row.from },
    { title: "Note", wrap: true, text: (row) => row.note || "–" },
    { title: "Actions", hidden: true, text: (row) => row.revision + "/" + state.revision.revision + mayChange(), paint: actions },
  ],
});

function actions(row) {
  if (row.revision === state.revision.revision && !row.superseded) {
    return h("span", { class: "state good" }, "in force");
  }
  const compare = h("a", { href: "#config/compare?from=" + row.revision + "&to=" + state.revision.revision,
    "aria-label": "compare revision " + row.revision + " with the one in force" }, "compare");
  return h("span", { class: "row" }, compare, mayChange() && !row.superseded
    ? h("button", { type: "button", class: "small", "aria-label": "Roll back to revision " + row.revision, onclick: () => rollBack(row) }, "Roll back") : "");
}

function rollBack(row) {
  const author = authorField();
  const note = h("input", { maxLength: 1000, placeholder: "why" });
  const now = state.revision.revision;
  dialog({
    title: "Roll back to revision " + row.revision + "?",
    body: [h("p", {}, "Its document, by " + row.author + " of " + when(row.time) + ", is put in force on all members as a new revision after "
      + now + "."), field("Author", author), field("Note for the history", note)],
    action: "Roll back",
    onSubmit: async () => {
      const answer = await send("POST", "config/rollback", { revision: row.revision, expect: now,
        author: author.value.trim() || undefined, note: note.value.trim() || undefined });
      toast("Revision " + answer.revision + " is in force.");
    },
  });
}

async function revisionOf(revision) {
  return get("config" + (revision === undefined || revision === "" ? "" : "?revision=" + revision));
}

function head({ revision, author, time, kind, from, note }) {
  return "Revision " + revision + " by " + author + ", " + when(time) + (kind ? ", " + kind : "") + (from ? " from " + from : "") + (note ? ": " + note : "");
}

async function showText(host) {
  const [config, status] = await Promise.all([revisionOf(), get("status")]);
  const text = h("pre", { class: "text", tabIndex: 0, "aria-label": "Text of revision " + config.revision },
    ...config.text.replace(/\n$/, "").split("\n").map((line) => h("span", {}, line)));
  const copy = h("button", { type: "button", class: "end", onclick: async () => {
    await navigator.clipboard.writeText(config.text);
    toast("Copied.");
  } }, "Copy");
  host.replaceChildren(...notices(status).map((each) => h("p", { class: "card body " + each.kind, role: "status" }, each.text)),
    card("Text", text, h("span", { class: "quiet" }, head(config)), navigator.clipboard ? copy : ""));
}

async function showHistory(host) {
  const answer = await get("config/history");
  revisions = answer.history.map((each) => each.revision);
  host.replaceChildren(card("Revisions", history.element, h("span", { class: "quiet" }, plural(answer.history.length, "revision") + ", the newest first")));
  history.update(answer.history);
}

async function showCompare(host, parameters) {
  if (!revisions.includes(state.revision.revision)) {
    revisions = (await get("config/history")).history.map((each) => each.revision);
  }
  const to = parameters.get("to") || String(revisions[0]);
  const from = parameters.get("from") || String(revisions[1] ?? revisions[0]);
  const go = () => (location.hash = "#config/compare?from=" + left.value + "&to=" + right.value);
  const pick = (chosen, title) => {
    const made = h("select", { "aria-label": title, onchange: go }, ...[...new Set([...revisions.map(String), chosen])].map((each) => h("option", { value: each }, each)));
    made.value = chosen;
    return made;
  };
  const left = pick(from, "Revision");
  const right = pick(to, "with revision");
  const [before, after] = await Promise.all([revisionOf(from), revisionOf(to)]);
  host.replaceChildren(h("div", { class: "fields" }, h("label", {}, "Revision", left), h("label", {}, "with revision", right)),
    card("Differences", diffTable(before.text, after.text, [head(before), head(after)])));
}

async function showEdit(host) {
  if (!mayChange()) {
    host.replaceChildren(h("p", { class: "card empty" }, "This token may only read. Sign in with one that may change the configuration."));
    return;
  }
  parts.editor ??= new Editor(revisionOf);
  host.replaceChildren(parts.editor.element);
  await parts.editor.open();
}

const SHOW = { text: showText, history: showHistory, compare: showCompare, edit: showEdit };

async function show(page, parameters) {
  parts.page = page;
  parts.parameters = parameters;
  Object.entries(parts.tabs).forEach(([name, tab]) => tab.setAttribute("aria-pressed", String(name === page)));
  setText(parts.problem, "");
  try {
    await SHOW[page](parts.host, parameters);
  } catch (problem) {
    setText(parts.problem, problem.message);
  }
}

function build() {
  const tabs = Object.fromEntries(Object.entries(PAGES).map(([name, title]) => [name,
    h("button", { type: "button", onclick: () => (location.hash = "#config/" + name) }, title)]));
  parts = { tabs, host: h("div", { class: "stack" }), problem: h("p", { class: "error", role: "alert" }) };
  return h("div", { class: "stack" }, h("div", { class: "tabs", role: "group", "aria-label": "Configuration" }, ...Object.values(tabs)),
    parts.problem, parts.host);
}

function update(changed) {
  if (changed.has("revision") && !changed.has("all")) {
    if (parts.page === "edit") {
      parts.editor?.overtaken();
    } else if (parts.page) {
      show(parts.page, parts.parameters);
    }
  }
}

export const config = {
  id: "config",
  title: "Configuration",
  build,
  update,
  open([page], parameters) {
    show(page in PAGES ? page : "text", parameters);
  },
};
