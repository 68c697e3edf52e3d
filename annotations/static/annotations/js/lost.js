// What was typed on a claim that never came to be, or that is gone: no form is left that it could go
// back into, so it is shown to be copied.

import { inTurn, nameOf } from "./conflict.js";
import { byId, h } from "./dom.js";

// What people write, of all that an operation or a half-filled form holds.
const WRITTEN = new Set([
  "normalised", "claimant", "place", "flag_note", "url", "citation", "title", "publisher", "note", "quote",
  "protection_reason", "text", "boolean_explanation", "source_url", "rationale", "start",
]);

/** The words in operations and drafts, as `[name, words]`; what stands in several comes once. */
export function wordsIn(things) {
  const found = new Map();
  const walk = (thing) => {
    for (const [name, value] of Object.entries(thing || {})) {
      if (typeof value === "string") {
        if (WRITTEN.has(name) && value.trim()) found.set(`${name}\n${value}`, [name, value]);
      } else if (value && typeof value === "object" && name !== "base") {
        walk(value);
      }
    }
  };
  things.forEach(walk);
  return [...found.values()];
}

/** Show the words with the reason; nothing where there are none. */
export function showLost(words, reason) {
  if (!words.length) return Promise.resolve();
  const text = words.map(([name, said]) => `${nameOf(name)}: ${said}`).join("\n\n");
  return inTurn(() => new Promise((resolve) => {
    const dialog = byId("conflict");
    const area = h("textarea", { readonly: true, dir: "auto", rows: Math.min(12, 2 * words.length + 1), "aria-labelledby": "conflict-title" });
    area.value = text;
    const copied = h("span", { role: "status" });
    const copy = async () => {
      area.select();
      try {
        await navigator.clipboard.writeText(text);
        copied.textContent = gettext("Copied.");
      } catch { /* without the browser's leave: it is selected, Ctrl+C does it */ }
    };
    dialog.replaceChildren(h("form", { method: "dialog" },
      // It comes by itself, perhaps in the middle of a word: nothing is chosen by the next key.
      h("h2", { id: "conflict-title", tabindex: -1, autofocus: true }, gettext("This could not be saved")),
      h("p", {}, reason),
      h("p", {}, gettext("The claim isn’t there any more, so what you wrote on it has no place. Copy what you want to keep.")),
      area,
      h("div.buttons", {},
        h("button.primary", { type: "button", onclick: copy }, gettext("Copy")),
        h("button", { type: "submit" }, gettext("Close")),
        copied)));
    // A stray key mustn't take it away.
    const stay = (event) => event.preventDefault();
    dialog.addEventListener("cancel", stay);
    dialog.addEventListener("close", () => {
      dialog.removeEventListener("cancel", stay);
      resolve();
    }, { once: true });
    dialog.showModal();
  }));
}
