// What the detector said of a suggestion, as parts of a card: the score, its reasons, the dates. The
// card of a suggestion shows them, and that of the claim that a suggestion became.

import { day, interval } from "./dates.js";
import { announce, h } from "./dom.js";
import { KINDS, STRENGTHS } from "./list.js";
import { strength } from "./reader.js";

const SURE = 0.85;
export const FAIRLY_SURE = 0.6;
const MOST_REASONS = 5;

export function sureness(confidence) {
  if (confidence >= SURE) return gettext("quite sure");
  return confidence >= FAIRLY_SURE ? gettext("fairly sure") : gettext("not sure");
}

export const quoted = (words) => interpolate(gettext("“%s”"), [words]);
const more = (count) => interpolate(ngettext("%s more reason", "%s more reasons", count), [count]);

export class Findings {
  /** `point(spans, toThem)` shows places of the text, going there if asked; no spans show nothing. */
  constructor(suggestion, { model, quote, point }) {
    Object.assign(this, { suggestion, model, quote, point });
  }

  /** A button that points at its words in the text while it is hovered or focused, and goes there. */
  pointer(label, spans, { what = "button.reason" } = {}) {
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

  score() {
    const { score, kind, kind_confidence: confidence } = this.suggestion;
    const percent = Math.round(score * 100);
    const name = (KINDS[kind] || KINDS.other)();
    const sure = confidence === null ? name
      : interpolate(gettext("%(kind)s, %(sure)s"), { kind: name, sure: sureness(confidence) }, true);
    return h("p.score", {},
      h("meter", { min: 0, max: 100, value: percent, "aria-label": gettext("Check-worthiness") }),
      h("span", {}, h("bdi", { dir: "ltr" }, `${percent} %`), ` · ${STRENGTHS[strength(score)]()} · ${sure}`));
  }

  reasons() {
    const reasons = this.suggestion.reasons
      .filter((reason) => reason.feature !== "bias")
      // What is left over is no single reason, however much it adds up to.
      .sort((a, b) => (a.feature === "other") - (b.feature === "other")
        || Math.abs(b.weight) - Math.abs(a.weight));
    if (!reasons.length) return [];
    const list = (some, name) => h("ul.reasons", { "aria-label": name }, some.map((reason) => {
      const label = `${reason.weight >= 0 ? "+" : "−"} ${this.model.reason_names[reason.feature] || reason.label}`;
      return h("li", {}, reason.spans.length
        ? this.pointer(label, reason.spans) : h("span.reason", {}, label));
    }));
    // The smaller ones decide little, and would push the decision out of sight.
    const shown = reasons.length > MOST_REASONS + 1 ? MOST_REASONS : reasons.length;
    const rest = reasons.slice(shown);
    return [
      list(reasons.slice(0, shown), gettext("Reasons for the score")),
      rest.length ? h("details.more-reasons", {},
        h("summary", {}, more(rest.length)), list(rest, gettext("More reasons"))) : null,
    ].filter(Boolean);
  }

  dates() {
    const { dates } = this.suggestion;
    if (!dates.length) return null;
    return h("ul.dates", { "aria-label": gettext("Dates") }, dates.map((found) => this.#date(found)));
  }

  /** The days that the words name: `{value, label, why}` each, for the date of the claim. */
  days() {
    const named = this.suggestion.dates
      .filter((found) => found.first && found.first === found.last)
      .map((found) => ({
        value: found.first, label: quoted(this.quote(found.start, found.end)), why: this.#anchor(found.anchor),
        spans: [[found.start, found.end]],
      }));
    return named.filter((found, i) => named.findIndex((other) => other.value === found.value) === i);
  }

  #date(found) {
    const words = this.quote(found.start, found.end);
    const pointer = this.pointer(h("bdi", {}, quoted(words)), [[found.start, found.end]]);
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
      h("span.arrow", { "aria-hidden": "true" }, " → "), h("span.visually-hidden", {}, ` ${gettext("means")} `),
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
}
