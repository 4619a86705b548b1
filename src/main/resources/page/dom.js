// Elements. Whatever comes from the API is put in as text, never as markup.

import { returnFocus } from "./focus.js";

/**
 * Makes an element: h("td", { class: "number", "aria-label": "..." }, "text", child...). A property
 * whose name begins with "on" is a listener; null and false leave one out.
 */
export function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      made.addEventListener(name.slice(2), value);
    } else if (name in made && name !== "list" && name !== "form") {
      made[name] = value;
    } else {
      made.setAttribute(name === "class" ? "class" : name, value === true ? "" : value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Changes a text only if it is another one, which costs no layout otherwise. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function setClass(node, name) {
  if (node.className !== name) {
    node.className = name;
  }
}

/** A bar that is filled to a share from 0 to 1; a colour only where it stands for a state. */
export function meter(share, kind = "") {
  const filled = h("i");
  filled.style.transform = "scaleX(" + Math.min(1, Math.max(0, share || 0)).toFixed(3) + ")";
  return h("span", { class: "meter " + kind, "aria-hidden": "true" }, filled);
}

export function badge(text, kind = "", off = false) {
  return h("span", { class: "state " + kind + (off ? " off" : "") }, text);
}

/** A card with a heading; more goes to the right of it. */
export function card(title, body, ...more) {
  return h("section", { class: "card", "aria-label": title },
    h("div", { class: "head" }, h("h2", {}, title), ...more), body);
}

/** Says something at the edge of the page for some seconds. */
export function toast(text) {
  const shown = h("div", { class: "toast" }, text);
  document.getElementById("toasts").append(shown);
  setTimeout(() => shown.remove(), 6000);
}

/**
 * A modal dialog with a form; onSubmit may throw a refusal, which is shown, and the dialog stays.
 * Escape and Cancel close it, and the focus goes back to where it was.
 */
export function dialog({ title, body, action, danger, onSubmit }) {
  const error = h("p", { class: "error", role: "alert" });
  const submit = h("button", { type: "submit", class: danger ? "danger" : "main" }, action);
  const cancel = h("button", { type: "button", onclick: () => shown.close() }, "Cancel");
  const shown = h("dialog", { "aria-label": title });
  shown.append(h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      if (isOff(submit)) {
        return;
      }
      turnOff(submit, true);
      error.textContent = "";
      try {
        await onSubmit();
        shown.close();
      } catch (problem) {
        error.textContent = problem.message;
      } finally {
        turnOff(submit, false);
      }
    },
  }, h("h2", {}, title), ...body, error, h("div", { class: "buttons" }, cancel, submit)));
  shown.addEventListener("close", () => {
    shown.remove();
    returnFocus();
  });
  document.body.append(shown);
  shown.showModal();
  return { shown, submit };
}

/** A modal dialog that only shows; it closes by Escape and Close. */
export function sheet(title, body) {
  const shown = h("dialog", { "aria-label": title }, h("h2", {}, title), body,
    h("div", { class: "buttons" }, h("button", { type: "button", class: "main", onclick: () => shown.close() }, "Close")));
  shown.addEventListener("close", () => {
    shown.remove();
    returnFocus();
  });
  document.body.append(shown);
  shown.showModal();
  return shown;
}

/** Turns a button off without taking the focus from it, as "disabled" would. Whoever listens to it asks isOff(). */
export function turnOff(button, off) {
  button.setAttribute("aria-disabled", String(off));
}

export const isOff = (button) => button.getAttribute("aria-disabled") === "true";

/** A field with its label. */
export function field(label, control) {
  return h("label", { class: "field" }, label, control);
}

const AUTHOR = "fairlead-author";

/** A field for the author of a change, which the browser remembers. */
export function authorField() {
  return h("input", { value: localStorage.getItem(AUTHOR) || "", maxLength: 100, autocomplete: "name",
    placeholder: "your name", onchange: (event) => localStorage.setItem(AUTHOR, event.target.value.trim()) });
}
