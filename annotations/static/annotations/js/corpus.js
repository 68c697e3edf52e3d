// The corpus page: one's own day, ticking articles, names to complete the filter with, and how an
// extraction goes on.
import "./ticking.js";
import { showToday } from "./today.js";

showToday();

// Read when the field is first used: no list of articles waits for it.
const names = document.getElementById("publishers");
const publisher = document.getElementById("queue-publisher");

async function offerNames() {
  try {
    const answer = await fetch(names.dataset.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { publishers } = await answer.json();
    names.replaceChildren(...publishers.map((name) => new Option(name, name)));
    publisher.removeEventListener("focus", offerNames);
  } catch { /* offline: whoever knows the name types it */ }
}

publisher.addEventListener("focus", offerNames);

// While articles wait for extraction, shows how it goes on, and reloads the list when it is done.
const box = document.getElementById("extraction");
const PAUSE = 1500;

async function look() {
  try {
    const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const progress = await answer.json();
    document.getElementById("extraction-message").textContent = progress.message;
    for (const line of box.querySelectorAll("[data-missing]")) line.hidden = line.dataset.missing !== progress.workers_missing;
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
