"use strict";

// Whatever comes from the API is put in as text, never as markup.

const EVERY_MS = 1000;
const SESSIONS_SHOWN = 20;
const EXPIRES_SOON_DAYS = 14;
const TOKEN = "fairlead-token";

let historyOf = 0; // The revision when the history was fetched.

const byId = (id) => document.getElementById(id);

class Unauthorized extends Error {}

async function api(path) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = token ? { Authorization: "Bearer " + token } : {};
  const response = await fetch("api/v1/" + path, { headers, cache: "no-store" });
  if (response.status === 401) {
    throw new Unauthorized();
  }
  if (!response.ok) {
    throw new Error(path + " answered " + response.status);
  }
  return response.json();
}

async function readiness() {
  const response = await fetch("readyz", { cache: "no-store" });
  return response.json();
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function count(number) {
  return Number(number).toLocaleString("en");
}

function bytes(number) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (number >= 1024 && unit < units.length - 1) {
    number /= 1024;
    unit += 1;
  }
  return (unit === 0 ? number : number.toFixed(1)) + " " + units[unit];
}

function duration(seconds) {
  if (seconds < 60) {
    return Math.floor(seconds) + " s";
  }
  if (seconds < 3600) {
    return Math.floor(seconds / 60) + " min " + Math.floor(seconds % 60) + " s";
  }
  if (seconds < 86400) {
    return Math.floor(seconds / 3600) + " h " + Math.floor((seconds % 3600) / 60) + " min";
  }
  return Math.floor(seconds / 86400) + " d " + Math.floor((seconds % 86400) / 3600) + " h";
}

function badge(text, kind) {
  byId("state").textContent = text;
  byId("state").className = "badge " + kind;
}

function showStatus(status, ready) {
  byId("name").textContent = status.name;
  document.title = status.name + " - Fairlead";
  byId("about").textContent = "version " + status.version + ", " + status.transport;
  if (status.draining) {
    badge("draining", "warn");
  } else {
    badge(ready.ready ? "ready" : "not ready", ready.ready ? "good" : "bad");
  }
  const tiles = [
    ["sessions", count(status.sessions) + " / " + count(status.maxSessions)],
    ["up for", duration(status.uptimeSeconds)],
    ["event loops", count(status.eventLoops)],
    ["revision", count(status.revision)],
    ["made by", status.config.author],
  ].map(([name, value]) => {
    const tile = element("div");
    tile.append(element("dt", "", name), element("dd", "", value));
    return tile;
  });
  byId("tiles").replaceChildren(...tiles);
  showProblems(status, ready);
}

function showProblems(status, ready) {
  const problems = [
    ...(ready.reasons || []),
    ...status.config.problems,
    ...status.config.restartNeeded.map((key) => key + " takes effect after a restart"),
  ];
  byId("problems").hidden = problems.length === 0;
  byId("problems").replaceChildren(...problems.map((text) => element("li", "", text)));
  const differs = fileDiffers(status);
  byId("notice").hidden = !differs;
  byId("notice").textContent = differs;
}

// Usual after a push, so no problem. A file with problems is not in force either; they say why.
function fileDiffers(status) {
  const config = status.config;
  if (!config.file || config.fileInForce || config.problems.length > 0) {
    return "";
  }
  return "Revision " + status.revision + " by " + config.author + " is in force, and " + config.file
    + " has other listeners or pools, as is usual after a push. To have the file agree, put what"
    + " \"fairlead config show\" prints into it; to use the file instead, push its listeners and"
    + " pools.";
}

function fill(body, rows, columns) {
  if (rows.length === 0) {
    const cell = element("td", "empty", "none");
    cell.colSpan = columns;
    rows = [element("tr")];
    rows[0].append(cell);
  }
  body.replaceChildren(...rows);
}

function row(texts, numbersFrom) {
  const made = element("tr");
  texts.forEach((text, index) => {
    made.append(element("td", index >= numbersFrom ? "number" : "", text));
  });
  return made;
}

function memberRow(member) {
  const made = row([member.name, member.address || "-", member.version], 3);
  const state = element("td");
  if (member.draining) {
    state.append(element("span", "badge warn", "draining"));
  } else {
    state.append(element("span", member.ready ? "badge good" : "badge bad",
      member.ready ? "ready" : "not ready"));
  }
  made.append(state, element("td", "number", count(member.revision)),
    element("td", "number", count(member.sessions)));
  return made;
}

function showMembers(members) {
  const byName = (a, b) => a.name.localeCompare(b.name);
  fill(byId("members"), [...members].sort(byName).map(memberRow), 6);
}

/* The pools of the routes, then that of all other clients. */
function poolsOf(listener) {
  const pools = [...listener.routes.map((route) => route.pool), listener.pool];
  return [...new Set(pools.filter((pool) => pool !== null))].join(", ");
}

