// What an operator should look at, and the states behind it.

import { said } from "./api.js";
import { clock, count, plural, rate } from "./format.js";

export const EXPIRES_SOON_DAYS = 14;

/** How long a member that was lost is shown. */
const LOST_SHOWN_MS = 900_000;

/** The state of a backend as { text, kind, off }: off = it takes no part by somebody's wish. */
export function stateOf(backend) {
  if (backend.state === "draining") {
    return { text: "draining", kind: backend.clusterActive > 0 ? "warn" : "quiet", off: true };
  }
  if (backend.state !== "enabled") {
    return { text: backend.state, kind: "quiet", off: true };
  }
  if (backend.healthy === false) {
    return { text: "down", kind: "bad" };
  }
  if (backend.ejected) {
    return { text: "ejected", kind: "bad" };
  }
  if (backend.weight === 0) {
    return { text: "weight 0", kind: "warn", off: true };
  }
  return { text: backend.healthy === true ? "up" : "not probed", kind: backend.healthy === true ? "good" : "quiet" };
}

/** Whether new sessions may go to it. */
export function isUsable(backend) {
  return backend.state === "enabled" && backend.healthy !== false && !backend.ejected && backend.weight > 0;
}

/** Whether it should take sessions and cannot. */
export function isTroubled(backend) {
  return backend.state === "enabled" && (backend.healthy === false || backend.ejected);
}

/** Members that left without being told to, not long ago, and are not back: [{ id, name, lost: { time, reason } }]. */
export function lostMembers(state) {
  const settled = new Set([...state.members.values()].map((each) => each.name));
  const found = [];
  for (const { type, member, name, time, reason, lost } of state.events) {
    if ((type === "MemberLeft" || type === "MemberJoined") && !settled.has(name)) {
      settled.add(name); // What happened last is what holds.
      if (lost && Date.now() - new Date(time) < LOST_SHOWN_MS) {
        found.push({ id: member, name, lost: { time, reason } });
      }
    }
  }
  return found;
}

export function memberState(member) {
  if (member.lost) {
    return { text: "lost at " + clock(member.lost.time) + ": " + member.lost.reason, kind: "bad" };
  }
  if (member.draining) {
    return { text: "draining", kind: "warn", off: true };
  }
  return member.ready ? { text: "ready", kind: "good" } : { text: "not ready", kind: "bad" };
}

export function isFull(limit) {
  return limit.allowed > 0 && limit.used >= limit.allowed;
}

export function refusedPerSecond(limit) {
  return Object.values(limit.refused || {}).reduce((sum, each) => sum + each, 0);
}

function ofMembers(state) {
  const found = lostMembers(state).map((each) => ({ kind: "bad", text: "Member " + each.name + " was " + memberState(each).text, href: "#events" }));
  const revision = state.revision.revision;
  for (const member of state.members.values()) {
    if (member.draining) {
      found.push({ kind: "warn", text: "Member " + member.name + " is draining: "
        + plural(member.sessions ?? 0, "session") + " left", href: "#overview" });
    } else if (!member.ready) {
      const reasons = (member.reasons || []).join(", ");
      found.push({ kind: "bad", text: "Member " + member.name + " is not ready" + (reasons ? ": " + reasons : ""), href: "#overview" });
    }
    if (revision !== undefined && member.revision !== undefined && member.revision !== revision) {
      found.push({ kind: "warn", text: "Member " + member.name + " has revision " + member.revision
        + ", this member has " + revision, href: "#config/history" });
    }
  }
  return found;
}

const sum = (all, of) => all.reduce((total, each) => total + (of(each) || 0), 0);

/** Connects of a pool that fail, if most do or none has worked lately (clients may give up first); also where nothing is probed. */
function ofConnects(pool, href) {
  const connects = sum(pool.backends, (each) => each.connectsPerSecond);
  const failures = Math.min(connects, sum(pool.backends, (each) => each.failuresPerSecond));
  const none = pool.backends.every((each) => !each.connectMillis);
  if (failures === 0 || (failures <= connects / 2 && !none)) {
    return [];
  }
  return [{ kind: "bad", text: "Pool " + pool.name + ": " + rate(failures) + " of " + rate(connects) + " connects a second fail"
    + (none ? ", none works" : ""), href }];
}

