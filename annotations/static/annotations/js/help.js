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
    h("form.dialog-head", { method: "dialog" }, h("h2", { id: "help-title" }, gettext("Keys")),
      h("button", { type: "submit", autofocus: true }, gettext("Close"), " ", h("kbd", {}, "Esc"))),
    h("div.key-columns", {},
      h("section", {}, table(KEYS)),
      h("section", {}, h("h3", {}, gettext("While choosing words by keyboard")), table(CURSOR_KEYS))),
  );
  dialog.showModal();
}
