// The verdict: a rating of the corpus's scale and why. Nothing is filled in beforehand.

import { announce, field, h, setWords } from "./dom.js";
import { kbd, shownKey } from "./keymap.js";
import { termName } from "./vocabulary.js";
import { preview, rendered } from "./markdown.js";
import { joinedVerdicts } from "./typed.js";

const RANK = { admin: 3, adjudicator: 2, reviewer: 1 };

export class VerdictSection {
  constructor(card) {
    this.card = card;
    const { ratings } = card.model.corpus;
    this.given = h("ul.verdicts");
    this.radios = ratings.map((rating) => h("input", { type: "radio", name: `rating-${card.claim.uid}`, value: rating.id }));
    this.rationale = h("textarea", { rows: 3, name: "rationale", dir: "auto" });
    this.box = field(gettext("Rationale"), this.rationale);
    this.box.append(preview(this.rationale));
    this.#more(card.model.corpus, card.claim.uid);
    this.error = h("p.field-error", { role: "alert", hidden: true });
    this.adjudication = h("input", { type: "checkbox", name: "adjudication" });
    this.adjudicate = h("label.check", {}, this.adjudication, ` ${gettext("This settles the claim (adjudication)")}`);
    this.form = h("form.inset", { novalidate: true, "aria-label": gettext("Your verdict"), onsubmit: (event) => this.#submit(event) },
      h("fieldset.ratings", {}, h("legend", {}, gettext("Your verdict")),
        ratings.map((rating, i) => h("label", {}, this.radios[i], h("span", {}, rating.label), kbd("rate", i)))),
      this.box, this.sure, this.ways, this.adjudicate, this.error,
      h("div.buttons", {}, h("button.primary", { type: "submit" }, gettext("Give the verdict"), " ", h("kbd", {}, shownKey("Ctrl+Enter")))));
    this.change = h("button", { type: "button", onclick: () => this.#open() }, gettext("Change your verdict"));
    this.element = h("section.part", { "aria-label": gettext("Verdict") },
      h("h3", {}, gettext("Verdict")), this.given, this.change, this.form);
    this.opened = false;
  }

  /** How sure, and how it was come to: both may be left out, and begin empty. */
  #more({ confidences, strategies }, uid) {
    this.confidences = confidences.map(({ key }) => h("input", { type: "radio", name: `confidence-${uid}`, value: key }));
    this.unsure = h("button.link", { type: "button", hidden: true, onclick: () => this.#setConfidence(null, true) }, gettext("Clear"));
    this.sure = h("fieldset.choice", { onchange: () => { this.unsure.hidden = false; } },
      h("legend", {}, gettext("Confidence")),
      confidences.map(({ label }, i) => h("label", {}, this.confidences[i], ` ${label}`)), this.unsure);
    this.strategies = strategies.map((key) => h("input", { type: "checkbox", name: "strategies", value: key }));
    this.count = h("span.muted");
    this.ways = h("details.strategies", { onchange: () => this.#counted() },
      h("summary", {}, gettext("Strategies"), " ", this.count),
      h("div.strategy-boxes", {}, strategies.map((key, i) => h("label", {}, this.strategies[i], ` ${termName(key)}`))));
  }

  #setConfidence(key, focus = false) {
    for (const radio of this.confidences) radio.checked = radio.value === key;
    this.unsure.hidden = !key;
    if (focus) this.confidences[0].focus();
  }

  #setStrategies(keys) {
    for (const box of this.strategies) box.checked = keys.includes(box.value);
    this.#counted();
  }

  #counted() {
    const count = this.strategies.filter((box) => box.checked).length;
    this.count.textContent = count ? interpolate(ngettext("%s chosen", "%s chosen", count), [count]) : "";
  }

  #chosen() {
    return {
      confidence: this.confidences.find((radio) => radio.checked)?.value || null,
      strategies: this.strategies.filter((box) => box.checked).map((box) => box.value),
    };
  }

  /** What stands beside a verdict: how sure, how, and by which guidelines. */
  #about({ confidence, strategies = [], guideline_version: version }) {
    const label = this.card.model.corpus.confidences.find(({ key }) => key === confidence)?.label;
    return [
      label ? `${gettext("Confidence")}: ${label}` : "",
      strategies.map(termName).join(", "),
      version ? interpolate(gettext("Guidelines, version %s"), [version]) : "",
    ].filter(Boolean).join(" · ");
  }

