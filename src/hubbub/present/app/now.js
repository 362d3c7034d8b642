// The topics of the last minutes of one stream, and what happened to topics; renewed whenever the server says so.

const said = document.getElementById("said");
const stream = new URLSearchParams(location.search).get("stream") ?? "";
document.getElementById("title").textContent = `Now in ${stream}`;
document.title = `hubbub: now in ${stream}`;

const two = (n) => String(n).padStart(2, "0");

function clock(seconds) {
  if (seconds === null) return "–";
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function fill(id, rows, isNumber) {
  const table = document.getElementById(id);
  table.tBodies[0].replaceChildren(...rows.map((cells) => {
    const line = document.createElement("tr");
    cells.forEach((content, place) => {
      const cell = document.createElement("td");
      if (isNumber(place)) cell.className = "number";
      cell.textContent = content;
      line.append(cell);
    });
    return line;
  }));
  table.hidden = rows.length === 0;
}

const name = (label, id) => label || `topic ${id}`;

function show({ topics, log }) {
  fill("topics", topics.map((topic) => [name(topic.label, topic.theme_id), (topic.examples ?? [])[0] ?? "",
    topic.n_messages.toLocaleString("en-US"), topic.n_viewers.toLocaleString("en-US"), clock(topic.since_seconds),
    `${Math.round(100 * (topic.novelty + 1) / 2)} %`]), (place) => place > 1);
  fill("log", log.map((entry) => [clock(entry.offset_seconds), entry.kind,
    name(entry.label, entry.theme_id) + (entry.other_id === null ? "" : ` · ${name(entry.other_label, entry.other_id)}`),
    entry.why]), (place) => place === 0);
  document.getElementById("changes").hidden = log.length === 0;
  said.textContent = topics.length
    ? "Topics of the last 10 minutes of chat. New: 100 % was not there before, 0 % ends."
    : log.length ? "Nobody talks about a topic right now." : `No topics yet. Find them with: hubbub follow ${stream}`;
}

const source = new EventSource(`/live?stream=${encodeURIComponent(stream)}`);
source.addEventListener("message", (event) => show(JSON.parse(event.data)));
source.addEventListener("error", async () => {
  const answer = await fetch(`/api/live-topics?stream=${encodeURIComponent(stream)}`).catch(() => null);
  if (answer === null) said.textContent = "The server does not answer. This page goes on when it does.";
  else if (!answer.ok) said.textContent = `The topics cannot be shown: ${(await answer.json()).error.message}`;
});
