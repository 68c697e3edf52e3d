// Markdown: shown as the server renders it, and previewed while it is typed.

import { api } from "./api.js";
import { h } from "./dom.js";

const PAUSE = 300;
let ids = 0;

/** Nodes of HTML that the server has sanitised. A parsed document runs no scripts. */
export function rendered(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fragment = document.createDocumentFragment();
  fragment.append(...parsed.body.childNodes);
  return fragment;
}

/**
 * A Preview button and what it shows, to be put below `textarea`, which stays as it is: while
 * the button is pressed, the preview follows what is typed.
 */
export function preview(textarea) {
  ids += 1;
  const pane = h("div.markdown.preview-pane", {
    id: `preview-${ids}`, role: "region", "aria-label": gettext("Preview"), dir: "auto", hidden: true,
  });
  const button = h("button.link.preview-button", {
    type: "button", "aria-pressed": "false", "aria-controls": pane.id, onclick: () => toggle(),
  }, gettext("Preview"));
  const hint = h("span.muted", {}, gettext("Markdown: *emphasis*, **strong**, - list, > quote, [text](address)"));
  let shown = null;
  let asked = 0;
  let timer = null;

  const show = (...nodes) => {
    pane.removeAttribute("aria-busy");
    pane.replaceChildren(...nodes);
  };

  async function ask() {
    clearTimeout(timer);
    const text = textarea.value;
    // Only the answer to the last question counts.
    asked += 1;
    const mine = asked;
    if (text === shown) {
      pane.removeAttribute("aria-busy");
      return;
    }
    if (!text.trim()) {
      shown = text;
      show(h("p.muted", {}, gettext("Nothing to preview yet.")));
      return;
    }
    pane.setAttribute("aria-busy", "true");
    try {
      const { html } = await api("POST", "markdown/", { text });
      if (mine !== asked) return;
      shown = text;
      show(rendered(html));
    } catch (problem) {
      if (mine !== asked) return;
      shown = null;
      show(h("p.field-error", { role: "alert" }, `${gettext("There is no preview:")} ${problem.message} `,
        h("button.link", { type: "button", onclick: () => ask() }, gettext("Try again"))));
    }
  }

  function toggle() {
    pane.hidden = !pane.hidden;
    button.setAttribute("aria-pressed", String(!pane.hidden));
    if (!pane.hidden) ask();
  }

  textarea.addEventListener("input", () => {
    clearTimeout(timer);
    if (!pane.hidden) timer = setTimeout(ask, PAUSE);
  });
  return h("div.preview", {}, h("div.preview-head", {}, button, hint), pane);
}
