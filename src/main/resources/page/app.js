// The frame of the page: sign-in, header, views and the theme.

import { token } from "./api.js";
import { attention } from "./attention.js";
import { config } from "./config.js";
import { h, setClass, setText } from "./dom.js";
import { events } from "./events.js";
import { explain } from "./explain.js";
import { keepFocus } from "./focus.js";
import { ago, plural } from "./format.js";
import { mayChange, start, state, stop, subscribe } from "./live.js";
import { overview } from "./overview.js";
import { pools } from "./pools.js";
import { sessions } from "./sessions.js";

const VIEWS = [overview, pools, sessions, events, config, explain];

/** Ages are told in minutes. */
const CLOCK_MS = 30_000;

const ALL = new Set(["all", "members", "listeners", "pools", "limits", "certificates", "events", "revision", "clock", "tokenRole"]);

const byId = (id) => document.getElementById(id);

let shown = null;

/** A token was given, and no answer has come yet. */
let signingIn = false;

/** #pools/web?x=y as { view, path, parameters }. */
function place() {
  const [path, rest] = location.hash.slice(1).split("?");
  const [name, ...more] = path.split("/").map(decodeURIComponent);
  const view = VIEWS.find((each) => each.id === name);
  if (!view) {
    if (location.hash !== "") {
      history.replaceState(null, "", "#" + overview.id);
    }
    return { view: overview, path: [], parameters: new URLSearchParams() };
  }
  return { view, path: more, parameters: new URLSearchParams(rest || "") };
}

function show() {
  if (!state.known) {
    return;
  }
  const { view, path, parameters } = place();
  if (view !== shown) {
    shown = view;
    view.element ??= view.build();
    byId("view").replaceChildren(view.element);
    [...byId("tabs").children].forEach((tab) => {
      if (tab.dataset.view === view.id) {
        tab.setAttribute("aria-current", "page");
        tab.scrollIntoView({ block: "nearest", inline: "nearest" });
      } else {
        tab.removeAttribute("aria-current");
      }
    });
    window.scrollTo(0, 0);
    view.update(ALL);
  }
  view.open(path, parameters);
}

function header() {
  const found = attention(state).filter((each) => each.kind !== "info");
  const bad = found.filter((each) => each.kind === "bad").length;
  const lost = state.link === "lost";
  setText(byId("verdict"), !state.known ? "connecting" : lost ? "unknown" : found.length === 0 ? "healthy" : bad > 0 ? plural(bad, "problem") : plural(found.length, "warning"));
  setClass(byId("verdict"), "pill " + (!state.known || lost ? "" : found.length === 0 ? "good" : bad > 0 ? "bad" : "warn"));
  setText(byId("stream"), { connecting: "connecting", live: "live", lost: "connection lost" }[state.link]);
  setClass(byId("stream"), "stream " + ({ live: "good", lost: "bad" }[state.link] || ""));
  byId("lost").hidden = !lost;
  setText(byId("lost"), "This member does not answer. What is shown is of the last moment it did; the page reconnects by itself."
    + others());
  byId("read-only").hidden = mayChange();
  byId("sign-out").hidden = !token.get();
  if (state.known) {
    facts();
  }
}

/** Where the page can be had meanwhile. */
function others() {
  const names = [...state.members.values()].map((each) => each.name).filter((name) => name !== state.member.name);
  return names.length === 0 ? "" : " Any other member shows the same cluster: " + names.join(", ") + ".";
}

function facts() {
  const { revision, author, time } = state.revision;
  const said = plural(state.members.size, "member") + " · revision " + revision + " by " + author + ", " + ago(time) + " ago · asked "
    + state.member.name + (state.member.version ? ", version " + state.member.version : "");
  setText(byId("facts"), said);
  const title = state.member.name + " – Fairlead";
  if (document.title !== title) {
    document.title = title;
  }
}

function askForToken() {
  const wrong = token.get() !== null;
  signingIn = false;
  token.clear();
  setText(byId("login-message"), wrong ? "That is not a token of this member." : "");
  setText(byId("verdict"), "signed out");
  setText(byId("stream"), "not connected");
  byId("login").hidden = false;
  byId("view").hidden = true;
  byId("tabs").hidden = true;
  byId("token").focus();
}

function connect() {
  byId("login").hidden = true;
  byId("view").hidden = false;
  byId("tabs").hidden = false;
  start(askForToken);
}

/** Somebody has signed in: the keyboard goes on at the view that is shown. */
function enter() {
  if (signingIn && state.known && state.link === "live") {
    signingIn = false;
    document.querySelector("#tabs [aria-current]")?.focus();
  }
}

const THEMES = ["auto", "light", "dark"];

const theme = () => localStorage.getItem("fairlead-theme") || "auto";

function choose(chosen) {
  if (chosen === "auto") {
    localStorage.removeItem("fairlead-theme");
  } else {
    localStorage.setItem("fairlead-theme", chosen);
  }
  window.dispatchEvent(new Event("theme"));
}

function showTheme() {
  setText(byId("theme"), { auto: "Auto", light: "Light", dark: "Dark" }[theme()]);
  byId("theme").setAttribute("aria-label", "Colours: " + theme());
  shown?.update(new Set(["theme"]));
}

function begin() {
  byId("tabs").append(...VIEWS.map((view) => {
    const tab = h("a", { href: "#" + view.id }, view.title);
    tab.dataset.view = view.id;
    return tab;
  }));
  showTheme();
  byId("theme").addEventListener("click", () => choose(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]));
  window.addEventListener("theme", showTheme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
  byId("sign-out").addEventListener("click", () => {
    stop();
    token.clear();
    askForToken();
  });
  byId("login").addEventListener("submit", (event) => {
    event.preventDefault();
    token.set(byId("token").value.trim());
    byId("token").value = "";
    signingIn = true;
    connect();
  });
  keepFocus(byId("view"));
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // "#main" is no view.
    byId("main").focus();
  });
  window.addEventListener("hashchange", show);
  setInterval(() => shown?.update(new Set(["clock"])), CLOCK_MS);
  subscribe((changed) => {
    header();
    if (!shown && state.known) {
      show();
    } else {
      shown?.update(changed);
    }
    enter();
  });
  connect();
}

begin();
