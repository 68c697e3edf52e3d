// The card of a claim: its form, with its questions, evidence and verdicts. A suggestion's is suggestion.js.

import { factCheckUrl } from "./api.js";
import { day } from "./dates.js";
import { Details } from "./details.js";
import { diff } from "./diff.js";
import { DiscussionSection, discussions } from "./discussion.js";
import { afterPaint, byId, field, h, showValue, unsent } from "./dom.js";
import { EvidenceSection } from "./evidence.js";
import { Findings } from "./findings.js";
import { ariaKeys, kbd, keyOf } from "./keymap.js";
import { offerNames } from "./names.js";
import { QuestionsSection } from "./questions.js";
import { VerdictSection } from "./verdict.js";

export class ClaimCard {
  #sections = null;

  /** `grown()` is called when what is made later has made the card longer. */
  constructor(item, { model, quote, actions, outbox, leave, point, grown }) {
    Object.assign(this, { claim: item.claim, model, quote, actions, outbox, leave, point });
    const { corpus } = model;
    this.boxes = {};
    this.element = h("div.card", {});
    this.edges = this.#edges();
    this.normalised = h("textarea", { rows: 2, maxlength: 500, dir: "auto", name: "normalised" });
    this.claimant = h("input", { type: "text", maxlength: 200, dir: "auto", name: "claimant" });
    offerNames(this.claimant, "claimants", { corpus: corpus.id, known: model.claimants });
    this.date = h("input", { type: "date", name: "claim_date" });
    this.types = corpus.several_types ? this.#typeBoxes(corpus.types) : this.#typeSelect(corpus.types);
    this.boxes.normalised = field(gettext("Normalised claim"), this.normalised, gettext("One sentence that stands by itself, as it would be checked."));
    this.boxes.claimant = field(gettext("Claimant"), this.claimant);
    this.boxes.claim_date = field(gettext("Date of the claim"), this.date);
    this.start = h("button.link.aside", { type: "button", onclick: () => this.#startFromWording() }, gettext("Start from the wording"));
    this.boxes.normalised.append(this.start);
    this.changes = h("p.changes", { dir: "auto", hidden: true });
    this.boxes.normalised.append(this.changes);
    this.days = h("ul.days", { "aria-label": gettext("Dates that the text names") });
    this.boxes.claim_date.append(this.days);
    this.details = new Details(this.claim, { model, save: (fields) => this.actions.patch(this.claim, fields) });
    Object.assign(this.boxes, this.details.boxes);
    this.element.append(
      this.edges, this.boxes.normalised, this.types.box,
      h("div.pair", {}, this.boxes.claimant, this.boxes.claim_date),
      this.details.element,
    );
    this.#wire();
    this.#jumps();
    this.update();
    if (model.read_only) this.#onlyRead(this.element);
    afterPaint(() => {
      if (this.#sections || !this.element.isConnected) return;
      this.#later();
      grown();
    });
  }

  /**
   * What was found out about the claim stands below its fields, and is made when they are on the
   * screen, or as soon as somebody asks for it: a key press doesn't wait for it.
   */
  #later() {
    if (this.#sections) return this.#sections;
    const sections = this.#sections = {
      questions: new QuestionsSection(this),
      evidence: new EvidenceSection(this),
      verdict: new VerdictSection(this),
      discussion: new DiscussionSection(this),
    };
    const elements = Object.values(sections).map(({ element }) => element);
    this.publish = h("a", { hidden: true }, gettext("Fact-check: publish or correct"));
    const last = h("div.buttons", {}, h("button.quiet.danger", {
      type: "button", onclick: () => this.actions.reject(), "aria-keyshortcuts": ariaKeys("reject"),
    }, gettext("Withdraw the claim"), " ", kbd("reject")), this.publish);
    this.#updateLater();
    if (this.model.read_only) elements.forEach((element) => this.#onlyRead(element));
    this.element.append(...this.#why(), ...elements, last);
    return sections;
  }

  get questions() {
    return this.#later().questions;
  }

  get evidence() {
    return this.#later().evidence;
  }

  get verdict() {
    return this.#later().verdict;
  }

  get discussion() {
    return this.#later().discussion;
  }

  /** The parts of the card, to be gone to: it is longer than a screen. They stand below the list. */
  #jumps() {
    const { claim } = this;
    const parts = [
      [gettext("Claim"), () => this.boxes.normalised, () => 0],
      [gettext("Questions"), () => this.questions.element, () => claim.questions.length],
      [gettext("Evidence"), () => this.evidence.element, () => claim.evidence.length],
      [gettext("Verdict"), () => this.verdict.element, () => claim.verdicts.length],
      [gettext("Discussion"), () => this.discussion.element, () => discussions(this.model, claim).length],
    ];
    const buttons = parts.map(([label, of]) => h("button.jump", {
      type: "button",
      onclick: () => {
        const part = of();
        part.tabIndex = -1;
        part.focus({ preventScroll: true });
        part.scrollIntoView({ block: "start" });
      },
    }, label, " ", h("span", {})));
    this.count = () => parts.forEach(([, , count], i) => { buttons[i].lastChild.textContent = count() || ""; });
    byId("jumps").replaceChildren(...buttons);
    byId("jumps").hidden = false;
  }

  /** Another card is opened, or none. */
  close() {
    byId("jumps").hidden = true;
  }

  /** Nothing can be saved here: what is in the fields is to be read. What changes things isn't shown. */
  #onlyRead(element) {
    for (const control of element.querySelectorAll("input, textarea, select")) {
      if (control.matches("textarea, [type=text]")) control.readOnly = true;
      else control.disabled = true;
    }
  }

  get #suggestion() {
    return this.claim.suggestion ? this.model.suggestion(this.claim.suggestion) : null;
  }

  #findings(suggestion) {
    return new Findings(suggestion, { model: this.model, quote: this.quote, point: this.point });
  }