  #open() {
    this.opened = true;
    this.update();
    this.radios[0].focus();
  }

  update() {
    const { claim, model, actions } = this.card;
    const mine = (verdict) => verdict.reviewer.id === model.me.id;
    const signature = JSON.stringify(claim.verdicts);
    const focused = signature !== this.drawn && this.given.contains(document.activeElement);
    if (signature !== this.drawn) this.given.replaceChildren(...claim.verdicts.map((verdict) => h("li", {},
      h("strong", {}, verdict.rating.label), " ",
      h("span.muted", {}, verdict.kind === "adjudication" ? `${gettext("adjudicated by")} ` : "", h("bdi", {}, verdict.reviewer.name)),
      // Rendered by the server; what it hasn't taken yet is shown as typed.
      verdict.rationale_html === undefined
        ? h("p", { dir: "auto" }, verdict.rationale) : h("div.markdown", {}, rendered(verdict.rationale_html)),
      this.#about(verdict) ? h("p.muted.about", {}, this.#about(verdict)) : null,
      mine(verdict) && verdict.id !== null
        ? h("button.link", { type: "button", onclick: () => actions.retract(claim, verdict) }, gettext("Take back")) : null,
    )));
    this.drawn = signature;
    const given = claim.verdicts.some(mine);
    this.form.hidden = given && !this.opened;
    this.change.hidden = !this.form.hidden;
    const reviewed = claim.verdicts.some((verdict) => verdict.kind === "review");
    const own = claim.verdicts.some((verdict) => verdict.kind === "review" && mine(verdict));
    this.adjudicate.hidden = !(RANK[model.me.role] >= RANK.adjudicator && reviewed && !own);
    if (this.adjudicate.hidden) this.adjudication.checked = false;
    const problem = this.card.outbox.state(`verdict ${claim.uid}`);
    if (problem?.state === "refused") this.fail(problem.fields || {}, problem.message);
    if (focused) (this.change.hidden ? this.radios[0] : this.change).focus();
  }

  /** Choose the rating with this number, counted from 1, and go on to the rationale. */
  choose(number) {
    const radio = this.radios[number - 1];
    if (!radio) return false;
    this.opened = true;
    this.update();
    radio.checked = true;
    this.rationale.focus();
    announce(this.card.model.corpus.ratings[number - 1].label);
    return true;
  }

  /** Go to the rationale, for its key. */
  write() {
    this.opened = true;
    this.update();
    this.rationale.focus();
  }

  fail(fields, message = "") {
    this.box.fail(fields.rationale);
    const other = fields.rating || fields.evidence || fields.confidence || fields.strategies || (fields.rationale ? "" : message);
    this.error.hidden = !other;
    this.error.textContent = other || "";
  }

  /** What is typed and not given yet, or null. */
  draft() {
    const rationale = this.rationale.value.trim();
    const chosen = this.radios.find((radio) => radio.checked);
    const more = this.#chosen();
    if (!rationale && !chosen && !more.confidence && !more.strategies.length) return null;
    return { rating: Number(chosen?.value), rationale, adjudication: this.adjudication.checked, ...more };
  }

  /** Show what was typed before; what was begun since stays. */
  restore(before) {
    const begun = this.draft();
    const typed = begun ? joinedVerdicts(begun, before) : before;
    this.opened = true;
    this.update();
    for (const radio of this.radios) radio.checked = Number(radio.value) === typed.rating;
    setWords(this.rationale, typed.rationale);
    this.#setConfidence(typed.confidence || null);
    this.#setStrategies(typed.strategies || []);
    this.adjudication.checked = Boolean(typed.adjudication) && !this.adjudicate.hidden;
  }

  #submit(event) {
    event.preventDefault();
    const { claim, model } = this.card;
    const chosen = this.radios.find((radio) => radio.checked);
    const rationale = this.rationale.value.trim();
    const wrong = {};
    if (!chosen) wrong.rating = gettext("Choose a rating.");
    if (!rationale) wrong.rationale = gettext("Say why, in a sentence or two.");
    const sourced = claim.questions.some(({ answers }) => answers.some((answer) => answer.source_url));
    if (model.corpus.requires_evidence && !claim.evidence.length && !sourced) {
      wrong.evidence = gettext("Add at least one piece of evidence, or an answer with a source, first.");
    }
    this.fail(wrong);
    if (Object.keys(wrong).length) {
      if (wrong.rationale && chosen) this.rationale.focus();
      return;
    }
    const typed = {
      rating: Number(chosen.value), rationale, adjudication: this.adjudication.checked, ...this.#chosen(),
    };
    for (const radio of this.radios) radio.checked = false;
    this.rationale.value = "";
    // An open preview follows.
    this.rationale.dispatchEvent(new Event("input", { bubbles: true }));
    this.#setConfidence(null);
    this.#setStrategies([]);
    this.ways.open = false;
    this.opened = false;
    this.card.actions.giveVerdict(claim, typed);
    this.card.leave();
  }
}
