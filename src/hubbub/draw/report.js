"use strict";
// Draws the page of one stream: renderPage(root, page, specs). `page` is what layout.prepare_page returns, `specs` what
// specs.specs returns. Every text goes into the page as a text node or a text mark, never as markup: chat is hostile.

const MAX_TOP = 8, FIRST_ROWS = 25;

// ------------------------------------------------------------------------------------------------ charts

function showTooltip(handler, event, item, value) {
  let tip = document.getElementById("tip");
  if (!tip) document.body.append((tip = el("div", { id: "tip", role: "status" })));
  const lines = value && typeof value === "object" ? Object.values(value).map(String).filter(Boolean) : [];
  tip.hidden = lines.length === 0;
  if (tip.hidden) return;
  tip.replaceChildren(...lines.map((line, i) => el(i ? "p" : "strong", { class: "said" }, line)));
  const { clientX: x, clientY: y } = event, { offsetWidth: w, offsetHeight: h } = tip;
  tip.style.left = `${Math.max(8, Math.min(x + 16, document.documentElement.clientWidth - w - 8))}px`;
  tip.style.top = `${y + 16 + h > window.innerHeight ? Math.max(8, y - h - 12) : y + 16}px`;
}

function timeValues(page) {
  const { start_seconds: starts, bin_seconds } = page.minutes;
  const end = starts.length ? starts[starts.length - 1] + bin_seconds : 0;
  const started_ms = page.stream.started_at ? Date.parse(page.stream.started_at) : 0;
  const x_min = Math.min(0, starts.length ? starts[0] : 0);
  const x_max = Math.max(end, page.stream.duration_seconds || 0) || 60;
  const x_title = started_ms ? `local time (${zone()}), and offset from the start` : "offset from the start (h:mm)";
  return { x_min, x_max, started_ms, bin_seconds, x_title };
}

const isWhole = (ui) => ui.from <= ui.times.x_min && ui.to >= ui.times.x_max;

// The size, parameters and data of each chart at the present width and window.
const FILL = {
  rate(ui, width) {
    const { minutes, peaks } = ui.page, starts = minutes.start_seconds, n_max = Math.max(1, ...minutes.n);
    const padding = { left: 48, right: 8, top: 32, bottom: ui.times.started_ms ? 64 : 48 };
    const plot = width - padding.left - padding.right, room = (peaks.length ? TIER + 24 : 0) + 6;
    const values = { ...ui.times, n_max, y_max: (n_max * RATE_HEIGHT) / (RATE_HEIGHT - room) };
    values.y_title = `messages per ${ui.page.charts.unit}`;
    const more = (list, last) => (list.length ? [...list, last] : []);
    const rows = { start_seconds: more(starts, ui.times.x_max), n: more(minutes.n, minutes.n[minutes.n.length - 1]) };
    if (starts.length) rows.start_seconds[starts.length] = starts[starts.length - 1] + minutes.bin_seconds;
    const marked = peaks.map((peak) => ({
      at: peak.start_seconds + minutes.bin_seconds / 2,
      n: peak.n,
      label: peak.label,
      message: peak.quote ? `“${peak.quote}”` : "",
      time: [offset(peak.start_seconds), clock(ui.page, peak.start_seconds)].filter(Boolean).join("  ·  "),
      count: counted(peak.n, "message") + (peak.expected ? `, ${number(peak.expected)} expected` : ""),
    }));
    const data = { minutes: [rows], peaks: marked, labels: peakLabels(ui.page, values, plot), one: [{}] };
    return { width: plot, height: RATE_HEIGHT, padding, values, data };
  },
  lanes(ui, width) {
    const narrow = width < 640, { lanes, spans } = ui.page.charts, left = width > 1300 ? 304 : 232;
    const bottom = ui.times.started_ms ? 64 : 48;
    const sides = narrow ? { left: ui.times.started_ms ? 2 : 16, right: 2 } : { left, right: 56 };
    const padding = { ...sides, top: 4, bottom };
    const plot = width - padding.left - padding.right;
    const values = { ...ui.times, narrow, rows: lanes.length, label_limit: narrow ? plot - 72 : left - 24 };
    Object.assign(values, { from_seconds: ui.from, to_seconds: ui.to }, narrow && { lane_shift: 0.2, lane_reach: 0.6 });
    const data = { lanes, spans, one: [{}] };
    return { width: plot, height: lanes.length * (narrow ? 52 : 32), padding, values, data };
  },
  top(ui, width) {
    const rows = topRows(ui);
    const size = Math.min(MAX_TOP, ui.page.topics.length), padding = { left: 0, right: 0, top: 4, bottom: 4 };
    const values = { rows: size, n_max: Math.max(1, ...rows.map((row) => row.n_messages)) };
    return { width, height: size * 60, padding, values, data: { top: rows } };
  },
  map(ui, width) {
    const height = Math.round(Math.min(Math.max(width * 0.75, 380), 640));
    const [x_low, x_high] = ui.page.charts.x_domain, [y_low, y_high] = ui.page.charts.y_domain;
    const dot_max = Math.min(400, Math.max(140, width * 0.6));
    const values = { ...ui.times, dot_max, x_low, x_high, y_low, y_high, from_seconds: ui.from, to_seconds: ui.to };
    const labels = mapLabels(ui.page, width, height);
    return { width, height, values, data: { map: [ui.page.map], topics: ui.page.charts.topics, labels } };
  },
  types(ui, width) {
    const rows = ui.page.charts.types, padding = { left: 116, right: 0, top: 4, bottom: 4 };
    const values = { rows: rows.length, n_max: Math.max(1, ...rows.map((row) => row.n_messages)) };
    return { width: width - 116, height: rows.length * 34, padding, values, data: { types: rows } };
  },
};

