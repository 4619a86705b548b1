// Four charts of the last 15 minutes: of the whole cluster or of one of its parts.

import { get, query } from "./api.js";
import { h, setText } from "./dom.js";
import { bytes, count, rate } from "./format.js";
import { load } from "./load.js";

const SPAN_SECONDS = 900;
const HEIGHT = 148;

/** Ends that are nobody's error; the chart of errors leaves them out. */
export const NORMAL_ENDS = new Set(["client-closed", "backend-closed", "idle-timeout", "max-duration", "rebalance",
  "backend-removed", "admin", "drain"]);

const REASONS_SHOWN = 5;

/** Steps of an axis of bytes: 1, 2, 4 and so on up to a TiB. */
const POWERS = Array.from({ length: 41 }, (none, power) => 2 ** power);

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** One chart with a line for each series; the caption shows the last values, or those at the pointer. */
class Chart {
  /** base: 2 = the axis has round numbers of KiB and MiB. */
  constructor(title, format, base = 10) {
    this.format = format;
    this.base = base;
    this.keys = h("div", { class: "keys" });
    this.plot = h("div", { class: "plot" });
    this.element = h("figure", { "aria-label": title },
      h("figcaption", {}, h("b", {}, title), this.keys), this.plot);
    this.names = null;
  }

  /** Series are [{ name, colour, values }]; name is empty for the only one. */
  show(times, series) {
    const names = series.map((each) => each.name).join("\n");
    if (names !== this.names || !this.chart) {
      this.rebuild(series);
      this.names = names;
    }
    this.chart.setData([times, ...series.map((each) => each.values)]);
    this.say();
  }

  rebuild(series) {
    this.chart?.destroy();
    this.values = series.map((each) => h("span"));
    this.keys.replaceChildren(...series.map((each, index) => {
      const swatch = h("i");
      swatch.style.background = colour(each.colour);
      return h("span", { class: "key" }, series.length > 1 ? swatch : "", each.name ? each.name + " " : "",
        this.values[index], " ");
    }));
    this.chart = new window.uPlot(this.options(series), [[], ...series.map(() => [])], this.plot);
  }

