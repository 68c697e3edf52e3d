// What a reviewer can do: each changes the model at once, queues the save, and says what happens
// when the server refuses. Nothing here waits for the server.

import { api, refresh } from "./api.js";
import { conflict } from "./conflict.js";
import { announce, toast } from "./dom.js";

const CLAIM_FIELDS = ["spans", "normalised", "types", "claimant", "claim_date"];
const EVIDENCE_FIELDS = ["url", "citation", "title", "published", "quote", "stance"];

export class Actions {
  /** `page` is told to redraw; `model` and `saves` are its own. */
  constructor(page, model, saves) {
    Object.assign(this, { page, model, saves });
  }

  /** The parts of a claim that the server hasn't taken yet, as they are here. */
  unsent(claim) {
    const parts = this.saves.pending(claim.uid);
    const evidence = claim.evidence.some((piece) => this.saves.waitsFor(`evidence ${piece.uid}`));
    if (evidence || this.saves.waitsFor(`evidence gone ${claim.uid}`)) parts.evidence = claim.evidence;
    if (this.saves.waitsFor(`verdict ${claim.uid}`)) parts.verdicts = claim.verdicts;
    return parts;
  }

  /** Is a decision on the suggestion on its way? */
  decisionWaits(id) {
    return this.saves.waitsFor(`s${id}`)
      || this.model.claims.some((claim) => claim.suggestion === id && claim.id === null);
  }

  accept(suggestion) {
    const types = this.model.corpus.types.some((t) => t.key === suggestion.kind) ? [suggestion.kind] : [];
    const quote = this.page.quote(suggestion.start, suggestion.end);
    const claim = this.model.draft([{ start: suggestion.start, end: suggestion.end, quote }], {
      suggestion: suggestion.id, claimant: suggestion.claimant_name || null, types,
    });
    suggestion.outcome = "accepted";
    this.model.changed();
    this.saves.add({
      item: claim.uid,
      send: () => api("POST", `suggestions/${suggestion.id}/accept/`, { uid: claim.uid }),
      done: (answer) => this.#answered(claim, answer),
      refused: (problem) => this.#startOver(problem, claim),
    });
    announce(gettext("Accepted"));
    return claim;
  }

  reject(suggestion) {
    suggestion.outcome = "rejected";
    this.model.changed();
    this.saves.add({
      item: `s${suggestion.id}`,
      send: () => api("POST", `suggestions/${suggestion.id}/reject/`, {}),
      refused: (problem) => this.#startOver(problem),
    });
    announce(gettext("Rejected"));
  }

  reopen(suggestion) {
    suggestion.outcome = null;
    this.model.changed();
    this.saves.add({
      item: `s${suggestion.id}`,
      send: () => api("POST", `suggestions/${suggestion.id}/reopen/`, {}),
      refused: (problem) => this.#startOver(problem),
    });
  }

  create(spans) {
    const claim = this.model.draft(spans);
    this.saves.add({
      item: claim.uid,
      send: () => api("POST", "claims/", {
        article: this.model.article.id, uid: claim.uid,
        spans: spans.map(({ start, end, quote }) => ({ start, end, quote })),
      }),
      done: (answer) => this.#answered(claim, answer),
      refused: (problem) => this.#startOver(problem, claim),
    });
    announce(gettext("New claim"));
    return claim;
  }

