// All that is known of one backend, in a dialog that follows the cluster.

import { get } from "./api.js";
import { stateOf } from "./attention.js";
import { h, setText, sheet } from "./dom.js";
import { count, duration, millis, plural, rate, when } from "./format.js";
import { state, subscribe } from "./live.js";

const time = (seconds) => (seconds > 0 ? duration(seconds) : "never");

/** What changes with every probe is asked for, not in the stream. */
const ASK_EVERY_MS = 2000;

function check({ lastCheck }) {
  return lastCheck ? lastCheck.reason + " in " + millis(lastCheck.millis) + " ms, " + when(lastCheck.time)
    : "none by " + state.member.name;
}

/** By title; "here" is the member that was asked. */
const FACTS = {
  "State": (backend) => stateOf(backend).text + (backend.healthSince ? " since " + when(backend.healthSince) : "") + (backend.healthWhy ? ": " + backend.healthWhy : ""),
  "Last check": check,
  "Down here, in all": (backend) => time(backend.downSeconds),
  "Agent": ({ agent }) => (agent ? agent.weightPercent + " % " + agent.state + (agent.down ? ", " + agent.down : "")
    + (agent.maxConnections > 0 ? ", at most " + plural(agent.maxConnections, "session") : "") : "says nothing"),
  "Weight": (backend) => count(backend.weight) + (backend.slowStart !== null && backend.slowStart !== undefined ? ", slow start " + Math.round(100 * backend.slowStart) + " %" : ""),
  "Sessions of all members": (backend) => count(backend.clusterActive) + (backend.limit > 0 ? " of " + count(backend.limit) : ""),
  "Sessions here": (backend) => count(backend.active) + ", at most " + count(backend.maxActive) + " at one time, " + count(backend.total) + " in all",
  "Connects/s": (backend) => rate(backend.connectsPerSecond),
  "Connect p50 / p99": (backend) => (backend.connectMillis ? millis(backend.connectMillis.p50) + " / " + millis(backend.connectMillis.p99) + " ms" : "–"),
  "Failures here": (backend) => count(backend.failures) + " in all, " + rate(backend.failuresPerSecond) + "/s of all members",
};

let open = null;

function fill() {
  const backend = open && state.pools.get(open.pool)?.backends.find((each) => each.id === open.id);
  if (open && !open.shown.isConnected) {
    open = null;
  } else if (backend) {
    const known = { ...backend, ...open.record };
    Object.entries(FACTS).forEach(([title, text]) => setText(open.values[title], text(known)));
  }
}

/** Asks for the record of the backend until the dialog is closed or another one is open. */
async function follow(asked) {
  const { pools } = await get("pools").catch(() => ({ pools: [] }));
  const backend = pools.find((pool) => pool.name === asked.pool)?.backends.find((each) => each.id === asked.id);
  if (open === asked && asked.shown.isConnected) {
    asked.record = backend ? { lastCheck: backend.lastCheck, downSeconds: backend.downSeconds } : {};
    fill();
    setTimeout(follow, ASK_EVERY_MS, asked);
  }
}

subscribe((changed) => changed.has("pools") && fill());

/** Shows the facts of a backend until the dialog is closed. */
export function backendDetails(pool, id) {
  const values = Object.fromEntries(Object.keys(FACTS).map((title) => [title, h("dd")]));
  const list = h("dl", { class: "facts-list" }, ...Object.entries(values).flatMap(([title, value]) => [h("dt", {}, title), value]));
  open = { pool, id, values, record: {}, shown: sheet("Backend " + id + " of pool " + pool, list) };
  fill();
  follow(open);
}
