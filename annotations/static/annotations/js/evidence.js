// The evidence of a claim: a list of pieces, and the form that adds or changes one.

import { apiUrl } from "./api.js";
import { day, moment } from "./dates.js";
import { h } from "./dom.js";
import { EvidenceForm } from "./evidence_form.js";
import { follow, isUnderWay } from "./fetching.js";
import { ariaKeys, kbd } from "./keymap.js";
import { pick } from "./operations/claims.js";

const COPY = ["id", "state", "error", "fetched_at", "media_type", "size", "sha256"];

export class EvidenceSection {
  constructor(card) {
    this.card = card;
    this.list = h("ul.evidence");
    this.add = h("button", {
      type: "button", onclick: () => this.open(), "aria-keyshortcuts": ariaKeys("evidence"),
    }, gettext("Add evidence"), " ", kbd("evidence"));
    this.form = null;
    this.watched = new Set();
    this.element = h("section.part", { "aria-label": gettext("Evidence") },
      h("h3", {}, gettext("Evidence")), this.list, this.add);
  }

  update() {
    const { claim, model } = this.card;
    // Only what changed is made anew: the focus and a click under way stay where they are.
    const signature = JSON.stringify([claim.evidence, claim.claim_date]);
    if (signature === this.drawn) return;
    this.drawn = signature;
    const focused = this.list.contains(document.activeElement);
    const stance = (key) => model.corpus.stances.find((s) => s.key === key)?.label || key;
    this.list.replaceChildren(...claim.evidence.map((piece) => h("li", {},
      h(`span.stance.${piece.stance.toLowerCase()}`, {}, stance(piece.stance)), " ",
      this.#source(piece),
      piece.id === null ? null : h("span.row-actions", {},
        h("button.link", { type: "button", onclick: () => this.open(piece) }, gettext("Edit")),
        h("button.link", { type: "button", onclick: () => this.card.actions.withdrawEvidence(claim, piece) }, gettext("Remove"))),
      piece.quote ? h("q", { dir: "auto" }, piece.quote) : null,
      this.#facts(piece),
      piece.note ? h("p.note", { dir: "auto" }, piece.note) : null,
    )));
    if (!claim.evidence.length) {
      this.list.append(h("li.muted", {}, model.corpus.requires_evidence
        ? gettext("None yet. A verdict needs at least one piece, or an answer with a source.") : gettext("None yet.")));
    }
    claim.evidence.forEach((piece) => this.#watch(piece));
    if (focused) (this.form?.controls.url || this.add).focus();
  }

  #source(piece) {
    const name = piece.title || piece.citation || piece.url;
    // Only addresses of the web become links; the server refuses others too.
    if (/^https?:\/\//i.test(piece.url)) {
      return h("a", { href: piece.url, target: "_blank", rel: "noreferrer noopener", dir: "auto" }, name);
    }
    return h("span", { dir: "auto" }, name);
  }

  /** One quiet line: whose it is and of when, its set, what has to be known about it, its copy. */
  #facts(piece) {
    const { claim } = this.card;
    const postClaim = piece.published && claim.claim_date && piece.published > claim.claim_date;
    const facts = [
      piece.publisher ? h("span", { dir: "auto" }, piece.publisher) : null,
      piece.published ? h("span", {}, day(piece.published)) : null,
      piece.set_number ? h("span", {}, interpolate(gettext("set %s"), [piece.set_number])) : null,
      postClaim ? h("span.mark", {}, h("strong", {}, gettext("post-claim")), " ",
        interpolate(gettext("published after the claim of %s"), [day(claim.claim_date)])) : null,
      piece.protected ? h("span.mark", {}, h("span", { "aria-hidden": "true" }, "🔒 "),
        h("strong", {}, gettext("protected source")), " ", h("span", { dir: "auto" }, piece.protection_reason)) : null,
      this.#copy(piece.saved_copy),
    ].filter(Boolean);
    return facts.length ? h("p.facts", {}, facts) : null;
  }

  #copy(copy) {
    if (!copy) return null;
    if (isUnderWay(copy.state)) return h("span", {}, gettext("a copy is being saved …"));
    if (copy.state !== "done") {
      return h("span", {}, copy.error ? interpolate(gettext("no saved copy: %s"), [copy.error]) : gettext("no saved copy"));
    }
    return h("span", {},
      h("a", { href: apiUrl(`snapshots/${copy.id}/file/`), download: "" },
        interpolate(gettext("saved copy of %s"), [moment(copy.fetched_at)])),
      " ", h("span", { title: copy.sha256 }, `SHA-256 ${copy.sha256.slice(0, 8)}…`));
  }

  /** A piece may be saved before its copy is. */
  #watch({ uid, saved_copy: copy }) {
    if (!copy || !isUnderWay(copy.state) || this.watched.has(copy.id)) return;
    this.watched.add(copy.id);
    follow(copy, (found) => {
      const piece = this.card.claim.evidence.find((other) => other.uid === uid);
      if (piece?.saved_copy?.id !== copy.id) return;
      piece.saved_copy = pick(found, COPY);
      if (!isUnderWay(found.state)) this.update();
    }, () => !this.element.isConnected)
      .catch((problem) => { if (problem.status === undefined) throw problem; })
      .finally(() => this.watched.delete(copy.id));
  }

  /** Open the form, empty or with a piece to change. What was typed stays until it is saved. */
  open(piece = null, typed = {}, focus = true) {
    if (this.form && !piece && !Object.keys(typed).length) {
      this.form.controls.url.focus();
      return;
    }
    this.form?.fetch.leave();
    this.form?.element.remove();
    this.form = new EvidenceForm(this.card, piece, typed, {
      saved: (fields) => {
        this.#shut();
        this.card.actions.saveEvidence(this.card.claim, piece, fields);
      },
      closed: () => this.close(),
    });
    this.add.hidden = true;
    this.element.append(this.form.element);
    if (focus) this.form.controls.url.focus();
  }

  /** What is typed in an open form, or null. */
  draft() {
    if (!this.form?.changed) return null;
    return { uid: this.form.piece?.uid || null, fields: this.form.typed };
  }

  close() {
    this.form?.fetch.stop();
    this.#shut();
  }

  #shut() {
    this.form?.element.remove();
    this.form = null;
    this.add.hidden = false;
    this.add.focus();
  }

  /** Put the server's reasons beside the fields they are about. */
  fail(fields) {
    this.form?.fail(fields);
  }
}