function ofPool(pool) {
  const href = "#pools/" + encodeURIComponent(pool.name);
  return [...ofBackends(pool, href), ...ofConnects(pool, href)];
}

function ofBackends(pool, href) {
  const wanted = pool.backends.filter((each) => each.state === "enabled");
  const troubled = pool.backends.filter(isTroubled);
  if (pool.state !== "removed" && wanted.length > 0 && troubled.length === wanted.length) {
    return [{ kind: "bad", text: "Pool " + pool.name + " has no backend that is up", href }];
  }
  const found = [];
  if (pool.state !== "removed" && wanted.length === 0 && pool.backends.length > 0) {
    found.push({ kind: "warn", text: "Pool " + pool.name + " takes no session: all its backends are drained or disabled", href });
  }
  if (troubled.length > 3) {
    found.push({ kind: "warn", text: "Pool " + pool.name + ": " + count(troubled.length) + " of "
      + plural(pool.backends.length, "backend") + " are down or ejected", href });
  } else {
    troubled.forEach((each) => found.push({ kind: "warn", text: "Backend " + each.id + " of pool " + pool.name
      + " is " + stateOf(each).text + (each.healthy === false && each.healthWhy ? ": " + each.healthWhy : ""), href }));
  }
  // Somebody wants it so: only its progress is of interest.
  pool.backends.filter((each) => each.state === "draining" && each.clusterActive > 0).slice(0, 3).forEach((each) => found.push({ kind: "info",
    text: "Backend " + each.id + " of pool " + pool.name + " is draining: " + plural(each.clusterActive, "session") + " left", href }));
  return found;
}

function ofCertificates(state) {
  const soon = state.certificates.filter((each) => each.daysLeft < EXPIRES_SOON_DAYS).map((each) => ({
    kind: each.daysLeft < 0 ? "bad" : "warn",
    text: "The certificate of listener " + each.listener + (each.daysLeft < 0 ? " has expired"
      : " expires in " + plural(each.daysLeft, "day")),
    href: "#overview",
  }));
  return soon.concat(state.certificateProblems.map((each) => ({ kind: "bad", text: unusable(each), href: "#overview" })));
}

/** A problem with files of TLS, as a sentence. */
export function unusable({ listener, pool, message }) {
  return (listener ? "Listener " + listener : "Pool " + pool) + " does not use its new files: " + message;
}

function ofLimits(state) {
  return state.limits.filter((limit) => refusedPerSecond(limit) > 0 || (limit.kind !== "rate" && isFull(limit))).map((limit) => ({
    kind: "warn",
    text: "Limit " + limit.name + " of " + limit.of + (isFull(limit) ? " is reached" : " refuses clients"),
    href: "#overview",
  }));
}

/** All of it, the worst first: [{ kind, text, href }]; kind is bad, warn, or info for what somebody wants so. */
export function attention(state) {
  const found = [
    ...ofMembers(state),
    ...state.problems.map((each) => ({ kind: "bad", text: typeof each === "string" ? each : said(each), href: "#config" })),
    ...[...state.pools.values()].flatMap(ofPool),
    ...ofLimits(state),
    ...ofCertificates(state),
  ];
  return ["bad", "warn", "info"].flatMap((kind) => found.filter((each) => each.kind === kind));
}

/** The pools of a listener's routes, then that of all other clients. */
export function poolsOf(listener) {
  const pools = [...(listener.routes || []).map((route) => route.pool), listener.pool];
  return [...new Set(pools.filter((pool) => pool))].join(", ") || "by its routes";
}

/** What the file of a member has to say about the revision in force, from the body of /status: [{ kind, text }]. */
export function notices(status) {
  const { config } = status;
  const found = config.restartNeeded.map((key) => ({ kind: "warn", text: key + " takes effect after a restart of " + status.name }));
  // Usual after a push, so no problem. A file with problems is not in force either; they say why.
  if (config.file && !config.fileInForce && config.problems.length === 0) {
    found.push({ kind: "quiet", text: "Revision " + status.revision + " by " + config.author + " is in force, and " + config.file
      + " has other listeners or pools, as is usual after a push. To have the file agree, put what \"fairlead config show\""
      + " prints into it; to use the file instead, push its listeners and pools." });
  }
  return [...config.problems.map((text) => ({ kind: "bad", text })), ...found];
}
