// What happened in the cluster, newest first, with filters.

import { card, h, setText } from "./dom.js";
import { clock, count, plural } from "./format.js";
import { state } from "./live.js";

const SHOWN = 300;

/** Every member publishes these for itself. */
const OF_EVERY_MEMBER = new Set(["ConfigUpdate", "BackendUp", "BackendDown"]);
const TOGETHER_MS = 10_000;
const NAMES_SHOWN = 4;

/** Types as people look for them. */
const GROUPS = {
  Backends: ["BackendUp", "BackendDown", "BackendEjected", "BackendReturned"],
  Configuration: ["ConfigUpdate"],
  Members: ["MemberJoined", "MemberLeft", "DrainStarted", "DrainFinished", "Shutdown"],
};

const backend = (event) => "Backend " + event.backend + " of pool " + event.pool;

const SENTENCES = {
  BackendUp: (e) => ({ text: backend(e) + " is up", kind: "good" }),
  BackendDown: (e) => ({ text: backend(e) + " is down: " + e.reason, kind: "bad" }),
  BackendEjected: (e) => ({ text: backend(e) + " is ejected for " + e.ejection + " after " + plural(e.failures, "failure"), kind: "bad" }),
  BackendReturned: (e) => ({ text: backend(e) + " is no longer ejected", kind: "good" }),
  ConfigUpdate: (e) => ({ text: e.unchanged ? "A push by " + e.author + " changed nothing; revision " + e.revision + " stays"
    : "Revision " + e.revision + " is in force" + (e.kind ? ", " + e.kind : "") + " by " + e.author + (e.note ? ": " + e.note : "")
      + (e.superseded ? "; it supersedes another revision " + e.superseded.revision + " by " + e.superseded.author : ""),
  kind: e.superseded ? "warn" : "" }),
  MemberJoined: (e) => ({ text: "The member has joined" + (e.version ? ", version " + e.version : ""), kind: "good" }),
  MemberLeft: (e) => ({ text: (e.lost ? "The member is lost" : "The member has left") + (e.reason ? ": " + e.reason : ""), kind: e.lost ? "bad" : "warn" }),
  DrainStarted: (e) => ({ text: "The member drains: " + plural(e.sessions, "session") + " have " + e.grace + " to end", kind: "warn" }),
  DrainFinished: () => ({ text: "The member has no session left and leaves", kind: "warn" }),
  Shutdown: (e) => ({ text: "The member is told to stop" + (e.grace ? ", its sessions have " + e.grace : ""), kind: "warn" }),
};

/** An event as a sentence, and the class of its colour. Types of applications are shown as they are. */
export function sentence(event) {
  const known = SENTENCES[event.type];
  if (known) {
    return known(event);
  }
  const { type, member, name, time, names, ...rest } = event;
  return { text: type + " " + JSON.stringify(rest), kind: "" };
}

/** Of events, newest first: the same that several members have published within seconds becomes one, with their names. */
export function grouped(all) {
  const found = [];
  const latest = new Map();
  for (const event of all) {
    // The reason names the probers that a member knew of.
    const { member, name, time, reason, ...content } = event;
    const key = OF_EVERY_MEMBER.has(event.type) ? JSON.stringify(content) : null;
    const group = key && latest.get(key);
    if (group && !group.names.includes(name) && Math.abs(new Date(group.time) - new Date(time)) < TOGETHER_MS) {
      group.names.push(name);
      group.names.sort();
    } else {
      const made = { ...event, names: name ? [name] : [] };
      found.push(made);
      latest.set(key, made);
    }
  }
  return found;
}

function namesOf({ names }) {
  const more = names.length - NAMES_SHOWN;
  return names.slice(0, NAMES_SHOWN).join(", ") + (more > 0 ? " and " + more + " more" : "");
}

let parts = null;
const off = new Set();

function groupOf(type) {
  return Object.keys(GROUPS).find((name) => GROUPS[name].includes(type)) || "Other";
}

/** An entry of a list of grouped events. */
export function eventLine(event) {
  const { text, kind } = sentence(event);
  return h("li", {}, h("time", { dateTime: event.time, title: event.time }, clock(event.time)), h("span", { class: "dot " + kind }),
    h("span", { class: "quiet", title: event.names.join(", ") }, namesOf(event)), h("p", {}, text));
}

function isWanted(event, words, member) {
  return !off.has(groupOf(event.type)) && (member === "" || event.names.includes(member))
    && (words === "" || (sentence(event).text + " " + event.names.join(" ")).toLowerCase().includes(words));
}

function update(changed) {
  if (!["events", "members", "all"].some((each) => changed.has(each))) {
    return;
  }
  const chosen = parts.member.value;
  const names = new Set([...state.members.values()].map((each) => each.name).concat(state.events.map((each) => each.name).filter(Boolean)));
  if (parts.member.options.length !== names.size + 1) {
    parts.member.replaceChildren(h("option", { value: "" }, "all"), ...[...names].sort().map((each) => h("option", { value: each }, each)));
    parts.member.value = names.has(chosen) ? chosen : "";
  }
  const all = grouped(state.events);
  const wanted = all.filter((each) => isWanted(each, parts.words.value.trim().toLowerCase(), parts.member.value));
  if (changed.has("events") || changed.has("all")) {
    parts.list.replaceChildren(...wanted.slice(0, SHOWN).map(eventLine));
  }
  parts.none.hidden = wanted.length > 0;
  setText(parts.none, state.events.length === 0 ? "Nothing has happened in the last 15 minutes. New events come here by themselves."
    : "No event matches the filters; " + count(all.length) + " are hidden.");
  setText(parts.number, plural(wanted.length, "event") + (wanted.length > SHOWN ? ", the newest " + SHOWN + " are shown" : ""));
}

function build() {
  const again = () => update(new Set(["events"]));
  const chips = [...Object.keys(GROUPS), "Other"].map((name) => h("button", {
    type: "button",
    "aria-pressed": "true",
    onclick: (event) => {
      off.has(name) ? off.delete(name) : off.add(name);
      event.currentTarget.setAttribute("aria-pressed", String(!off.has(name)));
      again();
    },
  }, name));
  parts = {
    words: h("input", { type: "search", placeholder: "text", "aria-label": "Filter by text", oninput: again }),
    member: h("select", { "aria-label": "Member", onchange: again }, h("option", { value: "" }, "all")),
    list: h("ul", { class: "events" }),
    none: h("p", { class: "empty" }),
    number: h("span", { class: "quiet" }),
  };
  return h("div", { class: "stack" },
    h("div", { class: "fields" }, h("div", { class: "chips", role: "group", "aria-label": "Kinds of events" }, ...chips),
      parts.words, h("label", {}, "Member", parts.member)),
    card("Events of all members", h("div", {}, parts.list, parts.none), parts.number));
}

export const events = { id: "events", title: "Events", build, update, open() {} };
