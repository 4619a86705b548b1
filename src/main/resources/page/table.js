// A table of keyed rows that changes only the cells whose content has changed.

import { h, setClass, setText } from "./dom.js";

/**
 * Columns are { title, text(row), kind?(row), paint?(row), sort?(row), and flags }: text is what a cell says, kind its
 * class, paint an element shown instead of the text (made again only when text or kind changes), sort makes the title
 * a button. Flags: number (to the right), head (names the row), wrap (several lines), hidden (the title is for screen
 * readers only), wide and rare (not on narrow screens, or on the widest only).
 */
export class Table {
  constructor({ label, columns, key, empty, limit = 100, kind = "" }) {
    Object.assign(this, { columns, key, limit, empty, shown: limit, rows: new Map(), byNode: new WeakMap(), sorted: null });
    this.body = h("tbody");
    this.none = h("p", { class: "empty" }, "Loading …");
    this.rest = h("button", { type: "button", onclick: () => this.showMore() });
    this.more = h("div", { class: "more", hidden: true }, this.rest);
    this.heads = columns.map((column, index) => this.headOf(column, index));
    this.scroll = h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": label + ", table" },
      h("table", { "aria-label": label, class: kind }, h("thead", {}, h("tr", {}, ...this.heads)), this.body));
    this.element = h("div", {}, this.scroll, this.none, this.more);
    this.all = [];
    this.watch = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: "200px" });
  }

  /** Only rows in sight are kept up to date; others are when they come into sight. */
  seen(entries) {
    for (const { target, isIntersecting } of entries) {
      const row = this.byNode.get(target);
      if (row) {
        row.inSight = isIntersecting;
        this.fill(row, row.data);
      }
    }
  }

  headOf(column, index) {
    const made = h("th", { scope: "col", class: classOf(column) });
    if (column.sort) {
      made.append(h("button", { type: "button", onclick: () => this.sortBy(index) }, column.title));
    } else if (column.hidden) {
      made.append(h("span", { class: "unseen" }, column.title));
    } else {
      made.append(column.title);
    }
    return made;
  }

  /** The first click on a number sorts the largest first. */
  sortBy(index) {
    const { number } = this.columns[index];
    const first = number ? -1 : 1;
    if (this.sorted?.index === index) {
      this.sorted = this.sorted.direction === first ? { index, direction: -first } : null;
    } else {
      this.sorted = { index, direction: first };
    }
    this.heads.forEach((head, at) => {
      if (this.sorted?.index === at) {
        head.setAttribute("aria-sort", this.sorted.direction > 0 ? "ascending" : "descending");
      } else {
        head.removeAttribute("aria-sort");
      }
    });
    this.update(this.all);
  }

  showMore() {
    const before = this.body.lastElementChild;
    this.shown += 200;
    this.update(this.all);
    if (this.more.hidden) {
      before.nextElementSibling.tabIndex = -1;
      before.nextElementSibling.focus();
    }
  }

  inOrder(rows) {
    if (!this.sorted) {
      return rows;
    }
    const { sort } = this.columns[this.sorted.index];
    const { direction } = this.sorted;
    return [...rows].sort((a, b) => direction * compare(sort(a), sort(b)));
  }

  /** Shows these rows in their order, unless a click has chosen another one. */
  update(all) {
    this.all = all;
    const wanted = this.inOrder(all).slice(0, this.shown);
    const old = this.rows;
    this.rows = new Map();
    this.forget(old, wanted);
    let place = this.body.firstChild;
    for (const data of wanted) {
      const key = this.key(data);
      const row = old.get(key) ?? this.rowOf();
      this.rows.set(key, row);
      row.data = data;
      if (row.inSight) {
        this.fill(row, data);
      }
      if (row.node === place) {
        place = place.nextSibling;
      } else {
        this.body.insertBefore(row.node, place);
      }
    }
    setText(this.none, this.empty);
    this.none.hidden = all.length > 0;
    this.scroll.hidden = all.length === 0;
    this.more.hidden = all.length <= this.shown;
    setText(this.rest, "Show more: " + (all.length - wanted.length) + " of " + all.length + " are not shown");
  }

  /** Removes the rows of old that are not wanted, before others are placed, so that these are not moved. */
  forget(old, wanted) {
    const keys = new Set(wanted.map(this.key));
    old.forEach((row, key) => {
      if (!keys.has(key)) {
        this.watch.unobserve(row.node);
        row.node.remove();
      }
    });
  }

  rowOf() {
    const cells = this.columns.map((column) => h(column.head ? "th" : "td", { class: classOf(column) }));
    this.columns.forEach((column, index) => column.head && cells[index].setAttribute("scope", "row"));
    const row = { node: h("tr", {}, ...cells), cells, said: [], data: null, inSight: true };
    this.byNode.set(row.node, row);
    this.watch.observe(row.node);
    return row;
  }

  fill(row, data) {
    this.columns.forEach((column, index) => {
      const said = column.text(data);
      const kind = column.kind ? column.kind(data) : "";
      const cell = row.cells[index];
      if (row.said[index] !== said + "\n" + kind) {
        row.said[index] = said + "\n" + kind;
        if (column.paint) {
          cell.replaceChildren(column.paint(data, () => row.data));
        } else {
          setText(cell, said);
          setClass(cell, classOf(column) + (kind ? " " + kind : ""));
        }
      }
    });
  }
}

function classOf({ number, wide, rare, wrap }) {
  return [number && "number", wide && "wide", rare && "rare", wrap && "wrap"].filter(Boolean).join(" ");
}

function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
}