function showListeners(listeners) {
  const rows = listeners.map((each) =>
    row([each.name, each.state === "removed" ? "removed" : each.address, poolsOf(each), count(each.active), count(each.total)], 3));
  fill(byId("listeners"), rows, 5);
}

function certificateRow(certificate) {
  const made = row([certificate.listener, certificate.names.join(", "), certificate.file,
    certificate.expires], 4);
  const days = certificate.daysLeft;
  const kind = days < 0 ? " bad" : days < EXPIRES_SOON_DAYS ? " warn" : "";
  made.append(element("td", "number" + kind, count(days)));
  return made;
}

function showCertificates(answer) {
  byId("tls").hidden = answer.certificates.length === 0 && answer.problems.length === 0;
  fill(byId("certificates"), answer.certificates.map(certificateRow), 5);
  byId("unusable").hidden = answer.problems.length === 0;
  byId("unusable").replaceChildren(...answer.problems.map((each) => element("li", "",
    (each.listener === null ? "pool " + each.pool : "listener " + each.listener)
      + ": not in use: " + each.message)));
}

function stateOf(backend) {
  if (backend.state !== "enabled") {
    return [backend.state, "warn"];
  }
  if (backend.ejected) {
    return ["ejected", "bad"];
  }
  return backend.healthy ? ["healthy", "good"] : ["down", "bad"];
}

function active(backend) {
  const everywhere = backend.clusterActive === backend.active
    ? "" : " here, " + count(backend.clusterActive) + " in all";
  return count(backend.active) + (everywhere || " active");
}

function backendRow(backend, most) {
  const made = element("div", "backend");
  const [state, kind] = stateOf(backend);
  const bar = element("div", "bar");
  const filled = element("div");
  filled.style.width = (100 * backend.active) / Math.max(1, most) + "%";
  bar.append(filled);
  const facts = "weight " + count(backend.weight) + ", " + count(backend.total) + " sessions, "
    + count(backend.failures) + " failures";
  made.append(
    element("span", "id", backend.id),
    element("span", "badge " + kind, state),
    element("span", "facts", facts),
    element("span", "number", active(backend)),
    bar);
  return made;
}

function showPools(pools) {
  byId("pools").replaceChildren(...pools.map((pool) => {
    const card = element("div", "pool");
    const title = element("h3", "", pool.name + " ");
    title.append(element("span", "quiet", pool.balance || pool.state));
    const most = Math.max(0, ...pool.backends.map((backend) => backend.active));
    card.append(title, ...pool.backends.map((backend) => backendRow(backend, most)));
    if (pool.backends.length === 0) {
      card.append(element("p", "quiet", "no backends"));
    }
    return card;
  }));
}

function showSessions(sessions) {
  const rows = sessions.map((each) =>
    row([each.source, each.listener, each.backend || "-", each.phase,
      duration(each.durationMs / 1000), bytes(each.bytesFromClient), bytes(each.bytesToClient)], 4));
  fill(byId("sessions"), rows, 7);
}

function historyRow(revision) {
  const note = [revision.superseded ? "superseded" : "", revision.note || ""].filter(Boolean);
  return row([count(revision.revision), revision.time, revision.kind || "-", revision.author,
    revision.from, note.join("; ") || "-"], 6);
}

// Fetched when the revision changes, because the member reads all documents for it.
async function showHistory(revision) {
  if (revision === historyOf) {
    return;
  }
  try {
    const { history } = await api("config/history");
    fill(byId("history"), history.map(historyRow), 6);
    historyOf = revision;
  } catch (problem) {
    // The rest of the page does not need it; the next turn tries again.
  }
}

async function refresh() {
  const [ready, status, members, listeners, certificates, pools, sessions] = await Promise.all([
    readiness(), api("status"), api("members"), api("listeners"), api("certificates"),
    api("pools"),
    api("sessions?limit=" + SESSIONS_SHOWN),
  ]);
  showStatus(status, ready);
  showMembers(members.members);
  showListeners(listeners.listeners);
  showCertificates(certificates);
  showPools(pools.pools);
  showSessions(sessions.sessions);
  byId("content").hidden = false;
  byId("login").hidden = true;
  await showHistory(status.revision);
}

function askForToken() {
  const wrong = sessionStorage.getItem(TOKEN) !== null;
  sessionStorage.removeItem(TOKEN);
  badge("locked", "warn");
  byId("login-message").textContent = wrong ? "That is not the token." : "";
  byId("content").hidden = true;
  byId("login").hidden = false;
  byId("token").focus();
}

async function turn() {
  try {
    await refresh();
  } catch (problem) {
    if (problem instanceof Unauthorized) {
      askForToken();
      return; // The form starts the next turn.
    }
    badge("no answer", "bad");
  }
  setTimeout(turn, EVERY_MS);
}

byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, byId("token").value.trim());
  byId("token").value = "";
  turn();
});

turn();