// Charts of the whole stream: the window does not change them.
const narrowName = (width, most) => Math.round(Math.min(most, width * 0.42));
Object.assign(FILL, {
  tree(ui, width) {
    const { tree } = ui.page.charts, n = tree.leaves.length, left = narrowName(width, 290);
    const padding = { left, right: 16, top: 8, bottom: 52 }, far = Math.max(0, ...tree.joins.map((row) => row.at));
    const values = { rows: n, at_max: 1.04 * far || 1, label_limit: left - 64, left };
    Object.assign(values, { axis_title: tree.axis, n_start: tree.n_start });
    const { leaves, branches, joins } = tree, data = { leaves, branches, joins, one: [{}] };
    return { width: width - left - 16, height: n * 22, padding, values, data };
  },
  similarity(ui, width) {
    const { similarities, similarity_range: [v_low, v_high], tree } = ui.page.charts, n = similarities.length;
    const left = narrowName(width, 240), size = Math.min(width - left - 8, Math.max(240, n * 22));
    const legend_text = `the stronger, the more alike: cosine ${v_low.toFixed(2)} to ${v_high.toFixed(2)}`;
    const values = { rows: n, v_low, v_high, legend_text, label_limit: left - 20, left };
    const padding = { left, right: 8, top: 8, bottom: 36 };
    return { width: size, height: Math.max(size, n * 18), padding, values, data: { similarities, leaves: tree.leaves, one: [{}] } };
  },
  mood(ui, width) {
    const { bins, alerts, reach } = ui.page.charts.mood, padding = { left: 48, right: 8, top: 32, bottom: ui.times.started_ms ? 64 : 48 };
    const values = { ...ui.times, y_max: Math.min(1, 1.15 * reach) };
    values.y_title = width < 640 ? "positive above, negative below" :
      "positive above, negative below; the line is their balance, with its 95 % interval";
    return { width: width - 56, height: 220, padding, values, data: { mood: bins, alerts, one: [{}] } };
  },
  polls(ui, width) {
    const { heads, options, rows } = ui.page.charts.polls, padding = { left: 0, right: 0, top: 4, bottom: 4 };
    const names = Math.max(48, ...options.map((option) => textWidth(option.name, LABEL) + 16));
    const values = { rows, share_max: Math.max(...options.map((option) => option.high)) };
    values.name_width = Math.min(names, width * 0.42);
    return { width, height: Math.round(rows * 26), padding, values, data: { poll_heads: heads, poll_options: options } };
  },
  questions(ui, width) {
    const rows = ui.page.charts.questions, padding = { left: 0, right: 0, top: 4, bottom: 4 };
    const values = { rows: rows.length, n_max: Math.max(1, ...rows.map((row) => row.n_messages)) };
    return { width, height: rows.length * 60, padding, values, data: { questions: rows } };
  },
});

