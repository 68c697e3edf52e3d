// The fields of an answer, which follow from how it was found.

import { field, h } from "./dom.js";
import { FetchLine } from "./fetch_line.js";
import { termName } from "./vocabulary.js";

const TYPES = {
  Extractive: () => [gettext("Extractive"), gettext("The source's own words.")],
  Abstractive: () => [gettext("Abstractive"), gettext("What the source says, in your words.")],
  Boolean: () => [gettext("Boolean"), gettext("Yes or no, and why.")],
  Unanswerable: () => [gettext("Unanswerable"), gettext("You looked and found no answer: there is nothing more to fill in.")],
};

export const typeName = (key) => TYPES[key]?.()[0] || key;

let groups = 0;

export class AnswerForm {
  /** `answer` is the one to be changed, or null; `typed` has what was written in the form before. */
  constructor(card, answer, typed) {
    const { corpus } = card.model;
    const known = { ...answer, ...typed };
    const value = (name) => known[name] ?? "";
    const bool = value("answer_type") === "Boolean";
    groups += 1;
    this.type = h("select", { name: "answer_type", required: true, onchange: () => this.#fit() },
      h("option", { value: "" }, "–"), corpus.answer_types.map((key) => h("option", { value: key }, typeName(key))));
    this.text = h("textarea", { rows: 2, name: "text", dir: "auto", value: bool ? "" : value("text") });
    this.yesNo = ["Yes", "No"].map((word) => h("input", {
      type: "radio", name: `yes-no-${groups}`, value: word, checked: bool && value("text") === word,
    }));
    this.explanation = h("textarea", { rows: 2, name: "boolean_explanation", dir: "auto", value: value("boolean_explanation") });
    this.url = h("input", { type: "url", name: "source_url", value: value("source_url"), placeholder: "https://", maxlength: 2000 });
    this.medium = h("select", { name: "source_medium" }, corpus.media.map((key) => h("option", { value: key }, termName(key))));
    this.medium.value = value("source_medium") || corpus.media[0];
    this.type.value = value("answer_type");
    this.words = field(gettext("Answer"), this.text);
    this.sides = this.#sides();
    this.boxes = {
      answer_type: field(gettext("Kind of answer"), this.type, " "),
      text: { fail: (message) => { this.words.fail(message); this.sides.fail(message); } },
      boolean_explanation: field(gettext("Why"), this.explanation),
      source_url: field(gettext("Source"), this.url),
      source_medium: field(gettext("Kind of source"), this.medium),
    };
    this.fetch = new FetchLine(card, this.url, {
      kept: [typed, answer || {}].map(({ source_url: url, snapshot }) => ({ url, snapshot })),
    });
    this.source = h("div.inset.source", {}, h("div.pair", {}, this.boxes.source_url, this.boxes.source_medium), this.fetch.element);
    this.parts = [this.boxes.answer_type, this.words, this.sides, this.boxes.boolean_explanation, this.source];
    this.save = gettext("Save the answer");
    this.#fit();
  }

  #sides() {
    const error = h("p.field-error", { hidden: true });
    const labels = [gettext("Yes"), gettext("No")];
    const box = h("fieldset.choice", {}, h("legend", {}, gettext("Answer")),
      this.yesNo.map((radio, i) => h("label", {}, radio, ` ${labels[i]}`)), error);
    box.fail = (message) => {
      error.hidden = !message;
      error.textContent = message || "";
      for (const radio of this.yesNo) {
        if (message) radio.setAttribute("aria-invalid", "true");
        else radio.removeAttribute("aria-invalid");
      }
    };
    return box;
  }

  /** Show what this kind of answer has. What was typed for another kind is kept, and not sent. */
  #fit() {
    const type = this.type.value;
    const worded = ["Extractive", "Abstractive"].includes(type);
    this.words.hidden = !worded;
    this.sides.hidden = type !== "Boolean";
    this.boxes.boolean_explanation.hidden = type !== "Boolean";
    this.source.hidden = !worded && type !== "Boolean";
    this.boxes.answer_type.querySelector(".help").textContent = type ? TYPES[type]()[1] : "";
  }

  focus() {
    this.type.focus();
  }

  typed() {
    const type = this.type.value;
    const worded = ["Extractive", "Abstractive"].includes(type);
    const bool = type === "Boolean";
    return {
      answer_type: type,
      text: worded ? this.text.value.trim() : (bool && this.yesNo.find((radio) => radio.checked)?.value) || "",
      boolean_explanation: bool ? this.explanation.value.trim() : "",
      source_url: worded || bool ? this.url.value.trim() : "",
      source_medium: this.medium.value,
      snapshot: (worded || bool) && this.url.value.trim() ? this.fetch.copy : null,
    };
  }

  fail(fields) {
    for (const [name, box] of Object.entries(this.boxes)) box.fail(fields[name]);
    this.fetch.fail(fields.snapshot);
  }

  /** The form is shut: `kept` where what was typed goes on to be saved. */
  closed(kept) {
    if (kept) this.fetch.leave();
    else this.fetch.stop();
  }

  wrong() {
    const typed = this.typed();
    const wrong = {};
    if (!typed.answer_type) return { answer_type: gettext("Say how the answer was found.") };
    if (typed.answer_type === "Unanswerable") return wrong;
    if (!typed.text) wrong.text = typed.answer_type === "Boolean" ? gettext("Choose yes or no.") : gettext("Write the answer.");
    if (typed.answer_type === "Boolean") {
      if (!typed.boolean_explanation) wrong.boolean_explanation = gettext("Say why it is so.");
    } else if (!typed.source_url) {
      wrong.source_url = gettext("Give the address where this is found.");
    }
    return wrong;
  }
}
