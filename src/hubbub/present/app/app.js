// The list of streams. The token comes in the address after #, which browsers do not send, and becomes a cookie.

const said = document.getElementById("said");
const table = document.getElementById("streams");

const grouped = (n) => (n === null ? "–" : n.toLocaleString("en-US"));

function length(seconds) {
  if (seconds === null) return "–";
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}

function start(moment) {
  if (moment === null) return "–";
  return new Date(moment).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

function row(stream) {
  const link = document.createElement("a");
  link.href = `/report?stream=${encodeURIComponent(stream.stream_id)}`;
  link.textContent = stream.title || stream.stream_id;
  const now = document.createElement("a");
  now.href = `/now?stream=${encodeURIComponent(stream.stream_id)}`;
  now.textContent = "Now";
  const cells = [link, now, stream.channel || "–", start(stream.started_at), length(stream.duration_seconds),
    grouped(stream.n_messages), grouped(stream.n_viewers)];
  const line = document.createElement("tr");
  cells.forEach((content, place) => {
    const cell = document.createElement("td");
    if (place > 3) cell.className = "number";
    cell.append(content);
    line.append(cell);
  });
  return line;
}

async function open() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    await fetch("/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
    history.replaceState(null, "", location.pathname);
  }
  const answer = await fetch("/api/streams");
  const streams = await answer.json();
  if (!answer.ok) throw new Error(streams.error.message);
  table.tBodies[0].replaceChildren(...streams.map(row));
  table.hidden = streams.length === 0;
  said.textContent = streams.length
    ? `${streams.length} ${streams.length === 1 ? "stream" : "streams"}. Times are ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`
    : "No streams yet. Add one with: hubbub ingest FILE";
}

open().catch((error) => {
  said.textContent = `The streams cannot be shown: ${error.message}`;
});