async function drawChart(ui, name) {
  const node = ui.root.querySelector(`[data-chart=${name}]`);
  if (!node) return;
  const { values, data, ...size } = FILL[name](ui, node.clientWidth);
  const spec = structuredClone({ ...ui.specs[name], ...size, datasets: data });  // Vega marks the rows it is given
  for (const param of spec.params) if (param.name in values) param.value = values[param.name];
  const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false };
  const result = await vegaEmbed(node, spec, { ...options, tooltip: showTooltip });
  if (ui.views[name]) ui.views[name].finalize();
  ui.views[name] = result.view;
}

async function drawCharts(ui) {
  ui.width = ui.root.clientWidth;
  await Promise.all(Object.keys(FILL).map((name) => drawChart(ui, name)));
  const rate = ui.views.rate;
  if (!rate) return;
  if (!isWhole(ui)) await moveBrush(ui);
  rate.addSignalListener("brush", (name, value) => {
    const range = value.start_seconds || [ui.times.x_min, ui.times.x_max];
    if (!ui.moving) setWindow(ui, Math.min(...range), Math.max(...range));
  });
}

async function moveBrush(ui) {
  const scale = ui.views.rate.scale("x");
  ui.moving = true;
  await ui.views.rate.signal("brush_x", isWhole(ui) ? [] : [scale(ui.from), scale(ui.to)]).runAsync();
  ui.moving = false;
}

// ------------------------------------------------------------------------------------------------ the window

function countsIn(ui) {
  const { start_seconds: starts, bin_seconds, n, by_theme } = ui.page.minutes, whole = isWhole(ui) || !starts.length;
  const inside = starts.map((start) => start + bin_seconds / 2 >= ui.from && start + bin_seconds / 2 <= ui.to);
  const sum = (list) => list.reduce((total, value, i) => total + (inside[i] ? value : 0), 0);
  const topics = new Map();
  for (const topic of ui.page.topics) {
    topics.set(topic.theme_id, whole ? topic.n_messages : sum(by_theme[String(topic.theme_id)] || []));
  }
  const topical = [...topics.values()].reduce((total, value) => total + value, 0);
  return { messages: whole ? ui.page.stream.n_messages : sum(n), topics, topical };
}

function topRows(ui) {
  const { topics, topical } = ui.counts;
  const rows = ui.page.charts.topics.map((topic) => ({ ...topic, n_messages: topics.get(topic.theme_id) }));
  const best = rows.filter((row) => row.n_messages > 0).sort((a, b) => b.n_messages - a.n_messages).slice(0, MAX_TOP);
  return best.map((row, i) => ({
    ...row,
    row: i,
    quote: row.quote ? `“${row.quote}”` : "",
    value: `${number(row.n_messages)} · ${share(row.n_messages / Math.max(topical, 1))}`,
  }));
}

function setWindow(ui, from, to) {
  [ui.from, ui.to] = [Math.max(ui.times.x_min, from), Math.min(ui.times.x_max, to)];
  if (ui.frame) return;
  ui.frame = requestAnimationFrame(() => {
    ui.frame = 0;
    showWindow(ui);
  });
}

function showWindow(ui) {
  ui.counts = countsIn(ui);
  const { views } = ui, rows = topRows(ui), range = between(ui.from, ui.to), whole = isWhole(ui);
  const local = clock(ui.page, ui.from) && ` (${clock(ui.page, ui.from)}–${clock(ui.page, ui.to)})`;
  const all = (selector) => ui.root.querySelectorAll(selector);
  const say = (name, text) => all(`[data-say=${name}]`).forEach((node) => node.replaceChildren(text));
  say("window", whole ? "The whole stream" : range + local);
  say("count", counted(ui.counts.messages, "message"));
  say("when", whole ? "whole stream" : range);
  const lead = rows[0] && `${range}: ${quoted(rows[0].label)} led with ${rows[0].value.replace(" · ", " messages, ")}`;
  say("top", whole ? ui.page.charts.titles.top : lead || `No topic between ${range.replace("–", " and ")}`);
  all("[data-whole]").forEach((node) => (node.disabled = whole));
  for (const name of ["lanes", "map"]) {
    if (views[name]) views[name].signal("from_seconds", ui.from).signal("to_seconds", ui.to).run();
  }
  if (views.top) views.top.signal("n_max", Math.max(1, ...rows.map((row) => row.n_messages))).data("top", rows).run();
  fillTable(ui);
}

