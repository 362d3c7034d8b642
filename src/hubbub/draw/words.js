"use strict";
// What report.js is made of: words for numbers and times, elements that take text only as text, labels that fit.

const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const RATE_HEIGHT = 280, TIER = 42, LABEL = 13, TEXT = 12;

function cleaned(value) {
  if (typeof value === "string") return value.replace(HIDDEN, "");
  if (Array.isArray(value)) return value.map(cleaned);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cleaned(part)]));
  }
  return value;
}

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const number = (n) => (n === null || n === undefined ? "–" : Math.round(n).toLocaleString("en-US"));
const counted = (n, name) => `${number(n)} ${name}${n === 1 ? "" : "s"}`;

function share(value) {
  const percent = 100 * value;
  if (percent >= 0.95 || percent === 0) return `${percent.toFixed(0)} %`;
  return percent >= 0.1 ? `${percent.toFixed(1)} %` : "<0.1 %";
}

function offset(seconds) {
  if (Math.abs(seconds) >= 172800) return `day ${Math.floor(seconds / 86400) + 1}`;
  const minutes = Math.floor(Math.abs(seconds) / 60);
  return `${seconds < 0 ? "−" : ""}${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

function duration(seconds) {
  if (seconds < 59.5) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 2880) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  const days = Math.floor(minutes / 1440);
  return days < 30 ? `${days} d ${Math.floor((minutes % 1440) / 60)} h` : `${days} d`;
}

function clock(page, seconds) {
  if (!page.stream.started_at) return "";
  const moment = new Date(Date.parse(page.stream.started_at) + 1000 * seconds);
  const days = page.stream.duration_seconds / 86400;
  if (days < 2) return moment.toLocaleString("en-GB", { timeStyle: "short" });
  return moment.toLocaleString("en-GB", { day: "numeric", month: "short", ...(days > 300 && { year: "numeric" }) });
}

const date = (moment, style = "medium") =>
  new Date(moment).toLocaleString("en-GB", { dateStyle: style, timeStyle: "short" });
const day = (isoDate, style = "medium") =>
  new Date(isoDate).toLocaleDateString("en-GB", { dateStyle: style, timeZone: "UTC" });
const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
const short = (label) => label.split(" · ").slice(0, 2).join(" · ");
const quoted = (label) => `“${short(label).length > 48 ? short(label).slice(0, 47) + "…" : short(label)}”`;
const between = (from, to) => `${offset(from)}–${offset(to)}`;

// ------------------------------------------------------------------------------------------------ labels that fit

const pen = document.createElement("canvas").getContext("2d");
const font = () => getComputedStyle(document.documentElement).getPropertyValue("--font") || "sans-serif";

function textWidth(text, size = TEXT, bold = false) {
  pen.font = `${bold ? 600 : 400} ${size}px ${font()}`;
  return pen.measureText(text).width;
}

function cut(text, width, size = TEXT, bold = false) {
  if (textWidth(text, size, bold) <= width) return text;
  let characters = [...text].slice(0, 200);
  while (characters.length && textWidth(characters.join("") + "…", size, bold) > width) characters.pop();
  return characters.join("").trimEnd() + "…";
}

// Each item, in order of importance, takes the first of its candidates that hits nothing placed before.
function place(items, most = Infinity) {
  const taken = [], placed = [];
  for (const candidates of items) {
    const free = ([boxes]) =>
      !boxes.some((a) => taken.some((b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]));
    const chosen = candidates.find(free);
    if (!chosen || placed.length >= most) continue;
    taken.push(...chosen[0]);
    placed.push(chosen[1]);
  }
  return placed;
}

// A label stands as low as the curve under it allows, beside a stem that starts at its peak.
function peakLabels(page, values, width) {
  const limit = Math.min(230, width * 0.48), { start_seconds: starts, n } = page.minutes;
  const pixels = width / (values.x_max - values.x_min), height = (count) => RATE_HEIGHT * (1 - count / values.y_max);
  return place([...page.peaks].sort((a, b) => b.n - a.n).map((peak) => {
    const at = peak.start_seconds + values.bin_seconds / 2, x = (at - values.x_min) * pixels;
    const label = cut(peak.label, limit, LABEL, true);
    const quotes = peak.quote ? [cut(`“${peak.quote}”`, limit), ""] : [""];
    return quotes.flatMap((quote) => {
      const wide = Math.max(textWidth(label, LABEL, true), textWidth(quote)) + 14, candidates = [];
      for (const [align, left] of [["left", x], ["right", x - wide]]) {
        if (left < -4 || left + wide > width + 8) continue;
        const first = values.x_min + left / pixels - values.bin_seconds, last = values.x_min + (left + wide) / pixels;
        const tall = quote ? TIER : TIER / 2;
        const under = n.filter((_, i) => starts[i] > first && starts[i] < last);
        for (let top = height(Math.max(peak.n, ...under)) - tall - 4; top >= 0; top -= 12) {
          const row = { at, n: peak.n, label, quote, align, top: values.y_max * (1 - top / RATE_HEIGHT) };
          candidates.push([[[left, top, left + wide, top + tall - 2], [x - 3, top, x + 3, height(peak.n)]], row]);
        }
      }
      return candidates.sort((a, b) => b[0][0][1] - a[0][0][1]);
    });
  }));
}

function mapLabels(page, width, height) {
  const [xLow, xHigh] = page.charts.x_domain, [yLow, yHigh] = page.charts.y_domain;
  const known = page.charts.topics.filter((topic) => topic.x !== null && topic.y !== null);
  return place(known.map((topic) => {
    const name = cut(topic.short, Math.min(190, width * 0.45), LABEL, true);
    const half = textWidth(name, LABEL, true) / 2 + 5;
    const x0 = ((topic.x - xLow) / (xHigh - xLow)) * width, down = (y) => (1 - (y - yLow) / (yHigh - yLow)) * height;
    const above = down(topic.top) - 14, middle = down(topic.y), below = down(topic.bottom) + 14;
    const ys = below - above < 110 ? [above, below, middle] : [middle, above, below];
    const places = [...ys.map((y) => [0, y]), ...ys.flatMap((y) => [[-48, y], [48, y]])];
    return places.map(([dx, y0]) => {
      const x = Math.min(Math.max(x0 + dx, half), width - half), y = Math.min(Math.max(y0, 11), height - 11);
      const at = { x: xLow + (x / width) * (xHigh - xLow), y: yLow + (1 - y / height) * (yHigh - yLow) };
      return [[[x - half, y - 11, x + half, y + 11]], { ...topic, ...at, short: name }];
    });
  }), Math.max(12, Math.round((width * height) / 13000)));
}
