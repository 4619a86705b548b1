// What may stand at a place of a YAML document, by the JSON Schema of the configuration.

const LINE = /^(\s*)((?:-\s+)*)(?:(["']?)([\w.-]+)\3\s*:(?=\s|$))?/;

/** The place of an item of a list in a path. */
const ITEM = "[]";

/**
 * Words for the place after the first ch characters of line number at: { from, words: [{ text, about }] }.
 * The words complete what stands from column from on.
 */
export function suggest(schema, lines, at, ch) {
  const before = lines[at].slice(0, ch);
  const flow = flowPlace(lines, at, before);
  const { path, key, word } = flow || blockPlace(lines, at, before);
  const found = candidates(schema, schema, key === null ? path : [...path, key]);
  const words = (key === null ? keys(schema, found) : values(schema, found)).filter((each) => each.text.startsWith(word));
  return { from: ch - word.length, words };
}

/** key null = a key is being written, else the value of that key. */
function blockPlace(lines, at, before) {
  const value = /^(\s*(?:-\s+)*)([\w.-]+):\s+(["']?[\w.-]*)$/.exec(before);
  if (value) {
    return { path: pathOf(lines, at, value[1]), key: value[2], word: value[3] };
  }
  const name = /^(\s*(?:-\s+)*)([\w.-]*)$/.exec(before);
  return name ? { path: pathOf(lines, at, name[1]), key: null, word: name[2] } : { path: ["?"], key: null, word: "" };
}

/** The path of the map whose key begins behind indent, which may end with dashes. */
function pathOf(lines, at, indent) {
  const path = [];
  let column = indent.length;
  let inList = false;
  if (indent.includes("-")) {
    path.unshift(ITEM);
    column = indent.indexOf("-");
    inList = true;
  }
  for (let i = at - 1; i >= 0 && (column > 0 || inList); i--) {
    if (/^\s*(#|$)/.test(lines[i])) {
      continue;
    }
    const [, spaces, dashes, , key] = LINE.exec(lines[i]);
    const keyColumn = spaces.length + dashes.length;
    const parent = inList ? key && (dashes ? spaces.length < column && keyColumn <= column : keyColumn <= column) : key && keyColumn < column;
    if (parent) {
      path.unshift(key);
      column = keyColumn;
      inList = false;
    }
    if (dashes && !inList && (parent || keyColumn === column)) {
      path.unshift(ITEM);
      column = spaces.length;
      inList = true;
    }
  }
  return path;
}

/** The place inside brackets that are open on this line, null if none is. */
function flowPlace(lines, at, before) {
  const open = [];
  let key = null;
  const text = before.replace(/"[^"]*"|'[^']*'/g, (quoted) => "q".repeat(quoted.length));
  for (const [token] of text.matchAll(/[{}[\],]|[\w.-]+\s*:(?=\s|$)/g)) {
    if (token === "{" || token === "[") {
      open.push({ token, key });
      key = null;
    } else if (token === "}" || token === "]") {
      key = open.pop()?.key ?? null;
    } else {
      key = token === "," ? null : token.replace(/\s*:$/, "");
    }
  }
  if (open.length === 0) {
    return null;
  }
  const indent = /^\s*(?:-\s+)*/.exec(before)[0];
  const path = pathOf(lines, at, indent);
  for (const each of open) {
    path.push(...(each.key ? [each.key] : []), ...(each.token === "[" ? [ITEM] : []));
  }
  const word = /[\w.-]*$/.exec(before)[0];
  return { path, key: open.at(-1).token === "{" ? key : null, word };
}

/** A schema and all that stand for it: those behind $ref, oneOf, anyOf and allOf. */
function expand(root, schema, depth = 0) {
  if (typeof schema !== "object" || schema === null || depth > 12) {
    return [];
  }
  const more = [...(schema.oneOf || []), ...(schema.anyOf || []), ...(schema.allOf || [])];
  if (typeof schema.$ref === "string" && schema.$ref.startsWith("#")) {
    const target = schema.$ref.split("/").slice(1).reduce((at, name) => at?.[name.replace(/~1/g, "/").replace(/~0/g, "~")], root);
    more.push(target);
  }
  return [schema, ...more.flatMap((each) => expand(root, each, depth + 1))];
}

function candidates(root, schema, path) {
  return path.reduce((found, step) => found.flatMap((each) => {
    if (step === ITEM) {
      return expand(root, each.items);
    }
    const next = each.properties?.[step] ?? (typeof each.additionalProperties === "object" ? each.additionalProperties : null);
    return expand(root, next);
  }), expand(root, schema));
}

function unique(words) {
  return [...new Map(words.map((each) => [each.text, each])).values()];
}

function keys(root, found) {
  return unique(found.flatMap((each) => Object.entries(each.properties || {}).map(([name, schema]) =>
    ({ text: name + ": ", about: about(root, schema) }))));
}

function about(root, schema) {
  const all = expand(root, schema);
  const text = all.map((each) => each.description).find(Boolean) || "";
  const preset = all.map((each) => each.default).find((each) => each !== undefined);
  const short = text.length > 60 ? text.slice(0, 59) + "…" : text;
  return [short, preset === undefined ? "" : "default " + JSON.stringify(preset)].filter(Boolean).join("; ");
}

function values(root, found) {
  const text = (value) => (value === null ? "null" : String(value));
  return unique(found.flatMap((each) => [
    ...(each.enum || []),
    ...("const" in each ? [each.const] : []),
    ...([each.type].flat().includes("boolean") ? [true, false] : []),
    ...(["string", "number"].includes(typeof each.default) ? [each.default] : []),
  ]).map((value) => ({ text: text(value), about: "" })));
}