  /** Change fields of a claim. Edits of one claim that wait go out as one. */
  patch(claim, fields) {
    const changed = Object.fromEntries(
      Object.entries(fields).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(claim[name])),
    );
    const waiting = this.saves.pending(claim.uid);
    const refusedBefore = this.saves.state(claim.uid)?.state === "refused";
    if (!Object.keys(changed).length && !refusedBefore) return;
    const base = Object.fromEntries(CLAIM_FIELDS.map((name) => [name, claim[name]]));
    Object.assign(claim, changed);
    this.model.changed();
    const change = {
      item: claim.uid,
      merge: "patch",
      fields: refusedBefore ? { ...fields } : changed,
      send: () => api("PATCH", `claims/${claim.id}/`, { revision: claim.revision, ...change.fields }),
      done: (answer) => this.#answered(claim, answer),
      refused: (problem) => this.#patchRefused(claim, change.fields, base, problem),
    };
    if (!Object.keys(change.fields).length && !Object.keys(waiting).length) return;
    this.saves.add(change);
    this.page.redraw();
  }

  async #patchRefused(claim, fields, base, problem) {
    if (problem.code !== "stale_revision" || !problem.current) {
      this.page.redraw();
      toast(problem.message, "error");
      return;
    }
    const theirs = problem.current;
    const mine = Object.fromEntries(Object.keys(fields).map((name) => [name, fields[name]]));
    this.model.merge(claim, theirs, mine);
    const chosen = await conflict({ mine, theirs, base, fields: Object.keys(mine), model: this.model });
    // Evidence and verdicts may have been saved while the dialog was open: those are left alone.
    this.model.merge(claim, pick(theirs, [...CLAIM_FIELDS, "revision"]));
    this.saves.mark(claim.uid, { state: "saved" });
    if (Object.keys(chosen).length) this.patch(claim, chosen);
    this.page.redraw();
  }

  withdraw(claim) {
    const suggestion = claim.suggestion ? this.model.suggestion(claim.suggestion) : null;
    this.model.drop(claim);
    if (suggestion) suggestion.outcome = null;
    this.model.changed();
    this.saves.add({
      item: claim.uid,
      send: () => api("POST", `claims/${claim.id}/withdraw/`, { revision: claim.revision }),
      refused: (problem) => this.#startOver(problem),
    });
    announce(gettext("Withdrawn"));
  }

  saveEvidence(claim, piece, fields) {
    // An answer that came meanwhile may have put another object in the piece's place.
    const here = piece && claim.evidence.find((other) => other.uid === piece.uid);
    const shown = here || piece || {
      id: null, uid: this.model.newUid(), added_by: this.model.me, revision: 0,
    };
    const before = { ...shown };
    Object.assign(shown, fields);
    if (!piece) claim.evidence.push(shown);
    const item = `evidence ${shown.uid}`;
    this.page.alias(item, claim.uid);
    const send = () => (shown.id === null
      ? api("POST", "evidence/", { claim: claim.id, uid: shown.uid, ...fields })
      : api("PATCH", `evidence/${shown.id}/`, { revision: shown.revision, ...fields }));
    this.saves.add({
      item,
      send,
      done: (answer) => {
        Object.assign(shown, answer);
        this.page.redraw();
      },
      refused: async (problem) => {
        if (problem.code === "stale_revision" && problem.current) {
          const chosen = await conflict({ mine: fields, theirs: problem.current, base: before, fields: EVIDENCE_FIELDS, model: this.model });
          Object.assign(shown, problem.current);
          this.saves.mark(item, { state: "saved" });
          if (Object.keys(chosen).length) this.saveEvidence(claim, shown, { ...fields, ...pick(problem.current, EVIDENCE_FIELDS), ...chosen });
          return;
        }
        if (!piece) claim.evidence = claim.evidence.filter((e) => e !== shown);
        else Object.assign(shown, before);
        this.page.redraw();
        // What was typed comes back into the form, with the reasons beside the fields.
        const card = this.page.card(claim.uid);
        card?.evidence.open(piece, fields);
        card?.evidence.fail(problem.fields);
        if (!Object.keys(problem.fields).length) toast(problem.message, "error");
        this.saves.mark(item, null);
      },
    });
    this.page.redraw();
  }

  withdrawEvidence(claim, piece) {
    claim.evidence = claim.evidence.filter((other) => other !== piece);
    const item = `evidence gone ${claim.uid}`;
    this.page.alias(item, claim.uid);
    this.saves.add({
      item,
      send: () => api("POST", `evidence/${piece.id}/withdraw/`, { revision: piece.revision }),
      refused: (problem) => this.#startOver(problem),
    });
    this.page.redraw();
  }

  giveVerdict(claim, typed) {
    const rating = this.model.corpus.ratings.find((r) => r.id === typed.rating);
    const uid = this.model.newUid();
    const kind = typed.adjudication ? "adjudication" : "review";
    const before = claim.verdicts;
    claim.verdicts = [
      ...before.filter((v) => v.reviewer.id !== this.model.me.id || v.kind !== kind),
      { id: null, uid, kind, rating, rationale: typed.rationale, reviewer: this.model.me },
    ];
    const item = `verdict ${claim.uid}`;
    this.page.alias(item, claim.uid);
    this.saves.add({
      item,
      send: () => api("POST", "verdicts/", {
        claim: claim.id, uid, rating: typed.rating, rationale: typed.rationale,
        claim_revision: claim.revision, adjudication: typed.adjudication,
      }),
      done: () => this.#reload(claim),
      refused: (problem) => {
        claim.verdicts = before;
        if (problem.code === "stale_revision" && problem.current) this.model.merge(claim, problem.current);
        this.page.redraw();
        const card = this.page.card(claim.uid);
        card?.verdict.restore(typed);
        card?.verdict.fail(problem.fields, problem.message);
        this.saves.mark(item, null);
        toast(problem.message, "error");
      },
    });
    this.page.redraw();
    announce(`${gettext("Verdict")}: ${rating.label}`);
  }

  retract(claim, verdict) {
    claim.verdicts = claim.verdicts.filter((other) => other !== verdict);
    const item = `verdict ${claim.uid}`;
    this.page.alias(item, claim.uid);
    this.saves.add({
      item,
      send: () => api("POST", `verdicts/${verdict.id}/retract/`, {}),
      done: () => this.#reload(claim),
      refused: (problem) => this.#startOver(problem),
    });
    this.page.redraw();
  }

  /** Undo one's last action. Waits for what is under way, so that the order is the reviewer's. */
  async undo() {
    this.page.flush();
    if (!(await this.saves.settled())) {
      toast(gettext("There are changes that couldn't be saved yet; undo works when they are."), "error");
      return;
    }
    this.saves.add({
      item: "undo",
      send: () => api("POST", `articles/${this.model.article.id}/undo/`, {}),
      done: async (answer) => {
        await this.refresh();
        this.page.undone(answer);
      },
      refused: (problem) => {
        this.saves.mark("undo", null);
        toast(problem.message);
        announce(problem.message);
      },
    });
  }

  submit(then) {
    this.page.flush();
    this.saves.add({
      item: "article",
      send: () => api("POST", `articles/${this.model.article.id}/submit/`, {}),
      done: then,
      refused: (problem) => { this.saves.mark("article", null); toast(problem.message, "error"); },
    });
  }

  /** Take the server's state anew. */
  async refresh() {
    const data = await refresh();
    this.model.take(data);
    this.page.redraw(true);
  }

  #answered(claim, answer) {
    this.model.merge(claim, answer);
    this.page.redraw();
  }

  async #reload(claim) {
    if (this.saves.waiting) return;
    const answer = await api("GET", `claims/${claim.id}/`);
    this.#answered(claim, answer);
  }

  /** Somebody was faster, or a rule forbids it: say so and show what is there. */
  async #startOver(problem, draft = null) {
    toast(problem.message, "error");
    announce(problem.message);
    if (draft) {
      this.model.drop(draft);
      // What was done to a claim that never came to be has nowhere to go.
      const gone = new Set([draft.uid, ...this.page.aliasesOf(draft.uid)]);
      this.saves.forget((item) => gone.has(item));
    }
    this.saves.mark(draft?.uid || "article", null);
    try {
      await this.refresh();
    } catch { /* the server is away: the next change will say so */ }
  }
}

const pick = (object, names) => Object.fromEntries(names.map((name) => [name, object[name]]));
