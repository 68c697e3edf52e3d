// The corpus page: one's own day, ticking articles, and how an extraction goes on.
import "./ticking.js";
import { showToday } from "./today.js";

showToday();

// While articles wait for extraction, shows how it goes on, and reloads the list when it is done.
const box = document.getElementById("extraction");
const PAUSE = 1500;

async function look() {
  try {
    const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const progress = await answer.json();
    document.getElementById("extraction-message").textContent = progress.message;
    document.getElementById("no-worker").hidden = progress.workers > 0;
    const bar = box.querySelector("progress");
    bar.max = progress.all;
    bar.value = progress.all - progress.extracting;
    if (progress.extracting === 0) {
      location.reload();
      return;
    }
  } catch { /* offline: ask again later */ }
  setTimeout(look, PAUSE);
}

if (Number(box.dataset.waiting) > 0) setTimeout(look, PAUSE);
