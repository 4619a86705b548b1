// Numbers and times as people read them. Everything returns text.

const NUMBER = new Intl.NumberFormat("en");
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function count(number) {
  return number === null || number === undefined ? "–" : NUMBER.format(Math.round(number));
}

/** A rate without its unit: one decimal below 10, so that slow and fast ones take the same room. */
export function rate(number) {
  if (number === null || number === undefined) {
    return "–";
  }
  return number === 0 ? "0" : number < 0.1 ? "<0.1" : number < 10 ? number.toFixed(1) : NUMBER.format(Math.round(number));
}

export function bytes(number) {
  if (number === null || number === undefined) {
    return "–";
  }
  let unit = 0;
  while (number >= 1024 && unit < UNITS.length - 1) {
    number /= 1024;
    unit += 1;
  }
  return (unit === 0 || number >= 100 ? Math.round(number) : number.toFixed(1)) + " " + UNITS[unit];
}

/** Milliseconds, with a decimal where it says something. */
export function millis(number) {
  return number === null || number === undefined ? "–" : number < 10 ? number.toFixed(1) : count(number);
}

export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) {
    return s + " s";
  }
  if (s < 3600) {
    return Math.floor(s / 60) + " min" + (s < 600 && s % 60 ? " " + (s % 60) + " s" : "");
  }
  if (s < 86400) {
    return Math.floor(s / 3600) + " h " + Math.floor((s % 3600) / 60) + " min";
  }
  return Math.floor(s / 86400) + " d " + Math.floor((s % 86400) / 3600) + " h";
}

/** How long ago, coarse enough not to change every second. */
export function ago(time) {
  const seconds = (Date.now() - new Date(time)) / 1000;
  if (!time || Number.isNaN(seconds)) {
    return "–";
  }
  return seconds < 60 ? "<1 min" : duration(seconds < 3600 ? seconds - (seconds % 60) : seconds);
}

export function clock(time) {
  return new Date(time).toLocaleTimeString("en-GB");
}

/** Date and time, by the browser's clock and zone. */
export function when(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "–" : date.toLocaleDateString("sv-SE") + " " + date.toLocaleTimeString("en-GB");
}

export function plural(number, one, many = one + "s") {
  return count(number) + " " + (number === 1 ? one : many);
}

/** 10.0.0.1:4711, [::1]:4711 or a bare address, without the port. */
export function withoutPort(source) {
  const bracketed = /^\[(.*)\](?::\d+)?$/.exec(source);
  return bracketed ? bracketed[1] : source.replace(/^([^:]+):\d+$/, "$1");
}
