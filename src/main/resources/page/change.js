// The dialog that changes the weight or the state of a backend, for the whole cluster.

import { Refused, send } from "./api.js";
import { authorField, dialog, field, h, setText, toast, turnOff } from "./dom.js";
import { isUsable } from "./attention.js";
import { plural } from "./format.js";
import { state } from "./live.js";

/** What the choice does, before it is done. */
function consequence(pool, backend, chosen, weight) {
  const others = (state.pools.get(pool)?.backends || []).filter((each) => each.id !== backend.id && isUsable(each)).length;
  const live = plural(backend.clusterActive, "session");
  const rest = others === 0 ? "No other backend of the pool is up: new clients are refused."
    : "New sessions go to the other " + plural(others, "backend") + ".";
  if (chosen === "draining") {
    return live + " of it go on until they end. " + rest + " It is still probed.";
  }
  if (chosen === "disabled") {
    return live + " of it go on until they end. " + rest + " It is not probed any more.";
  }
  if (weight === 0) {
    return "Weight 0: " + live + " of it go on until they end. " + rest;
  }
  return "It takes its share of new sessions while it is up.";
}

function choices(chosen, onchange) {
  return h("fieldset", {}, h("legend", {}, "State"), h("div", { class: "choices" },
    ...["enabled", "draining", "disabled"].map((each) => h("label", { class: "check" },
      h("input", { type: "radio", name: "state", value: each, checked: each === chosen, autofocus: each === chosen, onchange }), each))));
}

/** Sends PATCH with the revision that the page shows, so that a change of somebody else is not overwritten unseen. */
export async function patch(pool, backend, change) {
  try {
    return await send("PATCH", "pools/" + encodeURIComponent(pool) + "/backends/" + encodeURIComponent(backend), change,
      { ifMatch: state.revision.revision });
  } catch (problem) {
    if (problem instanceof Refused && problem.status === 409) {
      throw new Error("Somebody has changed the configuration meanwhile. Look at it again, then repeat this.");
    }
    throw problem;
  }
}

/** Asks what to change, and says what follows from it. */
export function changeBackend(pool, backend) {
  const weight = h("input", { type: "number", min: 0, max: 1000, required: true, value: backend.weight, oninput: say });
  const author = authorField();
  const note = h("input", { maxLength: 1000, placeholder: "why" });
  const says = h("p", { class: "consequence" });
  const states = choices(backend.state, say);
  const chosen = () => states.querySelector("input:checked")?.value;

  function wanted() {
    const change = {};
    if (chosen() && chosen() !== backend.state) {
      change.state = chosen();
    }
    if (Number(weight.value) !== backend.weight) {
      change.weight = Number(weight.value);
    }
    return change;
  }

  function say() {
    const change = wanted();
    const nothing = Object.keys(change).length === 0;
    setText(says, nothing ? "Nothing is changed yet." : consequence(pool, backend, chosen(), Number(weight.value)));
    turnOff(opened.submit, nothing);
    setText(opened.submit, change.state === "draining" ? "Drain" : change.state === "disabled" ? "Disable" : change.state === "enabled" ? "Enable" : "Change");
  }

  const opened = dialog({
    title: "Backend " + backend.id + " of pool " + pool,
    body: [states, field("Weight, 0 to 1000", weight), says, field("Author", author), field("Note for the history", note)],
    action: "Change",
    onSubmit: async () => {
      const change = { ...wanted(), author: author.value.trim() || undefined, note: note.value.trim() || undefined };
      const { revision, unchanged } = await patch(pool, backend.id, change);
      toast(unchanged ? "It was so already." : "Revision " + revision + ": " + pool + "/" + backend.id + " is changed.");
    },
  });
  say();
}
