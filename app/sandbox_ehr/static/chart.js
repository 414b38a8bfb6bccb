// Keeps the flags in the chart's header fresh: every few seconds, and at once when the app in the frame says
// that it has written something.
"use strict";
const flags = document.getElementById("flags");

async function refresh() {
  if (!flags || document.hidden) return;
  try {
    const answer = await fetch(flags.dataset.source);
    if (!answer.ok) return;
    const text = await answer.text();
    if (text.trim() !== flags.innerHTML.trim()) flags.innerHTML = text;
  } catch {
    // The server is away; the next round asks again.
  }
}

if (flags) {
  setInterval(refresh, 4000);
  window.addEventListener("message", refresh);
  document.addEventListener("visibilitychange", refresh);
}
