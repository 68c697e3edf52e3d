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

// --- The rest of the page's modules ---------------------------------------------------------------

// The words that they need come as a script that runs before this.
const translated = new Promise((resolve) => { addEventListener("DOMContentLoaded", resolve, { once: true }); });
// A page in the background is not painted.
const painted = document.hidden ? Promise.resolve()
  : new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });

painted.then(async () => {
  const rest = document.getElementById("rest").content;
  const main = rest.querySelector("script");
  main.remove();
  document.head.append(rest);
  await translated;
  document.head.append(main);
});

/** What was opened with the page; the first time only, since another article has taken its place then. */
export function opened() {
  const there = first;
  first = null;
  return there || open();
}
