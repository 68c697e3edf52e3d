// The article on paper: after its text, the claims and what was found out about them.

import { day } from "./dates.js";
import { byId, h } from "./dom.js";
import { rendered } from "./markdown.js";

const source = (piece) => [piece.title || piece.citation, piece.publisher, piece.published && day(piece.published), piece.url]
  .filter(Boolean).join(" · ");

function evidence(piece, stances, claimDate) {
  const stance = h("strong", {}, stances.get(piece.stance) || piece.stance);
  // Paper leaves the house: of a protected source it says what exports say, that it exists.
  if (piece.protected) return h("li", {}, stance, " ", gettext("protected source"));
  return h("li", {}, stance, " ", h("span", { dir: "auto" }, source(piece)),
    piece.published && claimDate && piece.published > claimDate ? h("strong", {}, " · ", gettext("post-claim")) : null,
    piece.quote ? h("q", { dir: "auto" }, piece.quote) : null);
}

function question({ text, answers }) {
  return h("li", {}, h("span", { dir: "auto" }, text), answers.map((answer) => h("p.paper-answer", { dir: "auto" },
    answer.answer_type === "Unanswerable" ? gettext("can't be answered")
      : [answer.text, answer.boolean_explanation, answer.source_url].filter(Boolean).join(" · "))));
}

function verdict(given) {
  return h("div.paper-verdict", {},
    h("p", {}, h("strong", {}, given.rating.label), " ",
      given.kind === "adjudication" ? `${gettext("adjudicated by")} ` : "", h("bdi", {}, given.reviewer.name)),
    given.rationale_html === undefined
      ? h("p", { dir: "auto" }, given.rationale) : h("div.markdown", {}, rendered(given.rationale_html)));
}

function claim(made, stances, quote) {
  const wording = made.spans.map(({ start, end }) => quote(start, end)).join(" … ");
  const about = [made.claimant, made.claim_date && day(made.claim_date), made.place].filter(Boolean);
  return h("li", {},
    h("p.paper-claim", { dir: "auto" }, made.normalised || wording),
    made.normalised ? h("p.paper-wording", { dir: "auto" }, h("q", {}, wording)) : null,
    about.length ? h("p.muted", {}, about.flatMap((part, i) => [i ? " · " : "", h("bdi", {}, part)])) : null,
    made.verdicts.length ? made.verdicts.map(verdict) : h("p.muted", {}, gettext("No verdict yet.")),
    made.questions?.length ? [h("h3", {}, gettext("Questions")), h("ul", {}, made.questions.map(question))] : null,
    made.evidence.length
      ? [h("h3", {}, gettext("Evidence")), h("ul", {}, made.evidence.map((e) => evidence(e, stances, made.claim_date)))] : null);
}

/** Write what is printed after the text whenever the page is about to be printed, until `signal`. */
export function onPaper(model, quote, signal) {
  const draw = () => {
    const box = byId("paper");
    const claims = model.items.filter((item) => item.claim);
    const stances = new Map(model.corpus.stances.map(({ key, label }) => [key, label]));
    box.replaceChildren(h("h2", {}, gettext("Claims and verdicts")), claims.length
      ? h("ol", {}, claims.map((item) => claim(item.claim, stances, quote)))
      : h("p.muted", {}, gettext("No claim was made of this article yet.")));
  };
  addEventListener("beforeprint", draw, { signal });
  // Also where print is only looked at.
  matchMedia("print").addEventListener("change", ({ matches }) => matches && draw(), { signal });
}
