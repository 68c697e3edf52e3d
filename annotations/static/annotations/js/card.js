// The card of a claim: its form, with its evidence and verdicts. A suggestion's is suggestion.js.

import { field, h } from "./dom.js";
import { EvidenceSection } from "./evidence.js";
import { ariaKeys, kbd, keyOf } from "./keymap.js";
import { VerdictSection } from "./verdict.js";

export class ClaimCard {
  constructor(item, { model, quote, actions, outbox, leave }) {
    Object.assign(this, { claim: item.claim, model, quote, actions, outbox, leave });
    const { corpus } = model;
    this.boxes = {};
    this.element = h("div.card", {});
    this.edges = this.#edges();
    this.normalised = h("textarea", { rows: 2, maxlength: 500, dir: "auto", name: "normalised" });
    this.claimant = h("input", { type: "text", maxlength: 200, list: "claimants", dir: "auto", name: "claimant", autocomplete: "off" });
    this.date = h("input", { type: "date", name: "claim_date" });
    this.types = corpus.several_types ? this.#typeBoxes(corpus.types) : this.#typeSelect(corpus.types);
    this.boxes.normalised = field(gettext("Normalised claim"), this.normalised, gettext("One sentence that stands by itself, as it would be checked."));
    this.boxes.claimant = field(gettext("Claimant"), this.claimant);
    this.boxes.claim_date = field(gettext("Date of the claim"), this.date);
    this.start = h("button.link.aside", { type: "button", onclick: () => this.#startFromWording() }, gettext("Start from the wording"));
    this.boxes.normalised.append(this.start);
    this.evidence = new EvidenceSection(this);
    this.verdict = new VerdictSection(this);
    this.element.append(
      this.edges, this.boxes.normalised, this.types.box,
      h("div.pair", {}, this.boxes.claimant, this.boxes.claim_date),
      this.evidence.element, this.verdict.element,
      h("div.buttons", {}, h("button.quiet.danger", {
        type: "button", onclick: () => this.actions.reject(), "aria-keyshortcuts": ariaKeys("reject"),
      }, gettext("Withdraw the claim"), " ", kbd("reject"))),
    );
    this.#wire();
    this.update();
  }

  #edges() {
    const move = (action, label, arrow) => h("button.edge", {
      type: "button", "aria-label": label, title: [label, keyOf(action)].filter(Boolean).join(" · "),
      "aria-keyshortcuts": ariaKeys(action), onclick: () => this.actions[action](),
    }, arrow);
    return h("div.edges", { role: "group", "aria-label": gettext("Edges of the span") },
      h("span.muted", {}, gettext("Start")),
      move("startLeft", gettext("Start one word left"), "←"), move("startRight", gettext("Start one word right"), "→"),
      h("span.muted", {}, gettext("End")),
      move("endLeft", gettext("End one word left"), "←"), move("endRight", gettext("End one word right"), "→"));
  }

  #typeSelect(types) {
    const select = h("select", { name: "types" }, h("option", { value: "" }, "–"),
      types.map((type) => h("option", { value: type.key }, type.label)));
    this.boxes.types = field(gettext("Claim type"), select);
    return {
      box: this.boxes.types, element: select,
      get: () => (select.value ? [select.value] : []),
      set: (keys) => { select.value = keys[0] || ""; },
    };
  }

  #typeBoxes(types) {
    const boxes = types.map((type) => h("input", { type: "checkbox", value: type.key, name: "types" }));
    const element = h("fieldset.types", {}, h("legend", {}, gettext("Claim types")),
      boxes.map((box, i) => h("label", {}, box, ` ${types[i].label}`)));
    return {
      box: element, element,
      get: () => boxes.filter((box) => box.checked).map((box) => box.value),
      set: (keys) => { for (const box of boxes) box.checked = keys.includes(box.value); },
    };
  }

  #wire() {
    const save = (fields) => this.actions.patch(this.claim, fields);
    let timer;
    const soon = (read) => () => {
      clearTimeout(timer);
      timer = setTimeout(() => save(read()), 700);
    };
    const now = (read) => () => {
      clearTimeout(timer);
      save(read());
    };
    const normalised = () => ({ normalised: this.normalised.value });
    const claimant = () => ({ claimant: this.claimant.value.trim() || null });
    const date = () => ({ claim_date: this.date.value || null });
    this.normalised.addEventListener("input", soon(normalised));
    this.normalised.addEventListener("change", now(normalised));
    this.claimant.addEventListener("change", now(claimant));
    this.date.addEventListener("change", now(date));
    this.types.element.addEventListener("change", () => save({ types: this.types.get() }));
    // A card that is left while a pause runs still saves what was typed.
    this.flush = () => {
      if (this.normalised.value.trim() !== (this.claim.normalised || "").trim()) now(normalised)();
    };
  }

  /** What is typed in the forms and not sent, or null. */
  draft() {
    const typed = { evidence: this.evidence.draft(), verdict: this.verdict.draft() };
    return typed.evidence || typed.verdict ? typed : null;
  }

  restore(typed) {
    if (typed.evidence) {
      const piece = this.claim.evidence.find((other) => other.uid === typed.evidence.uid) || null;
      this.evidence.open(piece, typed.evidence.fields, false);
    }
    if (typed.verdict) this.verdict.restore(typed.verdict);
  }

  #startFromWording() {
    this.normalised.value = this.claim.spans.map((s) => this.quote(s.start, s.end)).join(" … ").slice(0, 500);
    this.normalised.focus();
    this.normalised.dispatchEvent(new Event("change"));
  }

  /** Show the claim as it is now, leaving alone what the reviewer is typing in. */
  update() {
    const { claim } = this;
    const set = (control, value) => {
      if (control !== document.activeElement && control.value !== value) control.value = value;
    };
    set(this.normalised, claim.normalised || "");
    set(this.claimant, claim.claimant || "");
    set(this.date, claim.claim_date || "");
    this.types.set(claim.types);
    // Hidden in place: nothing may move under a pointer because something was saved.
    this.start.classList.toggle("invisible", Boolean(this.normalised.value));
    const refused = this.outbox.state(claim.uid);
    for (const [name, box] of Object.entries(this.boxes)) {
      box.fail(refused?.state === "refused" ? refused.fields?.[name] : "");
    }
    this.evidence.update();
    this.verdict.update();
  }
}
