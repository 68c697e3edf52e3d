// The list of keys, drawn from the keymap itself: the reader's own.

import { byId, h } from "./dom.js";
import { keyRows, shownKey } from "./keymap.js";

/** A series is shown by its ends: nobody reads nine digits. */
function shown({ keys, series }) {
  if (!series || keys.length < 3) return keys.map(shownKey);
  return [shownKey(keys[0]), "…", shownKey(keys.at(-1))];
}

const entry = (row) => [
  h("dt", {}, shown(row).flatMap((key, i) => [i ? " " : "", h("kbd", {}, key)])),
  h("dd", {}, row.label),
];

function groups() {
  const found = new Map();
  for (const row of keyRows().filter(({ keys }) => keys.length)) {
    found.set(row.group, [...found.get(row.group) || [], row]);
  }
  return [...found].map(([group, rows]) => h("section", {}, h("h3", {}, group), h("dl.keys", {}, rows.flatMap(entry))));
}

export function showHelp() {
  const dialog = byId("help");
  const { sheet, preferences } = dialog.dataset;
  dialog.replaceChildren(
    h("form.dialog-head", { method: "dialog" }, h("h2", { id: "help-title" }, gettext("Keys")),
      h("button", { type: "submit", autofocus: true }, gettext("Close"), " ", h("kbd", {}, shownKey("Escape")))),
    h("div.key-columns", {}, groups()),
    h("p.dialog-foot", {},
      sheet ? h("a", { href: sheet, target: "_blank" }, gettext("To print")) : null,
      preferences ? h("a", { href: preferences, target: "_blank" }, gettext("Change the keys")) : null),
  );
  dialog.showModal();
}
