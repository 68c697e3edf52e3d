// The evidence of a claim: a list, and one form that adds or changes a piece.

import { field, h } from "./dom.js";
import { ariaKeys, kbd, shownKey } from "./keymap.js";

export class EvidenceSection {
  constructor(card) {
    this.card = card;
    this.list = h("ul.evidence");
    this.add = h("button", {
      type: "button", onclick: () => this.open(), "aria-keyshortcuts": ariaKeys("evidence"),
    }, gettext("Add evidence"), " ", kbd("evidence"));
    this.form = null;
    this.element = h("section.part", { "aria-label": gettext("Evidence") },
      h("h3", {}, gettext("Evidence")), this.list, this.add);
  }

  update() {
    const { claim, model } = this.card;
    const stance = (key) => model.corpus.stances.find((s) => s.key === key)?.label || key;
    this.list.replaceChildren(...claim.evidence.map((piece) => h("li", {},
      h(`span.stance.${piece.stance.toLowerCase()}`, {}, stance(piece.stance)), " ",
      this.#source(piece),
      piece.quote ? h("q", { dir: "auto" }, piece.quote) : null,
      piece.id === null ? null : h("span.row-actions", {},
        h("button.link", { type: "button", onclick: () => this.open(piece) }, gettext("Edit")),
        h("button.link", { type: "button", onclick: () => this.card.actions.withdrawEvidence(claim, piece) }, gettext("Remove"))),
    )));
    if (!claim.evidence.length) {
      this.list.append(h("li.muted", {}, model.corpus.requires_evidence
        ? gettext("None yet. A verdict needs at least one piece.") : gettext("None yet.")));
    }
  }

  #source(piece) {
    const name = piece.title || piece.citation || piece.url;
    // Only addresses of the web become links; the server refuses others too.
    if (/^https?:\/\//i.test(piece.url)) {
      return h("a", { href: piece.url, target: "_blank", rel: "noreferrer noopener", dir: "auto" }, name);
    }
    return h("span", { dir: "auto" }, name);
  }

  /** Open the form, empty or with a piece to change. What was typed stays until it is saved. */
  open(piece = null, typed = {}, focus = true) {
    if (this.form && !piece && !Object.keys(typed).length) {
      this.controls.url.focus();
      return;
    }
    this.form?.remove();
    const { corpus } = this.card.model;
    const value = (name) => typed[name] ?? piece?.[name] ?? "";
    const c = this.controls = {
      url: h("input", { type: "url", name: "url", value: value("url"), placeholder: "https://", maxlength: 2000 }),
      citation: h("input", { type: "text", name: "citation", value: value("citation"), dir: "auto" }),
      title: h("input", { type: "text", name: "title", value: value("title"), maxlength: 500, dir: "auto" }),
      published: h("input", { type: "date", name: "published", value: value("published") || "" }),
      quote: h("textarea", { rows: 2, name: "quote", dir: "auto", value: value("quote") }),
      stance: h("select", { name: "stance", required: true }, h("option", { value: "" }, "–"),
        corpus.stances.map((s) => h("option", { value: s.key }, s.label))),
    };
    c.stance.value = value("stance");
    this.boxes = {
      url: field(gettext("Address"), c.url),
      citation: field(gettext("or citation"), c.citation, gettext("For a source that has no address.")),
      title: field(gettext("Title"), c.title),
      published: field(gettext("Published"), c.published),
      quote: field(gettext("Quote"), c.quote),
      stance: field(gettext("Stance"), c.stance),
    };
    this.form = h("form.inset", { novalidate: true, "aria-label": gettext("Evidence"), onsubmit: (event) => this.#submit(event, piece) },
      this.boxes.url, this.boxes.citation, this.boxes.quote, this.boxes.stance,
      h("div.pair", {}, this.boxes.title, this.boxes.published),
      h("div.buttons", {},
        h("button.primary", { type: "submit" }, gettext("Save evidence"), " ", h("kbd", {}, shownKey("Ctrl+Enter"))),
        h("button.quiet", { type: "button", onclick: () => this.close() }, gettext("Cancel"))));
    this.add.hidden = true;
    this.element.append(this.form);
    this.piece = piece;
    if (focus) c.url.focus();
  }

  /** What is typed in an open form, or null. */
  draft() {
    if (!this.form) return null;
    const fields = this.#typed();
    const before = this.piece || {};
    const changed = Object.entries(fields).some(([name, value]) => (value || "") !== (before[name] || ""));
    return changed ? { uid: this.piece?.uid || null, fields } : null;
  }

  #typed() {
    const c = this.controls;
    return {
      url: c.url.value.trim(), citation: c.citation.value.trim(), title: c.title.value.trim(),
      published: c.published.value || null, quote: c.quote.value.trim(), stance: c.stance.value,
    };
  }

  close() {
    this.form?.remove();
    this.form = null;
    this.add.hidden = false;
    this.add.focus();
  }

  /** Put the server's reasons beside the fields they are about. */
  fail(fields) {
    for (const [name, box] of Object.entries(this.boxes || {})) box.fail(fields[name]);
    const first = Object.keys(fields).find((name) => this.controls?.[name]);
    if (first) this.controls[first].focus();
  }

  #submit(event, piece) {
    event.preventDefault();
    const fields = this.#typed();
    const wrong = {};
    if (!fields.url && !fields.citation) wrong.url = gettext("An address or a citation is needed.");
    if (!fields.stance) wrong.stance = gettext("Say whether it supports, refutes or is irrelevant.");
    if (Object.keys(wrong).length) {
      this.fail(wrong);
      return;
    }
    this.close();
    this.card.actions.saveEvidence(this.card.claim, piece, fields);
  }
}
