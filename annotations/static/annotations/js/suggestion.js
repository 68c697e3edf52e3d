// The card of a suggestion: its score and why, who says it, when, what it repeats, and the decision.

import { h } from "./dom.js";
import { FAIRLY_SURE, Findings, quoted, sureness } from "./findings.js";
import { ariaKeys, kbd } from "./keymap.js";

const repeated = (count) => interpolate(ngettext("Repeated %s time", "Repeated %s times", count), [count]);

export class SuggestionCard {
  /** `point(spans, toThem)` shows places of the text, going there if asked; no spans show nothing. */
  constructor(item, { model, quote, actions, point, goTo }) {
    Object.assign(this, { suggestion: item.suggestion, model, quote, point, goTo });
    this.findings = new Findings(item.suggestion, { model, quote, point });
    const button = (action, label, what = "button") => h(what, {
      type: "button", onclick: actions[action], "aria-keyshortcuts": ariaKeys(action),
    }, label, " ", kbd(action));
    this.element = h("div.card", {},
      this.findings.score(), this.#said(), this.findings.dates(), this.#repeats(),
      h("div.buttons", {},
        button("accept", gettext("Accept"), "button.primary"),
        button("reject", gettext("Reject")),
        button("skip", gettext("Skip"), "button.quiet")),
      ...this.findings.reasons(),
    );
    this.update();
  }

  #said() {
    const { claimant_name: name, claimant_mention: mention, attribution } = this.suggestion;
    const spans = attribution
      ? [attribution.source || mention, attribution.cue, ...attribution.content].filter(Boolean)
      : [mention].filter(Boolean);
    const doubt = attribution && attribution.confidence < FAIRLY_SURE
      ? h("span.muted", {}, ` – ${sureness(attribution.confidence)}`) : null;
    if (!name && !attribution) return null;
    if (!name) {
      const label = attribution.source ? quoted(this.quote(...attribution.source)) : gettext("somebody who isn't named");
      return h("p.said", {}, `${gettext("Said by")} `, this.findings.pointer(h("bdi", {}, label), spans), doubt);
    }
    const words = mention ? this.quote(...mention) : name;
    if (!spans.length) return h("p.said", {}, `${gettext("Said by")} `, h("bdi", {}, name), doubt);
    if (words.toLowerCase() === name.toLowerCase()) {
      return h("p.said", {}, `${gettext("Said by")} `, this.findings.pointer(h("bdi", {}, name), spans), doubt);
    }
    return h("p.said", {}, `${gettext("Said by")} `, h("bdi", {}, name), " ",
      this.findings.pointer(h("bdi", {}, quoted(words)), spans), doubt);
  }

  #repeats() {
    const first = this.model.suggestion(this.suggestion.first_mention);
    const repeats = this.model.repeatsOf(this.suggestion);
    if (first) {
      const spans = [[first.start, first.end]];
      this.became = h("span.muted");
      const button = h("button.link", {
        type: "button", onclick: () => this.goTo(first),
        onmouseenter: () => this.point(spans), onmouseleave: () => this.point([]),
        onfocus: () => this.point(spans), onblur: () => this.point([]),
        title: gettext("Goes to the first mention"),
      }, gettext("Repeats an earlier claim"));
      return h("p.repeats", {}, h("span.repeat-sign", { "aria-hidden": "true" }, "↻ "), button, this.became);
    }
    if (!repeats.length) return null;
    return h("p.repeats", {}, h("span.repeat-sign", { "aria-hidden": "true" }, "↻ "),
      this.findings.pointer(repeated(repeats.length), repeats.map(({ start, end }) => [start, end]), { what: "button.link" }));
  }

  /** Somebody, or an answer, may have decided the first mention meanwhile. */
  update() {
    if (!this.became) return;
    const { outcome } = this.model.suggestion(this.suggestion.first_mention) || {};
    const said = { accepted: gettext("accepted"), rejected: gettext("rejected") }[outcome];
    this.became.textContent = said ? ` – ${said}` : "";
  }
}
