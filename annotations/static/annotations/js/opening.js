// The highlights, as soon as the text and the page's data are there: before everything else that
// the article page is made of has arrived. workbench.js goes on with what is made here.

import { Model } from "./model.js";
import { Reader } from "./reader.js";

/** `{data, model, reader}` of the article that stands on the page, its highlights painted. */
export function open() {
  const data = JSON.parse(document.getElementById("workbench-data").textContent);
  const model = new Model(data);
  const reader = new Reader(document.getElementById("text"));
  reader.paintItems(model.items, null);
  performance.clearMarks("first-highlight");
  performance.mark("first-highlight");
  return { data, model, reader };
}

let first = open();

// Keys that are pressed before the page listens are kept for it.
const early = [];
const usual = ({ key, ctrlKey }) => (ctrlKey ? "Ctrl+" : "") + (key === " " ? "Space" : key);
const keys = new Set(first.data.keymap.flatMap((row) => row.keys));
function keep(event) {
  if (event.target.closest?.("input, textarea, select")) return;
  early.push(event);
  // The browser would scroll by it, or search for it.
  if (event.target === document.body && !event.isComposing && keys.has(usual(event))) event.preventDefault();
}
document.addEventListener("keydown", keep);

/** The keys that were pressed so far, in their order, for whoever listens from now on. */
export function pressed() {
  document.removeEventListener("keydown", keep);
  return early.splice(0);
}

// The rest of the page's scripts, fetched now that the highlights stand, and run in their order: the
// words come before the modules that say them. Put in here, the page isn't loaded before they ran.
const rest = document.getElementById("rest").content;
for (const script of rest.querySelectorAll("script")) script.async = false;
document.head.append(rest);

/** What was opened with the page; the first time only, since another article has taken its place then. */
export function opened() {
  const there = first;
  first = null;
  return there || open();
}