async function chooseWindow(ui, from, to) {
  setWindow(ui, from, to);
  if (ui.views.rate) await moveBrush(ui);
}

// ------------------------------------------------------------------------------------------------ the page

function figure(name, kicker, title, note, extra = null) {
  const say = name === "top" ? { "data-say": "top", "aria-live": "polite" } : {};
  const caption = el("figcaption", {}, el("p", { class: "kicker" }, ...kicker), el("h2", say, title));
  const chart = el("div", { class: "chart", "data-chart": name, role: "img", "aria-label": title });
  return el("figure", { class: `figure ${name}` }, caption, extra, chart, el("p", { class: "note" }, note));
}

function emptyState(title, ...sentences) {
  return el("div", { class: "empty" }, el("h2", {}, title), ...sentences.map((text) => el("p", {}, text)));
}

function heading(page) {
  const { stream } = page, start = stream.started_at;
  const kicker = [stream.platform, start ? `${date(start, "full")} (${zone()})` :
    stream.day ? `${day(stream.day, "full")}, hour not known` : "start not known"];
  const figures = [counted(stream.n_messages, "message").split(" ")];
  if (Number.isFinite(stream.n_viewers)) figures.push(counted(stream.n_viewers, "viewer").split(" "));
  if (page.minutes.start_seconds.length) figures.push([duration(stream.duration_seconds), "duration"]);
  if (stream.n_payers) figures.push([number(stream.n_payers), "gave"]);
  const parts = figures.map(([value, name]) => el("div", {}, el("dd", {}, value), el("dt", {}, name)));
  const title = [el("span", { class: "said" }, stream.channel || stream.stream_id)];
  const more = stream.title || (stream.channel ? stream.stream_id : "");
  if (more) title.push(el("span", { class: "said title" }, more));
  return el("header", {}, el("div", {}, el("p", { class: "kicker" }, kicker.filter(Boolean).join(" · ")),
    el("h1", {}, ...title)), el("dl", { class: "figures" }, ...parts));
}

function windowBar(ui) {
  const button = (attributes, text, act) => {
    const node = el("button", { type: "button", ...attributes }, ...text);
    node.addEventListener("click", act);
    return node;
  };
  const all = button({ "data-whole": "" }, ["Whole stream"], () => chooseWindow(ui, ui.times.x_min, ui.times.x_max));
  const peaks = [...ui.page.peaks].sort((a, b) => a.start_seconds - b.start_seconds).slice(0, 6).map((peak) => {
    const around = Math.max(300, 5 * ui.page.minutes.bin_seconds), from = peak.start_seconds - around / 2;
    const label = [el("b", {}, offset(peak.start_seconds)), " ", el("span", { class: "said" }, peak.label)];
    const act = () => chooseWindow(ui, from, from + around + ui.page.minutes.bin_seconds);
    return button({ class: "peak", title: `Show the minutes around “${peak.label}”` }, label, act);
  });
  const now = el("p", {}, el("strong", { "data-say": "window" }), " · ", el("span", { "data-say": "count" }));
  return el("div", { class: "window", "aria-label": "Window" }, now, el("div", { class: "choices" }, all, ...peaks));
}

function timeSections(ui) {
  const { page } = ui, { titles, unit, lanes } = page.charts;
  if (!page.minutes.start_seconds.length) {
    return [emptyState("When? This source does not say",
      "Its messages carry no times, so the curve of messages and the topics over time are left out. " +
      "Everything below counts the whole stream.",
      "To see them, ingest a source that tells when each message was sent.")];
  }
  const hint = `n = ${counted(page.stream.n_messages, "message")}. Drag across the curve` +
    `${page.peaks.length ? ", or choose a peak," : ""} to see only those minutes in everything below.`;
  const sections = [figure("rate", [`Messages per ${unit}`], titles.rate, hint), windowBar(ui)];
  if (!lanes.length) return sections;
  const width = lanes.some((lane) => lane.theme_id === -2) ? " The thin last row has a scale of its own." : "";
  sections.push(figure("lanes", ["Topics over time"], titles.lanes,
    "One row a topic, in order of first appearance, with its messages. A band is as high as the square root of its " +
    `messages; thin lines are episodes.${width}`));
  return sections;
}

