// The corpus's guidelines in a dialog, fetched once.

import { api } from "./api.js";
import { byId, h } from "./dom.js";
import { shownKey } from "./keymap.js";
import { rendered } from "./markdown.js";

let kept = null;

async function body(corpus) {
  try {
    kept ??= await api("GET", `corpora/${corpus}/guidelines/latest/`);
  } catch (problem) {
    if (problem.status === 404) return [h("p.muted", {}, gettext("This corpus has no guidelines yet."))];
    return [h("p.field-error", { role: "alert" }, problem.message)];
  }
  return [
    h("p.muted", {}, interpolate(gettext("Version %s"), [kept.version])),
    h("div.markdown.guideline", {}, rendered(kept.html)),
  ];
}

/** Show them without leaving the article; `page` is their own address. */
export async function showGuidelines(corpus, page) {
  const dialog = byId("guidelines");
  const text = h("div.dialog-body", { tabindex: 0, role: "region", "aria-label": gettext("Guidelines"), "aria-busy": "true" },
    h("p.muted", {}, gettext("Loading…")));
  dialog.replaceChildren(
    h("form.dialog-head", { method: "dialog" }, h("h2", { id: "guidelines-title" }, gettext("Guidelines")),
      h("button", { type: "submit" }, gettext("Close"), " ", h("kbd", {}, shownKey("Escape")))),
    text,
    h("p.dialog-foot", {}, h("a", { href: page, target: "_blank" }, gettext("All versions"))),
  );
  dialog.showModal();
  // Ready to be scrolled by the arrow keys.
  text.focus();
  text.replaceChildren(...await body(corpus));
  text.removeAttribute("aria-busy");
}
