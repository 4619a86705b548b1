// The API of the member that served the page. Paths are relative, so that the page also works below
// the path of a reverse proxy.

const TOKEN = "fairlead-token";

/** A response other than 2xx: its status, and the problems of its body as [{path, message, line?}]. */
export class Refused extends Error {
  constructor(status, problems) {
    super(problems.map(said).join("; ") || "the member answered " + status);
    this.status = status;
    this.problems = problems;
  }
}

/** A problem as one line: what, where, and the member that says so. */
export function said({ path, message, member }) {
  const where = path && !path.startsWith("/") ? path + ": " : "";
  return (member ? member + ": " : "") + where + message;
}

export const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: (value) => sessionStorage.setItem(TOKEN, value),
  clear: () => sessionStorage.removeItem(TOKEN),
};

async function request(method, path, { body, type, ifMatch, signal } = {}) {
  const headers = {};
  if (token.get()) {
    headers.Authorization = "Bearer " + token.get();
  }
  if (type) {
    headers["Content-Type"] = type;
  }
  if (ifMatch !== undefined) {
    headers["If-Match"] = String(ifMatch);
  }
  const response = await fetch("api/v1/" + path, { method, headers, body, signal, cache: "no-store" });
  if (!response.ok) {
    const answer = await response.json().catch(() => ({}));
    throw new Refused(response.status, answer.problems || []);
  }
  return response;
}

/** Sends a request and resolves to its JSON, null if there is none. */
export async function call(method, path, options) {
  const text = await (await request(method, path, options)).text();
  return text ? JSON.parse(text) : null;
}

export function get(path, options) {
  return call("GET", path, options);
}

/** The same with a JSON body. */
export function send(method, path, body, options = {}) {
  return call(method, path, { ...options, body: JSON.stringify(body), type: "application/json" });
}

/** A query string of those values that are set. */
export function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return set.length === 0 ? "" : "?" + new URLSearchParams(set);
}

/**
 * Reads server-sent events until the stream ends; EventSource cannot send a token. Calls
 * onOpen once the member has answered, onEvent(type, data) for each event with JSON, and onBytes
 * for whatever comes, keep-alive comments included.
 */
export async function stream(path, { onOpen, onEvent, onBytes, signal }) {
  const response = await request("GET", path, { signal });
  onOpen();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    onBytes();
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    blocks.forEach((block) => dispatch(block, onEvent));
  }
}

function dispatch(block, onEvent) {
  let type = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) {
      type = line.slice(6).trim();
    } else if (line.startsWith("data:")) {
      data.push(line.slice(5));
    }
  }
  if (data.length > 0) {
    onEvent(type, JSON.parse(data.join("\n")));
  }
}
