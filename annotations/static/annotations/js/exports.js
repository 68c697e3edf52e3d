// The choices of a file: what would be in it is counted anew as they change.

import { byId } from "./dom.js";

const PAUSE = 400;
const LONGEST = 300;
const form = byId("export-form");
const WRONG = ".page .error[role=alert]";
let waiting;
let asked;

function address() {
  const chosen = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    // An address has no room for long words, and nothing is counted by them.
    if (value && name !== "csrfmiddlewaretoken" && value.length <= LONGEST) chosen.append(name, value);
  }
  return `${location.pathname}?${chosen}`;
}

async function count() {
  asked?.abort();
  asked = new AbortController();
  const shown = byId("export-counts");
  const url = address();
  shown.classList.add("waiting");
  try {
    const answer = await fetch(url, { signal: asked.signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const counted = page.getElementById("export-counts");
    const wrong = page.querySelector(WRONG);
    const before = document.querySelector(WRONG);
    if (counted) shown.replaceWith(document.importNode(counted, true));
    before?.remove();
    if (wrong) form.before(document.importNode(wrong, true));
    // Reloaded or sent on, the page shows the same; where words were left away, it would not.
    if (!form.querySelector("textarea")) history.replaceState(null, "", url);
  } catch (error) {
    if (error.name !== "AbortError") shown.classList.remove("waiting");
  }
}

form.addEventListener("change", () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, PAUSE);
});
byId("export-count").hidden = true;