function topicSections(ui) {
  const { page } = ui, { titles } = page.charts, timed = page.minutes.start_seconds.length > 0;
  if (!page.topics.length) {
    return [emptyState("No topic was found",
      `${counted(page.stream.n_messages, "message")}: too few, or too few of them say something, to group them.`,
      "Run find-topics again when there is more chat.")];
  }
  const grouped = page.topics.reduce((total, topic) => total + topic.n_messages, 0);
  const top = figure("top", ["Top topics · ", el("span", { "data-say": "when" })], titles.top,
    `n = ${number(grouped)} messages that have a topic, in the whole stream; shares are of those in the window. ` +
    "The quotation is the topic's most central short message.");
  const dots = page.map.x.length, faded = timed ? " Faded points lie outside the window." : "";
  const map = figure("map", ["Topic map"], titles.map, `${counted(dots, "distinct text")}, each a point; larger was ` +
    `said more often. Near means alike; distances have no unit.${faded}`);
  return dots ? [el("div", { class: "pair" }, top, map)] : [top];
}

// What viewers asked and what they answered; each is left out where the stream has none.
function answerSections(page) {
  const { questions, polls, titles } = page.charts, found = [];
  if (questions.length) {
    const note = "Ranked by how many different viewers asked, in any wording. Whether somebody answered aloud is not known.";
    found.push(figure("questions", ["Questions"], titles.questions, note));
  }
  if (polls.heads.length) {
    const more = page.polls.length - polls.heads.length, rest = more ? ` ${counted(more, "smaller poll")} not shown.` : "";
    found.push(figure("polls", ["Polls"], titles.polls,
      `A viewer's last answer counts. Lines are 95 % intervals of the shares.${rest}`));
  }
  return found.length > 1 ? [el("div", { class: "pair even" }, ...found)] : found;
}

// When the chat went off and why, as a list; a click shows those minutes in everything above.
function highlightSections(ui) {
  const { page } = ui, list = [...page.highlights].sort((a, b) => b.ratio - a.ratio).slice(0, 8);
  if (!list.length) return [];
  const rows = list.sort((a, b) => a.start_seconds - b.start_seconds).map((item) => {
    const open = el("button", { type: "button" }, between(item.start_seconds, item.end_seconds));
    open.addEventListener("click", () => chooseWindow(ui, item.start_seconds - 60, item.end_seconds + 60));
    const emote = item.top_emote ? ` · ${item.top_emote}` : "";
    const why = `${item.reason || "no reason can be told"} · ${counted(item.n_messages, "message")}, ` +
      `${item.ratio.toFixed(1)} times the usual${emote}`;
    const quotes = (item.quotes || []).map((text) => el("p", { class: "said", dir: "auto" }, `“${text}”`));
    return el("li", {}, open, " ", el("b", { class: "said" }, why), ...quotes);
  });
  const top = [...list].sort((a, b) => b.ratio - a.ratio)[0];
  const title = `${counted(page.highlights.length, "highlight")}, the strongest at ${offset(top.peak_seconds)}`;
  return [el("section", { class: "waves figure" }, el("p", { class: "kicker" }, "Highlights"),
    el("h2", { class: "said" }, title), el("ul", {}, ...rows),
    el("p", { class: "note" }, "Bursts that the stream's own past makes unlikely: one false alarm in ten hours at most."))];
}

// For and against over time, with the bad-buzz alerts.
function moodSections(page) {
  const { mood, titles } = page.charts;
  if (!mood.bins.length || !page.minutes.start_seconds.length) return [];
  const n = mood.bins.reduce((total, row) => total + row.n, 0), raised = mood.alerts.length;
  const alerts = raised ? ` ${counted(raised, "bad-buzz alert")}, shaded.` : "";
  return [figure("mood", ["Mood"], titles.mood,
    `n = ${counted(n, "message")} that can be judged, in words, emotes and emoji; pale where they are few. Sarcasm is missed.${alerts}`)];
}

// Waves of copied text, as a list: when, how often, by how many.
function waveSections(page) {
  if (!page.copypasta.length) return [];
  const rows = page.copypasta.map((wave) => {
    const who = wave.n_viewers ? `, ${counted(wave.n_viewers, "viewer")}` : "";
    const when = wave.first_seconds === null ? "" : ` · ${between(wave.first_seconds, wave.last_seconds)}`;
    return el("li", {}, el("b", {}, `${number(wave.n_messages)} times${who}${when}`),
      el("p", { class: "said", title: wave.text, dir: "auto" }, wave.text));
  });
  const first = page.copypasta[0];
  const title = `One text was sent ${number(first.n_messages)} times by ${counted(first.n_viewers, "viewer")}`;
  return [el("section", { class: "waves figure" }, el("p", { class: "kicker" }, "Copypasta"), el("h2", {}, title),
    el("ul", {}, ...rows), el("p", { class: "note" }, "Nearly equal texts are one; a new wave begins after ten quiet minutes."))];
}

