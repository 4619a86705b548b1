// Which backend a client would get now, and why.

import { get, query } from "./api.js";
import { badge, card, h, setText } from "./dom.js";
import { count } from "./format.js";
import { state } from "./live.js";
import { Table } from "./table.js";

let parts = null;

const table = new Table({
  label: "Backends for this client",
  key: (row) => row.id,
  empty: "The pool has no backend.",
  columns: [
    { title: "Backend", head: true, text: (row) => row.id },
    { title: "", hidden: true, text: (row) => (row.chosen ? "chosen" : row.eligible ? "eligible" : "not used"),
      paint: (row) => badge(row.chosen ? "chosen" : row.eligible ? "eligible" : "not used", row.chosen ? "good" : row.eligible ? "" : "quiet", !row.eligible) },
    { title: "Why", wrap: true, text: (row) => row.why },
    { title: "Weight", number: true, text: (row) => count(row.weight) },
    { title: "Sessions", number: true, text: (row) => count(row.clusterActive) },
  ],
});

function conclusion(answer) {
  if (answer.state === "draining") {
    return "Listener " + answer.listener + " is draining: it takes no client.";
  }
  if (answer.denied) {
    return "The client is refused: allow and deny of listener " + answer.listener + " do not let it in.";
  }
  if (answer.pool === null) {
    return "The client is refused with no-route: no route matches, and the listener has no pool of its own.";
  }
  const through = answer.route === null ? "the listener's own pool " + answer.pool : answer.route + " to pool " + answer.pool;
  return answer.backend === null ? "No backend can take the client, by " + through + "."
    : "The client gets " + answer.backend + ", by " + through + " (" + answer.balance + ").";
}

async function ask(event) {
  event?.preventDefault();
  try {
    const alpn = parts.alpn.value.split(/[\s,]+/).filter(Boolean).map((each) => "&alpn=" + encodeURIComponent(each)).join("");
    const answer = await get("explain" + query({ listener: parts.listener.value, source: parts.source.value.trim(), sni: parts.sni.value.trim() }) + alpn);
    setText(parts.conclusion, conclusion(answer));
    table.update(answer.backends || []);
    table.element.hidden = answer.pool === null;
  } catch (problem) {
    setText(parts.conclusion, problem.message);
    table.element.hidden = true;
  }
  parts.answer.hidden = false;
}

function build() {
  parts = {
    listener: h("select", { required: true }),
    source: h("input", { placeholder: "any", size: 18 }),
    sni: h("input", { placeholder: "none", size: 24 }),
    alpn: h("input", { placeholder: "none", size: 12 }),
    conclusion: h("p", { class: "body", role: "status" }),
  };
  parts.answer = card("Answer of this member", h("div", {}, parts.conclusion, table.element));
  parts.answer.hidden = true;
  return h("div", { class: "stack" },
    h("p", { class: "quiet" }, "Which backend would a client get now, and why not the others? Nothing is connected, and no turn is used up."),
    h("form", { class: "fields", onsubmit: ask }, h("label", {}, "Listener", parts.listener), h("label", {}, "Source address", parts.source),
      h("label", {}, "SNI", parts.sni), h("label", {}, "ALPN", parts.alpn), h("button", { type: "submit", class: "main" }, "Explain")),
    parts.answer);
}

function update(changed) {
  if ((changed.has("listeners") || changed.has("all")) && parts.listener.options.length !== state.listeners.size) {
    parts.listener.replaceChildren(...[...state.listeners.keys()].map((each) => h("option", { value: each }, each)));
  }
}

export const explain = { id: "explain", title: "Explain", build, update, open() {} };
