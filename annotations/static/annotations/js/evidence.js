// The evidence of a claim: a list of pieces, and the form that adds or changes one.

import { CopyWatch, savedCopy } from "./copies.js";
import { day } from "./dates.js";
import { h, unfinished } from "./dom.js";
import { EvidenceForm } from "./evidence_form.js";
import { ariaKeys, kbd } from "./keymap.js";
import { withLater } from "./typed.js";

export class EvidenceSection {
  constructor(card) {
    this.card = card;
    this.list = h("ul.evidence");
    this.add = h("button", {
      type: "button", onclick: () => this.open(), "aria-keyshortcuts": ariaKeys("evidence"),
    }, gettext("Add evidence"), " ", kbd("evidence"));
    this.form = null;
    // What was refused while another piece was begun: `{uid, fields, wrong}` each, to be opened after that.
    this.later = [];
    this.copies = new CopyWatch(this);
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
    for (const { uid, saved_copy: copy } of claim.evidence) {
      this.copies.watch(copy, () => this.card.claim.evidence.find((other) => other.uid === uid));
    }
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
      savedCopy(piece.saved_copy),
    ].filter(Boolean);
    return facts.length ? h("p.facts", {}, facts) : null;
  }

  /** Open the form, empty or with a piece to change. What was typed stays until it is saved. */
  open(piece = null, typed = {}, focus = true) {
    if (this.form && !Object.keys(typed).length) {
      const same = this.form.piece?.uid === piece?.uid;
      if (same || this.form.changed) {
        if (!same) unfinished();
        this.form.controls.url.focus();
        return;
      }
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

  /** What is typed in an open form, or null; with it, what waits behind it. */
  draft() {
    const { form } = this;
    return withLater(form?.changed ? { uid: form.piece?.uid || null, fields: form.typed } : null, this.later);
  }

  /** Open the form with values that were typed before, or keep them for when the one is shut that is half filled. */
  restore({ later = [], ...typed }) {
    if (this.form?.changed) this.later.push(typed);
    else this.open(this.#piece(typed.uid), typed.fields, false);
    this.later.push(...later);
  }

  #piece(uid) {
    return this.card.claim.evidence.find((other) => other.uid === uid) || null;
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
    const next = this.later.shift();
    if (!next) return;
    this.open(this.#piece(next.uid), next.fields);
    this.fail(next.wrong || {});
  }

  /** Put the server's reasons beside the fields they are about, or keep them with `typed`; false where it waits. */
  fail(reasons, typed = null) {
    const waiting = this.later.find(({ fields }) => fields === typed);
    if (waiting) waiting.wrong = reasons;
    else this.form?.fail(reasons);
    return !waiting;
  }
}