function comparedSections(page) {
  const { titles, tree } = page.charts, n = tree.leaves.length;
  if (n < 3) return [];
  const which = n < page.topics.length ? `The ${n} largest of ${page.topics.length} topics. ` : "";
  const joined = figure("tree", ["How topics join"], titles.tree, `${which}Asked for fewer topics, those on the left join first.`);
  const square = figure("similarity", ["Similar topics"], titles.similarity, `${which}In the order of the tree.`);
  return [el("div", { class: "pair even" }, joined, square)];
}

function madeSection(page) {
  const { made, left_out, stream } = page;
  const grouped = page.topics.reduce((total, topic) => total + topic.n_messages, 0);
  const names = { leash_seconds: "leash", seconds: "computed in", generated_at: "made at", version: "hubbub" };
  names.n_texts = "distinct texts";
  const say = (key, value) => {
    if (value === null || value === undefined) return "–";
    if (key === "generated_at") return date(value);
    if (typeof value !== "number") return typeof value === "object" ? JSON.stringify(value) : String(value);
    if (key.endsWith("seconds")) return value < 10 ? `${value.toFixed(1)} s` : duration(value);
    return Number.isInteger(value) ? number(value) : String(value);
  };
  const facts = Object.entries(made).flatMap(([key, value]) => [
    el("dt", { class: "said" }, names[key] || key.replace(/^n_|_seconds$/g, "").replaceAll("_", " ")),
    el("dd", { class: "said" }, say(key, value)),
  ]);
  const reasons = [...left_out].sort((a, b) => b.n_messages - a.n_messages).map((row) =>
    el("li", {}, el("b", {}, number(row.n_messages)), el("span", { class: "said" }, row.reason)));
  const sum = `${counted(stream.n_messages, "message")} came in; ${number(grouped)} are in a topic. ` +
    (left_out.length ? "Left out beforehand:" : "None was left out beforehand.");
  return el("section", { class: "made" }, el("p", { class: "kicker" }, "How this was made"),
    el("div", {}, el("div", {}, el("p", {}, sum), el("ul", {}, ...reasons)), el("dl", {}, ...facts)));
}

// ------------------------------------------------------------------------------------------------ the table of topics

const COLUMNS = [
  ["label", "Topic"], ["", "What was said"], ["first_seconds", "Span"],
  ["n", "Messages"], ["n_viewers", "Viewers"], ["share", "Share"],
];

function tableSection(ui) {
  const hint = "Search topics, terms, messages";
  const search = el("input", { type: "search", placeholder: hint, "aria-label": hint });
  search.addEventListener("input", () => ((ui.query = search.value.toLowerCase()), fillTable(ui)));
  const order = el("select", { "aria-label": "Sort by" }, ...COLUMNS.filter(([key]) => key).map(([key, name]) =>
    el("option", { value: key, selected: key === ui.sort.key && "" }, `Sort by ${name.toLowerCase()}`)));
  const sortBy = (key) => {
    ui.sort = { key, down: ui.sort.key === key ? !ui.sort.down : key !== "label" && key !== "first_seconds" };
    order.value = key;
    fillTable(ui);
  };
  order.addEventListener("change", () => sortBy(order.value));
  const cells = COLUMNS.map(([key, name]) => {
    if (!key) return el("th", { scope: "col" }, name);
    const button = el("button", { type: "button", "data-sort": key }, name);
    button.addEventListener("click", () => sortBy(key));
    return el("th", { scope: "col", class: key }, button);
  });
  const more = el("button", { type: "button", class: "more" });
  more.addEventListener("click", () => ((ui.all = true), fillTable(ui)));
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...cells)), el("tbody"));
  const kicker = el("p", { class: "kicker" }, "All topics · ", el("span", { "data-say": "when" }));
  const title = el("h2", {}, `${counted(ui.page.topics.length, "topic")}, with words and messages that stand for them`);
  const timed = ui.page.minutes.start_seconds.length;
  const note = el("p", { class: "note" }, "Share is of the messages that have a topic. ",
    timed ? "Messages and share follow the window chosen above; span and viewers are of the whole stream." : null);
  const tools = el("div", { class: "tools" }, search, order);
  return el("section", { class: "topics" }, kicker, title, tools, table, more, note);
}

