// The list of keys, drawn from the keymap itself.

import { byId, h } from "./dom.js";
import { CURSOR_KEYS, KEYS } from "./keymap.js";

const table = (entries) => h("dl.keys", {}, entries.flatMap((entry) => [
  h("dt", {}, entry.shown.flatMap((key, i) => [i ? " " : "", h("kbd", {}, key)])),
  h("dd", {}, entry.label()),
]));

export function showHelp() {
  const dialog = byId("help");
  dialog.replaceChildren(
    h("h2", { id: "help-title" }, gettext("Keys")), table(KEYS),
    h("h3", {}, gettext("While choosing words")), table(CURSOR_KEYS),
    h("form", { method: "dialog" }, h("button.primary", { type: "submit", autofocus: true }, gettext("Close"))),
  );
  dialog.showModal();
}
