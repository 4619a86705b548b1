// The keyboard's place, kept when an update replaces, moves, hides or removes what has the focus.

const REACHABLE = "a[href], button, input, select, summary, [tabindex]";

/** What had the focus last, with its ancestors as they were, up to the content of the page. */
let path = [];

/** What a person knows an element by. */
function nameOf(element) {
  return element.getAttribute("aria-label") || element.labels?.[0]?.firstChild?.textContent || element.textContent.trim();
}

const isThere = (element) => element.isConnected && element.checkVisibility();

/** Whether nothing that can be seen has the focus. */
const isFree = () => !document.activeElement || document.activeElement === document.body || !isThere(document.activeElement);

function remember(element, root) {
  path = [];
  for (let each = element; each && each !== root; each = each.parentElement) {
    path.push({ element: each, name: path.length === 0 ? nameOf(each) : "" });
  }
}

/** Makes anything able to take the focus, though Tab does not stop at it. */
function reachable(element) {
  if (!element.matches(REACHABLE)) {
    element.tabIndex = -1;
  }
  return element;
}

/**
 * What stands in for the element that had the focus: the one of the same name in the nearest ancestor that is still
 * there, else what came in the place of the removed part, else that ancestor. Never another control, because
 * the next key would do something else than was meant.
 */
function successor(records, root) {
  const at = path.findIndex(({ element }) => isThere(element));
  if (at < 0) {
    return root;
  }
  const nearest = path[at].element;
  const same = [...nearest.querySelectorAll(REACHABLE)].find((each) => isThere(each) && nameOf(each) === path[0].name);
  if (same) {
    return same;
  }
  const gone = path[at - 1].element;
  const record = records.findLast(({ removedNodes }) => [...removedNodes].includes(gone));
  const neighbour = [record?.nextSibling, record?.previousSibling].find((each) => each instanceof HTMLElement && isThere(each));
  return reachable(neighbour ?? nearest);
}

/** Keeps the focus inside root: a dialog over it does not end that, a click or Tab to elsewhere does. */
export function keepFocus(root) {
  document.addEventListener("focusin", ({ target }) => {
    if (root !== target && root.contains(target)) {
      remember(target, root);
    } else if (!target.closest("dialog")) {
      path = [];
    }
  });
  document.addEventListener("pointerdown", ({ target }) => target.closest("dialog") || (path = []));
  new MutationObserver((records) => {
    if (path.length > 0 && !isThere(path[0].element)) {
      take(successor(records, root), root);
    }
    returnFocus();
  }).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
}

function take(element, root) {
  if (element === root && isFree()) {
    reachable(root).focus({ preventScroll: true });
  }
  remember(element, root);
}

/** Gives the focus back to where it was, if nothing has it: after a dialog. */
export function returnFocus() {
  if (isFree() && path.length > 0) {
    path[0].element.focus({ preventScroll: true });
  }
}

/** Moves the focus on to this element, if it was in a part that has just gone. */
export function moveFocus(element) {
  if (isFree() && path.length > 0) {
    element.focus({ preventScroll: true });
  }
}
