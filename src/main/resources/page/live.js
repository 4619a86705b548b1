// The one stream that drives the page, and the state of the cluster as it was told last.

import { Refused, stream } from "./api.js";

/** A member writes at least a comment every 15 s; without one for this long the stream is dead. */
const SILENT_MS = 40_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8000;
const EVENTS_KEPT = 1000;

/** Sections whose entries come one by one, and the field that identifies an entry. */
const KEYED = { members: "id", listeners: "name", pools: "name" };

/** What the member said last. Changed by this module only. */
export const state = {
  known: false,
  /** connecting, live or lost. */
  link: "connecting",
  member: {},
  tokenRole: "full",
  revision: {},
  problems: [],
  members: new Map(),
  listeners: new Map(),
  pools: new Map(),
  limits: [],
  certificates: [],
  certificateProblems: [],
  /** Newest first. */
  events: [],
  sample: null,
};

/** Whether this token may change something. */
export const mayChange = () => state.tokenRole !== "read";

const listeners = new Set();
const changed = new Set();
let scheduled = false;

/** Calls listener(changed) with the names of changed sections, at most once a frame, only while the page is seen. */
export function subscribe(listener) {
  listeners.add(listener);
}

function touch(...sections) {
  sections.forEach((section) => changed.add(section));
  if (!scheduled) {
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      const now = new Set(changed);
      changed.clear();
      listeners.forEach((listener) => listener(now));
    });
  }
}

function merge(section, entries, full) {
  const key = KEYED[section];
  const all = full ? new Map() : state[section];
  for (const entry of entries) {
    if (entry.gone) {
      all.delete(entry[key]);
    } else {
      all.set(entry[key], entry);
    }
  }
  state[section] = all;
}

/** Takes over one event "cluster". */
export function takeCluster(event) {
  for (const [section, value] of Object.entries(event)) {
    if (section in KEYED) {
      merge(section, value, event.full);
    } else if (section in state) {
      state[section] = value;
    } else {
      continue;
    }
    touch(section);
  }
  state.known ||= event.full;
}

function takeEvent(event) {
  state.events.unshift(event);
  state.events.length = Math.min(state.events.length, EVENTS_KEPT);
  touch("events");
}

function take(type, data) {
  if (type === "cluster") {
    takeCluster(data);
  } else if (type === "sample") {
    state.sample = data;
    touch("sample");
  } else if (data.type) {
    takeEvent(data);
  }
}

function link(now) {
  state.link = now;
  touch("link");
}

let current = null;

/** Stops the stream, for as long as nobody is signed in. */
export function stop() {
  current?.abort();
  current = null;
}

/** Keeps a stream open until stop(); onRefused is told of 401, which ends it. */
export async function start(onRefused) {
  stop();
  const mine = new AbortController();
  current = mine;
  let retry = FIRST_RETRY_MS;
  while (!mine.signal.aborted) {
    try {
      await once(mine, () => (retry = FIRST_RETRY_MS));
    } catch (problem) {
      if (problem instanceof Refused && problem.status === 401) {
        onRefused();
        return;
      }
    }
    if (mine.signal.aborted) {
      return;
    }
    link("lost");
    await new Promise((resolve) => setTimeout(resolve, retry));
    retry = Math.min(2 * retry, LONGEST_RETRY_MS);
  }
}

async function once(mine, onOpened) {
  const attempt = new AbortController();
  const abort = () => attempt.abort();
  mine.signal.addEventListener("abort", abort);
  let watch = setTimeout(abort, SILENT_MS);
  try {
    await stream("live?since=15m", {
      signal: attempt.signal,
      onOpen: () => {
        state.events = [];
        onOpened();
        link("live");
      },
      onEvent: take,
      onBytes: () => {
        clearTimeout(watch);
        watch = setTimeout(abort, SILENT_MS);
      },
    });
  } finally {
    clearTimeout(watch);
    mine.signal.removeEventListener("abort", abort);
  }
}
