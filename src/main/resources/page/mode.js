// Colours of YAML. CodeMirror's own mode takes the keys of most maps in braces for values.

const WORD = /^\s*(true|false|null|off)(?=\s*[,}\]])/;

function isNewPair(state) {
  state.pair = false;
  state.pairStart = false;
}

/** Keeps the open brackets in state.open, such as "[{": a comma in braces begins another pair, one in brackets does not. */
function follow(sign, state) {
  const open = state.open || "";
  if (sign === "{" || sign === "[") {
    state.open = open + sign;
  } else if (sign === "}" || sign === "]") {
    state.open = open.slice(0, -1);
  }
  if (state.open?.endsWith("{") && (sign === "{" || sign === ",")) {
    isNewPair(state);
  }
}

/** Defines the mode and returns its name. */
export function yamlMode(codeMirror) {
  codeMirror.defineMode("fairlead-yaml", (config) => {
    const plain = codeMirror.getMode(config, "yaml");
    return { ...plain, name: "fairlead-yaml", token(stream, state) {
      if (state.open && state.pairStart && stream.match(WORD)) {
        return "keyword";
      }
      const style = plain.token(stream, state);
      if (style === "meta") {
        follow(stream.current().trim(), state);
      }
      return style;
    } };
  });
  return "fairlead-yaml";
}
