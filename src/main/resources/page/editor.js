// The editor of the configuration: checked by all members as one types, pushed with author and note.

import { Refused, call, get, query, said } from "./api.js";
import { suggest } from "./complete.js";
import { authorField, card, field, h, isOff, setText, toast, turnOff } from "./dom.js";
import { plural } from "./format.js";
import { load } from "./load.js";
import { state } from "./live.js";
import { yamlMode } from "./mode.js";

/** After the last key. Lower checks sooner, higher asks the members less often. */
const CHECK_AFTER_MS = 500;

/** The text that a screen reader says after the name of the editor: how to get out of it. */
const KEYS = "editor-keys";

const FORMATS = ["yaml", "json", "toml"];

/** Without node and cluster, which belong to the file of a member and are refused in a push. Only for YAML in blocks. */
export function withoutNode(text) {
  let own = false;
  return text.split("\n").filter((line) => {
    if (/^\S/.test(line) && !line.startsWith("#")) {
      own = /^(node|cluster)\s*:/.test(line);
    }
    return !own;
  }).join("\n").replace(/^\n+/, "");
}

/** What was set for a backend, listener or pool by itself. */
function settingText({ listener, pool, backend, ...values }) {
  const whose = listener ? "listener " + listener : backend ? pool + "/" + backend : "pool " + pool;
  return whose + Object.entries(values).map(([key, value]) => " " + key + " " + value).join("");
}

export class Editor {
  /** getDocument() resolves to the revision in force. */
  constructor(getDocument) {
    this.getDocument = getDocument;
    this.base = null;
    this.loaded = "";
    this.timer = 0;
    this.checking = null;
    this.host = h("div", { class: "editor" });
    this.result = h("div", { class: "check-result", role: "status", "aria-live": "polite" });
    this.news = h("p", { class: "warn", role: "status", hidden: true });
    this.about = h("span", { class: "quiet" });
    this.format = h("select", { "aria-label": "Format", onchange: () => this.changeFormat() },
      ...FORMATS.map((each) => h("option", { value: each }, each)));
    this.author = authorField();
    this.note = h("input", { maxLength: 1000, placeholder: "why", size: 32 });
    this.button = h("button", { type: "submit", class: "main", "aria-disabled": "true" }, "Push");
    this.element = this.layout();
    window.addEventListener("beforeunload", (event) => this.isChanged() && event.preventDefault());
  }

  layout() {
    const again = h("button", { type: "button", onclick: () => this.reload() }, "Discard changes");
    const push = h("form", { class: "fields", onsubmit: (event) => this.push(event) }, field("Author", this.author),
      field("Note for the history", this.note), this.button, again);
    const keys = h("p", { id: KEYS, class: "quiet" }, "Tab and Shift-Tab leave the editor; where words are offered, Escape closes them first. "
      + "Ctrl-Space completes, Ctrl-] and Ctrl-[ indent.");
    return card("Edit", h("div", {}, this.host, h("div", { class: "body stack" }, this.result, this.news, push, keys)), this.about, this.format);
  }

  isChanged() {
    return this.editor && this.editor.getValue() !== this.loaded;
  }

  /** Shows the revision in force, unless there are changes that would be lost. */
  async open() {
    if (!this.editor) {
      await load("codemirror.js", "yaml.js", "show-hint.js", "codemirror.css");
      this.make();
    }
    if (!this.isChanged()) {
      await this.reload();
    }
    this.editor.refresh();
  }

  make() {
    this.mode = yamlMode(window.CodeMirror);
    this.editor = window.CodeMirror(this.host, {
      lineNumbers: true, indentUnit: 2, tabSize: 2, mode: this.mode, gutters: ["CodeMirror-linenumbers", "marks"],
      screenReaderLabel: "Configuration", inputStyle: "contenteditable",
      extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-Space": (editor) => this.complete(editor) },
    });
    this.editor.getInputField().setAttribute("aria-describedby", KEYS);
    this.editor.on("change", () => this.schedule());
    this.editor.on("inputRead", (editor, change) => /^[\w]$/.test(change.text[0]) && this.complete(editor));
    // Older members have no schema; then nothing is completed.
    get("config/schema.json").then((schema) => (this.schema = schema)).catch(() => {});
  }

