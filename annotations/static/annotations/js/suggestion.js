// The card of a suggestion: its score and why, who says it, when, what it repeats, and the decision.

import { day, interval } from "./dates.js";
import { announce, h } from "./dom.js";
import { ariaKeys, kbd } from "./keymap.js";
import { KINDS, STRENGTHS } from "./list.js";
import { strength } from "./reader.js";

const SURE = 0.85;
const FAIRLY_SURE = 0.6;

function sureness(confidence) {
  if (confidence >= SURE) return gettext("quite sure");
  return confidence >= FAIRLY_SURE ? gettext("fairly sure") : gettext("not sure");
}

const MOST_REASONS = 5;

const more = (count) => interpolate(ngettext("%s more reason", "%s more reasons", count), [count]);
const quoted = (words) => interpolate(gettext("“%s”"), [words]);
const repeated = (count) => interpolate(ngettext("Repeated %s time", "Repeated %s times", count), [count]);

export class SuggestionCard {
  /** `point(spans, toThem)` shows places of the text, going there if asked; no spans show nothing. */
  constructor(item, { model, quote, actions, point, goTo }) {
    Object.assign(this, { suggestion: item.suggestion, model, quote, point, goTo });
    const button = (action, label, what = "button") => h(what, {
      type: "button", onclick: actions[action], "aria-keyshortcuts": ariaKeys(action),
    }, label, " ", kbd(action));
    this.element = h("div.card", {},
      this.#score(), this.#said(), this.#dates(), this.#repeats(),
      h("div.buttons", {},
        button("accept", gettext("Accept"), "button.primary"),
        button("reject", gettext("Reject")),
        button("skip", gettext("Skip"), "button.quiet")),
      ...this.#reasons(),
    );
    this.update();
  }

  /** A button that points at its words in the text while it is hovered or focused, and goes there. */
  #pointer(label, spans, { what = "button.reason" } = {}) {
    const show = () => this.point(spans);
    const hide = () => this.point([]);
    const go = () => {
      this.point(spans, true);
      announce(spans.map(([start, end]) => this.quote(start, end)).join(" … "));
    };
    return h(what, {
      type: "button", onmouseenter: show, onmouseleave: hide, onfocus: show, onblur: hide, onclick: go,
      title: gettext("Shows its words in the text"),
    }, label);
  }

  #score() {
    const { score, kind, kind_confidence: confidence } = this.suggestion;
    const percent = Math.round(score * 100);
    const name = (KINDS[kind] || KINDS.other)();
    const sure = confidence === null ? name
      : interpolate(gettext("%(kind)s, %(sure)s"), { kind: name, sure: sureness(confidence) }, true);
    return h("p.score", {},
      h("meter", { min: 0, max: 100, value: percent, "aria-label": gettext("Check-worthiness") }),
      h("span", {}, `${percent} % · ${STRENGTHS[strength(score)]()} · ${sure}`));
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
      return h("p.said", {}, `${gettext("Said by")} `, this.#pointer(h("bdi", {}, label), spans), doubt);
    }
    const words = mention ? this.quote(...mention) : name;
    if (!spans.length) return h("p.said", {}, `${gettext("Said by")} `, h("bdi", {}, name), doubt);
    if (words.toLowerCase() === name.toLowerCase()) {
      return h("p.said", {}, `${gettext("Said by")} `, this.#pointer(h("bdi", {}, name), spans), doubt);
    }
    return h("p.said", {}, `${gettext("Said by")} `, h("bdi", {}, name), " ",
      this.#pointer(h("bdi", {}, quoted(words)), spans), doubt);
  }

  #dates() {
    const { dates } = this.suggestion;
    if (!dates.length) return null;
    return h("ul.dates", { "aria-label": gettext("Dates") }, dates.map((found) => this.#date(found)));
  }

  #date(found) {
    const words = this.quote(found.start, found.end);
    const pointer = this.#pointer(h("bdi", {}, quoted(words)), [[found.start, found.end]]);
    if (!found.first) {
      // With a date to reckon from, the words themselves are too vague.
      const why = this.model.article.published ? gettext("not resolved")
        : gettext("not resolved: no date to reckon from");
      return h("li", {}, pointer, h("span.muted", {}, ` – ${why}`));
    }
    const meant = interval(found);
    // What the words say themselves needs no second line.
    if (meant === words) return h("li", {}, pointer);
    const why = this.#anchor(found.anchor);
    return h("li", {}, pointer,
      h("span", { "aria-hidden": "true" }, " → "), h("span.visually-hidden", {}, ` ${gettext("means")} `),
      found.first === found.last ? h("time", { datetime: found.first }, meant) : h("span", {}, meant),
      why ? h("span.muted.why", {}, why) : null);
  }

  #anchor(anchor) {
    const { published, dateline } = this.model.article;
    if (anchor === "published") {
      return published ? interpolate(gettext("reckoned from the article's date, %s"), [day(published)])
        : gettext("reckoned from the article's date");
    }
    if (anchor === "dateline") {
      return dateline ? interpolate(gettext("reckoned from the dateline, %s"), [dateline])
        : gettext("reckoned from the dateline");
    }
    return "";
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
      this.#pointer(repeated(repeats.length), repeats.map(({ start, end }) => [start, end]), { what: "button.link" }));
  }

  #reasons() {
    const reasons = this.suggestion.reasons
      .filter((reason) => reason.feature !== "bias")
      // What is left over is no single reason, however much it adds up to.
      .sort((a, b) => (a.feature === "other") - (b.feature === "other")
        || Math.abs(b.weight) - Math.abs(a.weight));
    if (!reasons.length) return [];
    const list = (some, name) => h("ul.reasons", { "aria-label": name }, some.map((reason) => {
      const label = `${reason.weight >= 0 ? "+" : "−"} ${reason.label}`;
      return h("li", {}, reason.spans.length
        ? this.#pointer(label, reason.spans) : h("span.reason", {}, label));
    }));
    // The smaller ones decide little, and would push the decision out of sight.
    const shown = reasons.length > MOST_REASONS + 1 ? MOST_REASONS : reasons.length;
    const rest = reasons.slice(shown);
    return [
      list(reasons.slice(0, shown), gettext("Reasons for the score")),
      rest.length ? h("details.more-reasons", {},
        h("summary", {}, more(rest.length)), list(rest, gettext("More reasons"))) : null,
    ];
  }

  /** Somebody, or an answer, may have decided the first mention meanwhile. */
  update() {
    if (!this.became) return;
    const { outcome } = this.model.suggestion(this.suggestion.first_mention) || {};
    const said = { accepted: gettext("accepted"), rejected: gettext("rejected") }[outcome];
    this.became.textContent = said ? ` – ${said}` : "";
  }
}
