// Keeps relative times true while a page stays open. The server prints every time; this only rewrites the words each minute.
//
//   data-due="…" data-soon="…" data-title="…"   a piece with a clock; inside it the hooks
//       data-due-words     "in 1 h 32 min", "by 36 min"          data-due-tag   "Due later", "Due soon", "Overdue"
//       data-due-sentence  "Due in 1 h 32 min"                   data-due-lead  "by", "was due"
//   data-since="…"                              the time that has passed since then
//
// The wording is the same as in casework/policies/time_phrases.py, and a test holds the two together.
"use strict";

(() => {
  const MINUTE = 60_000;
  const announcer = () => document.getElementById("announcer");

  // A device's own clock may be wrong: count from the time that the server put on the page.
  const serverTime = Date.parse(document.querySelector('meta[name="server-time"]')?.content ?? "");
  const ahead = Number.isNaN(serverTime) ? 0 : Date.now() - serverTime;
  const now = () => Date.now() - ahead;

  function duration(milliseconds) {
    const minutes = Math.floor(Math.abs(milliseconds) / MINUTE);
    if (minutes < 1) return "now";
    if (minutes < 60) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
    const days = Math.floor(hours / 24);
    return days < 14 && hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
  }

  function dueWords(due, at) {
    const length = duration(due - at);
    if (length === "now") return length;
    return due > at ? `in ${length}` : `by ${length}`;
  }

  function stateOf(due, soon, at) {
    if (at > due) return "overdue";
    return at >= soon ? "due_soon" : "due_later";
  }

  const STATE_WORDS = { overdue: "Overdue", due_soon: "Due soon", due_later: "Due later" };

  function write(piece, hook, words) {
    for (const element of [piece, ...piece.querySelectorAll(`[${hook}]`)]) {
      if (element.hasAttribute(hook) && element.textContent !== words) element.textContent = words;
    }
  }

  function refreshDue(piece, at) {
    const due = Date.parse(piece.dataset.due);
    const state = stateOf(due, Date.parse(piece.dataset.soon ?? piece.dataset.due), at);
    const words = dueWords(due, at);
    write(piece, "data-due-words", words);
    write(piece, "data-due-tag", STATE_WORDS[state]);
    write(piece, "data-due-sentence", `${state === "overdue" ? "Overdue" : "Due"} ${words}`);
    write(piece, "data-due-lead", state === "overdue" ? "was due" : "by");
    const becameOverdue = state === "overdue" && piece.dataset.state !== "overdue";
    piece.dataset.state = state;
    return becameOverdue ? piece.dataset.title : null;
  }

  // Ticking is silent; only a clock that becomes overdue is spoken, once, however often it stands on the page.
  function refresh() {
    const at = now();
    const overdue = new Set();
    for (const piece of document.querySelectorAll("[data-due]")) {
      const title = refreshDue(piece, at);
      if (title) overdue.add(title);
    }
    for (const element of document.querySelectorAll("[data-since]")) {
      // "Missing for now" would be no sentence.
      const words = duration(at - Date.parse(element.dataset.since));
      element.textContent = words === "now" ? "less than a minute" : words;
    }
    if (overdue.size) announcer().textContent = `Now overdue: ${[...overdue].join(", ")}`;
  }

  setInterval(refresh, MINUTE);
  // Browsers slow the timers of hidden pages; a page that is looked at again is put right at once.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
})();