function tableRow(ui, topic, hue) {
  const { page } = ui, n = ui.counts.topics.get(topic.theme_id), part = n / Math.max(ui.counts.topical, 1);
  const terms = topic.terms.filter((term) => !topic.label.split(" · ").includes(term));
  const name = el("td", { class: "label" }, el("i", { class: "swatch" }), el("b", { class: "said" }, topic.label),
    el("ul", { class: "terms" }, ...terms.slice(0, 8).map((term) => el("li", { class: "said" }, term))));
  name.style.setProperty("--hue", `var(--${hue})`);
  name.style.setProperty("--hue-ink", `var(--${hue}-ink)`);
  const said = topic.examples.slice(0, 3).map((text) => el("p", { class: "said", title: text, dir: "auto" }, text));
  const known = topic.first_seconds !== null && topic.first_seconds !== undefined && page.minutes.start_seconds.length;
  const span = known ? [el("b", {}, between(topic.first_seconds, topic.last_seconds)),
    el("small", {}, duration(topic.last_seconds - topic.first_seconds)), el("small", {}, page.stream.started_at ?
      `${clock(page, topic.first_seconds)}–${clock(page, topic.last_seconds)}` : "")] : ["–"];
  if (topic.n_streams > 1) {
    const first = topic.first_stream === page.stream.stream_id ? "this one first" : `first in ${topic.first_stream}`;
    span.push(el("small", { class: "said" }, `in ${number(topic.n_streams)} streams, ${first}`));
  }
  const meter = el("i", { class: "meter" });
  meter.style.setProperty("--part", `${(100 * n) / Math.max(1, ...ui.counts.topics.values())}%`);
  meter.style.setProperty("--hue", `var(--${hue})`);
  const cell = (kind, title, ...children) => el("td", { class: kind, "data-name": title }, ...children);
  return el("tr", {}, name, el("td", { class: "quotes" }, ...said), cell("span", "span", ...span),
    cell("count", "messages", number(n)), cell("count", "viewers", number(topic.n_viewers)),
    cell("share", "share", share(part), meter));
}

function fillTable(ui) {
  const body = ui.root.querySelector(".topics tbody");
  if (!body) return;
  const { key, down } = ui.sort, hues = new Map(ui.page.charts.topics.map((topic) => [topic.theme_id, topic.hue]));
  const value = (topic) => (key === "n" || key === "share" ? ui.counts.topics.get(topic.theme_id) : topic[key] ?? -1);
  const order = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
  const has = (text) => text.toLowerCase().includes(ui.query);
  const found = ui.page.topics.filter((topic) => [topic.label, ...topic.terms, ...topic.examples].some(has));
  const rows = found.sort((a, b) => (down ? -1 : 1) * order(value(a), value(b)));
  const shown = ui.all || ui.query ? rows : rows.slice(0, FIRST_ROWS);
  const sorry = `No topic has “${ui.query}” in its label, terms or messages.`;
  const none = el("tr", { class: "none" }, el("td", { colspan: COLUMNS.length }, sorry));
  body.replaceChildren(...(rows.length ? shown.map((topic) => tableRow(ui, topic, hues.get(topic.theme_id))) : [none]));
  const more = ui.root.querySelector(".more");
  more.hidden = shown.length === rows.length;
  more.replaceChildren(`Show all ${rows.length} topics`);
  ui.root.querySelectorAll("th[class]").forEach((th) =>
    th.setAttribute("aria-sort", th.className === key ? (down ? "descending" : "ascending") : "none"));
}

// ------------------------------------------------------------------------------------------------ entry