  complete(editor) {
    if (!this.schema || editor.state.completionActive || this.format.value === "toml") {
      return;
    }
    editor.showHint({
      completeSingle: false,
      hint: () => {
        const { line, ch } = editor.getCursor();
        const { from, words } = suggest(this.schema, editor.getValue().split("\n"), line, ch);
        return { from: { line, ch: from }, to: { line, ch }, list: words.map((each) => ({
          text: each.text,
          render: (node) => node.append(each.text.trim(), h("small", {}, each.about)),
        })) };
      },
    });
  }

  async reload() {
    const revision = await this.getDocument();
    this.base = revision.revision;
    this.format.value = FORMATS.includes(revision.format) ? revision.format : "yaml";
    this.loaded = this.format.value === "yaml" ? withoutNode(revision.text) : revision.text;
    this.changeFormat();
    this.editor.setValue(this.loaded);
    this.editor.clearHistory();
    setText(this.about, "based on revision " + revision.revision + " by " + revision.author);
    this.news.hidden = true;
  }

  changeFormat() {
    this.editor.setOption("mode", this.format.value === "toml" ? null : this.mode);
    this.schedule();
  }

  /** Another revision has come into force. */
  overtaken() {
    const { revision, author } = state.revision;
    if (!this.editor || revision === this.base) {
      return;
    }
    if (this.isChanged()) {
      this.news.hidden = false;
      setText(this.news, "Revision " + revision + " by " + author + " is in force now; yours is based on " + this.base
        + ". A push would be refused: copy your changes, discard them here, and make them again.");
    } else {
      this.reload();
    }
  }

  schedule() {
    turnOff(this.button, true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), CHECK_AFTER_MS);
  }

  post(parameters, options) {
    return call("POST", "config" + query(parameters), { body: this.editor.getValue(), type: "application/" + this.format.value, ...options });
  }

  async check() {
    this.checking?.abort();
    const mine = new AbortController();
    this.checking = mine;
    try {
      const answer = await this.post({ dryRun: true }, { signal: mine.signal });
      this.mark([]);
      this.result.replaceChildren(h("p", { class: "good" }, this.valid(answer)));
      turnOff(this.button, !this.isChanged());
    } catch (problem) {
      if (problem.name !== "AbortError") {
        this.refused(problem);
      }
    }
  }

  valid({ unchanged, undone }) {
    if (!this.isChanged()) {
      return "This is the revision in force.";
    }
    const lost = (undone || []).map(settingText);
    return (unchanged ? "Valid; no key and no value differs from the revision in force." : "Valid on " + plural(state.members.size, "member") + ".")
      + (lost.length > 0 ? " Undone by it: " + lost.join(", ") + "." : "");
  }

  refused(problem) {
    const problems = problem instanceof Refused && problem.problems.length > 0 ? problem.problems : [{ path: "", message: problem.message }];
    this.mark(problems);
    this.result.replaceChildren(h("ul", {}, ...problems.map((each) => h("li", {},
      h("button", { type: "button", class: "link", onclick: () => this.goTo(each.line) }, (each.line ? "Line " + each.line + ": " : "") + said(each))))));
  }

  mark(problems) {
    this.editor.clearGutter("marks");
    this.editor.eachLine((line) => void this.editor.removeLineClass(line, "background", "wrong")); // It stops at a result.
    problems.filter((each) => each.line > 0 && each.line <= this.editor.lineCount()).forEach((each) => {
      this.editor.addLineClass(each.line - 1, "background", "wrong");
      this.editor.setGutterMarker(each.line - 1, "marks", h("span", { class: "mark", title: said(each) }, "●"));
    });
  }

  goTo(line) {
    if (line) {
      this.editor.setCursor(line - 1, 0);
    }
    this.editor.focus();
  }

  async push(event) {
    event.preventDefault();
    if (isOff(this.button)) {
      return;
    }
    turnOff(this.button, true);
    try {
      const answer = await this.post({ author: this.author.value.trim(), note: this.note.value.trim() }, { ifMatch: this.base });
      const missing = (answer.missing || []).map((each) => each.member);
      toast((answer.unchanged ? "Nothing has changed: revision " : "Revision ") + answer.revision + " is in force on " + plural(answer.applied.length, "member")
        + (missing.length > 0 ? "; not confirmed yet by " + missing.join(", ") : "") + ".");
      this.note.value = "";
      await this.reload();
    } catch (problem) {
      turnOff(this.button, false);
      this.refused(problem);
    }
  }
}
