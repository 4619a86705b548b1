// Two texts side by side.

import { h } from "./dom.js";

/** Above this many comparisons all between the first and the last difference is one change. */
const MOST_COMPARISONS = 4_000_000;

const CONTEXT = 3;

/** Pairs of lines [{ left, right }], each { number, text } or null where one side has none; equal texts stand in one pair. */
export function pairs(before, after) {
  const a = lines(before);
  const b = lines(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) {
    start++;
  }
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) {
    end++;
  }
  const found = [];
  const pair = (left, right) => found.push({ left: left === null ? null : { number: left + 1, text: a[left] },
    right: right === null ? null : { number: right + 1, text: b[right] } });
  for (let i = 0; i < start; i++) {
    pair(i, i);
  }
  middle(a, b, start, a.length - end, b.length - end, pair);
  for (let i = end; i > 0; i--) {
    pair(a.length - i, b.length - i);
  }
  return found;
}

function lines(text) {
  const all = text.split("\n");
  return all.at(-1) === "" ? all.slice(0, -1) : all;
}

/** The longest common subsequence between the ends; what is not in it stands side by side, as far as it goes. */
function middle(a, b, start, aEnd, bEnd, pair) {
  const matches = common(a, b, start, aEnd, bEnd);
  let left = start;
  let right = start;
  for (const [i, j] of [...matches, [aEnd, bEnd]]) {
    while (left < i || right < j) {
      pair(left < i ? left++ : null, right < j ? right++ : null);
    }
    if (i < aEnd) {
      pair(left++, right++);
    }
  }
}

function common(a, b, start, aEnd, bEnd) {
  const rows = aEnd - start;
  const columns = bEnd - start;
  if (rows * columns > MOST_COMPARISONS) {
    return [];
  }
  const width = columns + 1;
  const longest = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      longest[i * width + j] = a[start + i] === b[start + j] ? longest[(i + 1) * width + j + 1] + 1
        : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const found = [];
  for (let i = 0, j = 0; i < rows && j < columns;) {
    if (a[start + i] === b[start + j]) {
      found.push([start + i++, start + j++]);
    } else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
      i++;
    } else {
      j++;
    }
  }
  return found;
}

const isSame = ({ left, right }) => left !== null && right !== null && left.text === right.text;

/** Those to show, with null for a run of equal lines that is left out. */
export function withContext(all) {
  const near = new Uint8Array(all.length);
  all.forEach((pair, at) => {
    if (!isSame(pair)) {
      near.fill(1, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
    }
  });
  return all.flatMap((pair, at) => (near[at] ? [pair] : at > 0 && !near[at - 1] ? [] : [null]));
}

function cells(side, kind, same, sign) {
  return [h("td", { class: "line" }, side ? String(side.number) : ""),
    h("td", { class: same ? "" : side ? kind : "none" }, side && !same ? h("span", { class: "unseen" }, sign) : "", side ? side.text : "")];
}

/** The table of the differences, or a sentence that there are none. */
export function diffTable(before, after, titles) {
  const all = pairs(before, after);
  if (all.every(isSame)) {
    return h("p", { class: "empty" }, "The texts are the same.");
  }
  const rows = withContext(all).map((pair) => pair === null
    ? h("tr", {}, h("td", { class: "gap", colSpan: 4 }, "…"))
    : h("tr", {}, ...cells(pair.left, "removed", isSame(pair), "removed: "), ...cells(pair.right, "added", isSame(pair), "added: ")));
  return h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Differences, table" },
    h("table", { class: "diff" },
      h("colgroup", {}, h("col", { class: "line" }), h("col"), h("col", { class: "line" }), h("col")),
      h("thead", {}, h("tr", {}, ...titles.map((title) => h("th", { colSpan: 2, scope: "col" }, title)))),
      h("tbody", {}, ...rows)));
}