  options(series) {
    const axis = { stroke: colour("--quiet"), font: "11px system-ui, sans-serif",
      grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    return {
      width: Math.max(200, this.plot.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { sync: { key: "fairlead" }, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: true, range: (chart, min, max) => [(max || Date.now() / 1000) - SPAN_SECONDS, max || Date.now() / 1000] },
        y: { range: (chart, min, max) => [0, max > 0 ? max * 1.1 : 1] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 24, space: 70, values: (chart, all) => all.map(minute) },
        { ...axis, size: 56, space: 32, incrs: this.base === 2 ? POWERS : undefined, values: (chart, all) => all.map((each) => (each === 0 ? "0" : this.format(each))) },
      ],
      series: [{}, ...series.map((each, index) => ({
        stroke: colour(each.colour),
        width: 1.5,
        fill: index === 0 && series.length < 3 ? colour("--area") : undefined,
        points: { show: false },
      }))],
      hooks: { setCursor: [() => this.say()] },
    };
  }

  say() {
    if (!this.chart) {
      return;
    }
    const [times, ...all] = this.chart.data;
    const at = this.chart.cursor.idx ?? times.length - 1;
    this.values.forEach((node, index) => setText(node, this.format(all[index]?.[at])));
  }

  fit() {
    const width = this.plot.clientWidth;
    if (this.chart && width > 0 && width !== this.chart.width) {
      this.chart.setSize({ width, height: HEIGHT });
    }
  }
}

function minute(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** The four of them; choose() decides whose numbers they show. */
export class Charts {
  constructor() {
    this.sessions = new Chart("Sessions", count);
    this.connections = new Chart("New connections /s", rate);
    this.bytes = new Chart("Bytes /s", bytes, 2);
    this.errors = new Chart("Errors and unusual ends /s", rate);
    this.all = [this.sessions, this.connections, this.bytes, this.errors];
    this.element = h("div", { class: "charts" }, ...this.all.map((each) => each.element));
    this.by = "total";
    this.name = "";
    this.data = null;
    new ResizeObserver(() => this.all.forEach((each) => each.fit())).observe(this.element);
  }

  /** Fetches the last 15 minutes of one part; the samples of the stream go on from there. */
  async choose(by, name) {
    this.by = by;
    this.name = name;
    this.data = null;
    const [series] = await Promise.all([get("series" + query({ by, name: by === "total" ? "" : name })),
      load("uplot.js", "uplot.css")]);
    if (this.by !== by || this.name !== name) {
      return; // Another choice came meanwhile.
    }
    const times = series.sessions.map((value, index) => series.from + index * series.step);
    this.data = { step: series.step, times, reasons: {}, ...pick(series) };
    this.draw();
  }

  /** Adds a sample; after a gap, as in a tab that slept, everything is fetched again. */
  add(sample) {
    if (!this.data) {
      return;
    }
    const time = Math.floor(new Date(sample.time).getTime() / 1000);
    const last = this.data.times.at(-1) ?? time;
    if (time - last > 3 * this.data.step) {
      this.choose(this.by, this.name).catch(() => {});
      return;
    }
    if (time <= last) {
      return;
    }
    this.append(time, this.by === "total" ? sample.total : sample[this.by + "s"]?.[this.name]);
    this.draw();
  }

  append(time, values = {}) {
    const { data } = this;
    data.times.push(time);
    ["sessions", "connections", "bytesIn", "bytesOut", "errors"].forEach((name) => data[name].push(values[name] ?? 0));
    const reasons = values.reasons || {};
    Object.keys(reasons).forEach((each) => (data.reasons[each] ??= data.times.slice(1).map(() => 0)));
    Object.entries(data.reasons).forEach(([name, all]) => all.push(reasons[name] ?? 0));
    while (data.times[0] < time - SPAN_SECONDS) {
      [data.times, data.sessions, data.connections, data.bytesIn, data.bytesOut, data.errors, ...Object.values(data.reasons)]
        .forEach((each) => each.shift());
    }
  }

  draw() {
    const { data } = this;
    if (!data || !this.element.isConnected || this.element.clientWidth === 0) {
      return;
    }
    this.sessions.show(data.times, [{ name: "", colour: "--series-1", values: data.sessions }]);
    this.connections.show(data.times, [{ name: "", colour: "--series-1", values: data.connections }]);
    this.bytes.show(data.times, [
      { name: "in", colour: "--series-1", values: data.bytesIn },
      { name: "out", colour: "--series-2", values: data.bytesOut },
    ]);
    this.errors.show(data.times, [{ name: "errors", colour: "--bad", values: data.errors }, ...this.reasonLines()]);
  }

  reasonLines() {
    return this.endings().filter(([name]) => !NORMAL_ENDS.has(name)).slice(0, REASONS_SHOWN)
      .map(([name], index) => ({ name, colour: "--series-" + (index + 1), values: this.data.reasons[name] }));
  }

  /** How many sessions ended by each reason in the time shown: [[reason, number]], most first. */
  endings() {
    const { data } = this;
    return Object.entries(data?.reasons || {})
      .map(([name, values]) => [name, values.reduce((sum, each) => sum + (each || 0), 0) * data.step])
      .filter(([, number]) => number > 0.5)
      .sort((a, b) => b[1] - a[1]);
  }

  /** In the colours of the theme that holds now. */
  recolour() {
    this.all.forEach((each) => (each.names = null));
    this.draw();
  }
}

function pick({ sessions, connections, bytesIn, bytesOut, errors, reasons }) {
  return { sessions, connections, bytesIn, bytesOut, errors, reasons: { ...reasons } };
}