  /** Why the detector suggested it, for a claim that was a suggestion. */
  #why() {
    const suggestion = this.#suggestion;
    if (!suggestion) return [];
    const findings = this.#findings(suggestion);
    return [h("details.part.why-suggested", {}, h("summary", {}, gettext("Why it was suggested")),
      findings.score(), ...findings.reasons())];
  }

  /** The days that the claim's words name, to be taken by a click, each with its reason. */
  #offerDays() {
    const inside = (suggestion) => this.claim.spans.some((s) => suggestion.start < s.end && s.start < suggestion.end);
    const behind = this.#suggestion || this.model.suggestions.find((s) => s.dates.length && inside(s));
    const offers = behind ? this.#findings(behind).days() : [];
    const { published } = this.model.article;
    if (published && !offers.some(({ value }) => value === published)) {
      offers.push({ value: published, label: gettext("the article's date"), why: "", spans: [] });
    }
    const fresh = offers.filter(({ value }) => value !== this.claim.claim_date);
    const signature = JSON.stringify(fresh);
    if (this.offered === signature) return;
    this.offered = signature;
    this.days.replaceChildren(...fresh.map(({ value, label, why, spans }) => h("li", {},
      h("button.link", {
        type: "button", onclick: () => this.#takeDay(value),
        onmouseenter: () => this.point(spans), onmouseleave: () => this.point([]),
        onfocus: () => this.point(spans), onblur: () => this.point([]),
      }, h("time", { datetime: value }, day(value))),
      h("span.muted", {}, " – ", h("bdi", {}, label), why ? `, ${why}` : ""))));
  }

  #takeDay(value) {
    this.date.value = value;
    this.actions.patch(this.claim, { claim_date: value });
    this.date.focus();
  }

  /** What the normalised claim changes in the wording. */
  #showChanges() {
    const wording = this.claim.spans.map((s) => this.quote(s.start, s.end)).join(" … ");
    const typed = this.normalised.value.trim();
    const signature = `${wording}\u0000${typed}`;
    if (this.compared === signature) return;
    this.compared = signature;
    const pieces = typed && typed !== wording ? diff(wording, typed) : null;
    this.changes.hidden = !pieces;
    if (!pieces) return;
    const tags = { same: "span", gone: "del", new: "ins" };
    this.changes.replaceChildren(
      h("span.visually-hidden", {}, `${gettext("Compared with the wording:")} `),
      ...pieces.map(({ kind, text }) => h(tags[kind], {}, text)),
    );
  }

  #edges() {
    const move = (action, label, arrow) => h("button.edge", {
      type: "button", "aria-label": label, title: [label, keyOf(action)].filter(Boolean).join(" · "),
      "aria-keyshortcuts": ariaKeys(action), onclick: () => this.actions[action](),
    }, arrow);
    // The arrows stand as the sides do that they mean, also where the page is written from the right.
    return h("div.edges", { role: "group", "aria-label": gettext("Edges of the span") },
      h("span.muted", {}, gettext("Start")),
      h("span.pair-of-arrows", { dir: "ltr" }, move("startLeft", gettext("Start one word left"), "←"),
        move("startRight", gettext("Start one word right"), "→")),
      h("span.muted", {}, gettext("End")),
      h("span.pair-of-arrows", { dir: "ltr" }, move("endLeft", gettext("End one word left"), "←"),
        move("endRight", gettext("End one word right"), "→")),
      this.fragments = h("ol.fragments", { "aria-label": gettext("Fragments") }));
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
    this.normalised.addEventListener("input", () => this.#showChanges());
    this.normalised.addEventListener("change", now(normalised));
    this.claimant.addEventListener("change", now(claimant));
    this.date.addEventListener("change", now(date));
    this.types.element.addEventListener("change", () => save({ types: this.types.get() }));
    // A card that goes while a pause runs, or from under a field, still saves what was typed.
    this.flush = () => {
      clearTimeout(timer);
      const typed = {
        ...(this.normalised.value.trim() !== (this.claim.normalised || "").trim() ? normalised() : {}),
        ...(unsent(this.claimant) ? claimant() : {}),
        ...(unsent(this.date) ? date() : {}),
        ...this.details.typed(),
      };
      if (Object.keys(typed).length) save(typed);
    };
  }

  /** What is typed in the forms and not sent, or null. */
  draft() {
    if (!this.#sections) return null;
    const typed = {
      question: this.questions.draft(), evidence: this.evidence.draft(), verdict: this.verdict.draft(),
      discussion: this.discussion.draft(),
    };
    return Object.values(typed).some(Boolean) ? typed : null;
  }

  restore(typed) {
    if (typed.question) this.questions.restore(typed.question);
    if (typed.evidence) this.evidence.restore(typed.evidence);
    if (typed.verdict) this.verdict.restore(typed.verdict);
    if (typed.discussion) this.discussion.restore(typed.discussion);
  }

  startFromWording() {
    if (!this.normalised.value.trim()) this.#startFromWording();
    else this.normalised.focus();
  }

  /** Go to a field, for its key. */
  focus(name) {
    if (["place", "tags", "flag"].includes(name)) this.details.focus(name);
    else ({ claimant: this.claimant, claimDate: this.date, type: this.types.element.querySelector("input") || this.types.element })[name].focus();
  }

  #startFromWording() {
    this.normalised.value = this.claim.spans.map((s) => this.quote(s.start, s.end)).join(" … ").slice(0, 500);
    this.normalised.focus();
    this.normalised.dispatchEvent(new Event("change"));
  }

  /** Show the claim as it is now, leaving alone what the reviewer is typing in. */
  update() {
    const { claim } = this;
    showValue(this.normalised, claim.normalised || "");
    showValue(this.claimant, claim.claimant || "");
    showValue(this.date, claim.claim_date || "");
    this.types.set(claim.types);
    this.details.update();
    this.#offerDays();
    this.#showChanges();
    this.#showFragments();
    // Hidden in place: nothing may move under a pointer because something was saved.
    this.start.classList.toggle("invisible", Boolean(this.normalised.value));
    const refused = this.outbox.state(claim.uid);
    for (const [name, box] of Object.entries(this.boxes)) {
      box.fail(refused?.state === "refused" ? refused.fields?.[name] : "");
    }
    this.count();
    if (this.#sections) this.#updateLater();
  }

  #updateLater() {
    for (const section of Object.values(this.#sections)) section.update();
    this.#offerPublishing();
  }

  /** Admins go from a claim that was judged to its fact-check. */
  #offerPublishing() {
    const { claim, model } = this;
    this.publish.hidden = !(model.me.role === "admin" && claim.id && claim.verdicts.length);
    if (!this.publish.hidden) this.publish.href = factCheckUrl(claim.id);
  }

  /** The fragments of a claim that has several, each to be taken out. */
  #showFragments() {
    const { spans } = this.claim;
    this.fragments.hidden = spans.length < 2;
    const signature = spans.map(({ start, end }) => `${start}–${end}`).join();
    if (spans.length < 2 || signature === this.shownFragments) return;
    this.shownFragments = signature;
    this.fragments.replaceChildren(...spans.map((span, i) => {
      const words = this.quote(span.start, span.end);
      return h("li", {}, h("span", { dir: "auto" }, words), " ", h("button.link", {
        type: "button", "aria-label": interpolate(gettext("Take out “%s”"), [words]),
        onclick: () => this.actions.removeFragment(i),
      }, gettext("Take out")));
    }));
  }
}
