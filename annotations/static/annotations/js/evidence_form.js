// The form of a piece of evidence. What the page says of itself goes into empty fields only.

import { field, h } from "./dom.js";
import { FetchLine } from "./fetch_line.js";
import { shownKey } from "./keymap.js";
import { termName } from "./vocabulary.js";

const FOUND = ["title", "publisher", "published"];

export class EvidenceForm {
  /** `saved(fields)` gets what is typed; `closed()` when it isn't wanted any more. */
  constructor(card, piece, typed, { saved, closed }) {
    Object.assign(this, { card, piece, saved });
    const { corpus } = card.model;
    const value = (name) => typed[name] ?? piece?.[name] ?? "";
    const input = (name, type, more = {}) => h("input", { type, name, value: value(name) ?? "", ...more });
    const area = (name, rows = 2) => h("textarea", { rows, name, dir: "auto", value: value(name) });
    const option = ({ key, label }) => h("option", { value: key }, label);
    const c = this.controls = {
      protected: h("input", { type: "checkbox", name: "protected", onchange: () => this.#protect() }),
      protection_reason: area("protection_reason"),
      url: input("url", "url", { placeholder: "https://", maxlength: 2000 }),
      citation: input("citation", "text", { dir: "auto" }),
      quote: area("quote"),
      stance: h("select", { name: "stance", required: true }, h("option", { value: "" }, "–"), corpus.stances.map(option)),
      title: input("title", "text", { maxlength: 500, dir: "auto" }),
      publisher: input("publisher", "text", { maxlength: 300, dir: "auto" }),
      published: input("published", "date"),
      source_medium: h("select", { name: "source_medium" }, corpus.media.map((m) => option({ key: m, label: termName(m) }))),
      set_number: input("set_number", "number", { min: 1, max: 99, inputmode: "numeric" }),
      note: area("note"),
    };
    c.protected.checked = Boolean(value("protected"));
    c.stance.value = value("stance");
    c.source_medium.value = value("source_medium") || corpus.media[0];
    const b = this.boxes = {
      protection_reason: field(gettext("Why it is protected"), c.protection_reason),
      url: field(gettext("Address"), c.url),
      citation: field(gettext("or citation"), c.citation, gettext("For a source that has no address.")),
      quote: field(gettext("Quote"), c.quote),
      stance: field(gettext("Stance"), c.stance),
      title: field(gettext("Title"), c.title),
      publisher: field(gettext("Publisher"), c.publisher),
      published: field(gettext("Published"), c.published),
      source_medium: field(gettext("Kind of source"), c.source_medium),
      set_number: field(gettext("Evidence set"), c.set_number, gettext("Pieces with one number prove only together.")),
      note: field(gettext("Note"), c.note),
    };
    this.fetch = new FetchLine(card, c.url, {
      kept: [typed, piece || {}].map(({ url, snapshot }) => ({ url, snapshot })),
      never: () => (c.protected.checked ? gettext("A protected source is never fetched.") : ""),
      found: (snapshot) => this.#fill(snapshot),
    });
    this.more = h("details.more", {}, h("summary", {}, gettext("More")),
      h("div.pair", {}, b.source_medium, b.set_number), b.note);
    this.more.open = c.source_medium.value !== corpus.media[0] || Boolean(c.set_number.value || c.note.value);
    this.element = h("form.inset.evidence-form", {
      novalidate: true, "aria-label": gettext("Evidence"), onsubmit: (event) => this.#submit(event),
    },
    h("label.check", {}, c.protected, h("span", {}, gettext("Protected source"), " ",
      h("span.muted", {}, gettext("never fetched, never exported")))),
    b.protection_reason, b.url, b.citation, b.quote, b.stance,
    this.fetch.element,
    b.title, h("div.pair", {}, b.publisher, b.published), this.more,
    h("div.buttons", {},
      h("button.primary", { type: "submit" }, gettext("Save evidence"), " ", h("kbd", {}, shownKey("Ctrl+Enter"))),
      h("button.quiet", { type: "button", onclick: closed }, gettext("Cancel"))));
    this.initial = JSON.stringify(this.#read(piece || {}));
    this.#protect();
  }

  get typed() {
    const c = this.controls;
    const text = (name) => c[name].value.trim();
    const url = text("url");
    return {
      url, citation: text("citation"), title: text("title"), publisher: text("publisher"),
      published: c.published.value || null, quote: text("quote"), stance: c.stance.value,
      source_medium: c.source_medium.value, note: text("note"),
      set_number: c.set_number.value ? Number(c.set_number.value) : null,
      protected: c.protected.checked, protection_reason: c.protected.checked ? text("protection_reason") : "",
      snapshot: this.fetch.copy,
    };
  }

  /** Has something been typed that would be lost? */
  get changed() {
    return JSON.stringify(this.#read(this.typed)) !== this.initial;
  }

  /** A piece's values, or typed ones, in one shape. */
  #read(values) {
    const media = this.card.model.corpus.media[0];
    return Object.keys(this.typed).map((name) => values[name] || (name === "source_medium" ? media : ""));
  }

  /** Put reasons beside the fields they are about. */
  fail(fields) {
    for (const [name, box] of Object.entries(this.boxes)) box.fail(fields[name]);
    this.fetch.fail(fields.snapshot);
    const first = Object.keys(this.boxes).find((name) => fields[name]);
    if (!first) return;
    if (this.more.contains(this.controls[first])) this.more.open = true;
    this.controls[first].focus();
  }

  #submit(event) {
    event.preventDefault();
    const fields = this.typed;
    const wrong = {};
    if (!fields.url && !fields.citation) wrong.url = gettext("An address or a citation is needed.");
    if (!fields.stance) wrong.stance = gettext("Say whether it supports, refutes or is irrelevant.");
    if (fields.protected && !fields.protection_reason) wrong.protection_reason = gettext("Say why the source is protected.");
    if (Object.keys(wrong).length) {
      this.fail(wrong);
      return;
    }
    this.fetch.leave();
    this.saved(fields);
  }

  // --- The page ---------------------------------------------------------------------------

  #protect() {
    const { protected: box } = this.controls;
    this.boxes.protection_reason.hidden = !box.checked;
    if (box.checked) this.fetch.stop();
    else this.fetch.show();
  }

  /** Offer what was found, in fields that are empty; the one being typed in waits until it is left. */
  #fill(snapshot) {
    for (const name of FOUND) {
      const control = this.controls[name];
      const found = snapshot[name];
      if (!found) continue;
      const put = () => {
        if (control.value || !this.element.isConnected) return;
        control.value = found;
        this.#mark(this.boxes[name], control);
      };
      if (control === document.activeElement) control.addEventListener("blur", put, { once: true });
      else put();
    }
  }

  #mark(box, control) {
    const label = box.querySelector("label");
    if (label.querySelector(".found")) return;
    const mark = h("span.found", { title: gettext("found on the page") }, gettext("found"));
    label.append(" ", mark);
    control.addEventListener("input", () => mark.remove(), { once: true });
  }
}