// Draws the page into root and returns its state, whose stop() ends what listens.
async function renderPage(root, page, specs) {
  page = cleaned(page);
  const times = timeValues(page), { from_seconds, to_seconds } = page.window || {};
  const ui = { root, page, specs, times, from: from_seconds ?? times.x_min, to: to_seconds ?? times.x_max, views: {} };
  Object.assign(ui, { query: "", all: false, sort: { key: "n", down: true } });
  ui.counts = countsIn(ui);
  const parts = [heading(page)];
  if (page.summary) parts.push(el("p", { class: "summary said" }, page.summary));
  if (!page.stream.n_messages) {
    parts.push(emptyState("No messages yet", "This stream is known, but nothing of its chat is in the archive.",
      "Ingest a chat file or listen to the channel, then make the report again."));
  } else {
    parts.push(...timeSections(ui), ...topicSections(ui), ...highlightSections(ui), ...moodSections(page), ...answerSections(page), ...waveSections(page), ...comparedSections(page));
    if (page.topics.length) parts.push(tableSection(ui));
    const { types, titles } = page.charts, n = counted(page.stream.n_messages, "message");
    const note = `n = ${n}, whole stream. Topics are made of opinions and questions.`;
    const kinds = types.length ? figure("types", ["Message types"], titles.types, note) : null;
    parts.push(el("div", { class: "pair last" }, ...[kinds, madeSection(page)].filter(Boolean)));
  }
  root.replaceChildren(...parts);
  showWindow(ui);
  await drawCharts(ui);
  let timer = 0;
  const observer = new ResizeObserver(() => {
    clearTimeout(timer);
    if (Math.abs(root.clientWidth - ui.width) > 2) timer = setTimeout(() => drawCharts(ui), 150);
  });
  observer.observe(root);
  ui.stop = () => {
    observer.disconnect();
    clearTimeout(timer);
    Object.values(ui.views).forEach((view) => view.finalize());
  };
  root.dataset.ready = "true";
  return ui;
}

const readJson = (id) => JSON.parse(document.getElementById(id).textContent);

function streamList(streams) {
  const name = (s) => [s.channel, s.title || s.stream_id].filter(Boolean).join(" · ");
  const columns = [
    ["Stream", name, (s) => el("a", { href: `#${encodeURIComponent(s.stream_id)}`, class: "said" }, name(s))],
    ["Started", (s) => s.started_at || s.day || "", (s) => (s.started_at ? date(s.started_at) : s.day ? day(s.day) : "–")],
    ["Duration", (s) => s.duration_seconds || 0, (s) => (s.duration_seconds ? duration(s.duration_seconds) : "–")],
    ["Messages", (s) => s.n_messages, (s) => number(s.n_messages)],
    ["Viewers", (s) => s.n_viewers || 0, (s) => number(s.n_viewers)],
  ];
  const rows = streams.map((stream, i) =>
    el("tr", { "data-index": i }, ...columns.map(([, , show]) => el("td", {}, show(stream)))));
  const body = el("tbody", {}, ...rows);
  let last = "";
  const heads = columns.map(([head, value]) => {
    if (streams.length <= 5) return el("th", { scope: "col" }, head);
    const button = el("button", { type: "button" }, head);
    button.addEventListener("click", () => {
      const way = last === head ? -1 : 1, at = (row) => value(streams[row.dataset.index]);
      last = way === 1 ? head : "";
      body.append(...rows.sort((a, b) => way * (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0)));
    });
    return el("th", { scope: "col" }, button);
  });
  return el("nav", { "aria-label": "Streams" }, el("table", {}, el("thead", {}, el("tr", {}, ...heads)), body));
}

// Shows the stream that the address names (#stream_id), else the first; one at a time.
function startReport() {
  const streams = cleaned(readJson("streams")), specs = readJson("specs"), root = document.getElementById("page");
  if (!streams.length) {
    root.replaceChildren(emptyState("No streams yet", "Ingest a chat file, then make the report again."));
    return;
  }
  const list = streams.length > 1 ? streamList(streams) : null;
  if (list) root.before(list);
  let ui = null, turn = Promise.resolve();
  async function show() {
    const named = streams.findIndex((stream) => `#${encodeURIComponent(stream.stream_id)}` === location.hash);
    const index = Math.max(0, named);
    const rows = list ? list.querySelectorAll("tbody tr") : [];
    rows.forEach((row) => row.classList.toggle("chosen", Number(row.dataset.index) === index));
    if (ui) ui.stop();
    delete root.dataset.ready;
    ui = await renderPage(root, readJson(`page-${index}`), specs);
  }
  window.addEventListener("hashchange", () => (turn = turn.then(show)));
  turn = show();
}

if (document.getElementById("streams")) startReport();
