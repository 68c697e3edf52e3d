// What a reviewer can do: each becomes an operation of the outbox, which shows it at once and sends
// it in its turn. Nothing here waits for the server.

import { api } from "./api.js";
import { announce, toast } from "./dom.js";
import { CLAIM_FIELDS, pick } from "./operations/claims.js";
import { standing } from "./operations/questions.js";
import { same } from "./outbox.js";

export class Actions {
  /** `page` is told to redraw; `model` and `outbox` are its own. */
  constructor(page, model, outbox) {
    Object.assign(this, { page, model, outbox });
  }

  accept(suggestion) {
    const types = this.model.corpus.types.some((t) => t.key === suggestion.kind) ? [suggestion.kind] : [];
    const { start, end } = suggestion;
    const claim = this.model.newUid();
    this.outbox.add({
      verb: "suggestion.accept", item: claim, claim, suggestion: suggestion.id,
      draft: {
        spans: [{ start, end, quote: this.page.quote(start, end) }],
        claimant: suggestion.claimant_name || null,
        types,
      },
    });
    announce(gettext("Accepted"));
    return this.model.claim(claim);
  }

  reject(suggestion) {
    this.outbox.add({ verb: "suggestion.reject", item: `s${suggestion.id}`, suggestion: suggestion.id });
    announce(gettext("Rejected"));
  }

  reopen(suggestion) {
    this.outbox.add({ verb: "suggestion.reopen", item: `s${suggestion.id}`, suggestion: suggestion.id });
  }

  /** A new claim of spans `{start, end, quote}`, and of other fields where given. */
  create(spans, fields = {}) {
    const claim = this.model.newUid();
    this.outbox.add({
      verb: "claim.create", item: claim, claim,
      draft: { spans: spans.map((span) => pick(span, ["start", "end", "quote"])), ...fields },
    });
    announce(gettext("New claim"));
    return this.model.claim(claim);
  }

  /** Change fields of a claim. Edits of one claim that wait go out as one. */
  patch(claim, fields) {
    // Gone meanwhile: there is nowhere to save it.
    if (!this.model.claim(claim.uid)) return;
    const changed = Object.fromEntries(
      Object.entries(fields).filter(([name, value]) => !same(value, claim[name])),
    );
    // What was refused stays on the page; saving it once more may work now.
    const refused = this.outbox.refusal(claim.uid);
    if (!Object.keys(changed).length && !refused) return;
    this.outbox.add({
      verb: "claim.update", item: claim.uid, claim: claim.uid, on: claim.uid,
      revision: claim.revision, base: refused?.base || pick(claim, CLAIM_FIELDS), fields: changed,
    });
    this.page.redraw();
  }

  /** Let a claim take in another one. */
  merge(claim, other) {
    this.outbox.add({
      verb: "claim.merge", item: claim.uid, claim: claim.uid, on: claim.uid, revision: claim.revision,
      other: other.uid, other_revision: other.revision,
    });
    this.page.redraw(true);
    announce(gettext("Merged"));
  }

  /** Leave `spans` to a claim and make a new one of `rest`, which is returned. */
  split(claim, spans, rest) {
    const split = this.model.newUid();
    const plain = (some) => some.map((span) => pick(span, ["start", "end", "quote"]));
    this.outbox.add({
      verb: "claim.split", item: claim.uid, claim: claim.uid, on: claim.uid, revision: claim.revision,
      split, spans: plain(spans), rest: plain(rest),
    });
    this.page.redraw();
    announce(gettext("Split in two"));
    return this.model.claim(split);
  }

  withdraw(claim) {
    this.outbox.add({
      verb: "claim.withdraw", item: claim.uid, claim: claim.uid, on: claim.uid, revision: claim.revision,
    });
    announce(gettext("Withdrawn"));
  }

  saveEvidence(claim, piece, fields) {
    // An answer that came meanwhile may have put another object in the piece's place.
    const known = piece && claim.evidence.find((other) => other.uid === piece.uid);
    const on = known?.uid || this.model.newUid();
    this.outbox.add({
      verb: "evidence.save", item: `evidence ${on}`, row: claim.uid, claim: claim.uid, on,
      fresh: !known || known.id === null, revision: known?.revision || 0,
      base: known ? pick(known, Object.keys(fields)) : {}, fields,
    });
    this.page.redraw();
  }

  withdrawEvidence(claim, piece) {
    this.outbox.add({
      verb: "evidence.withdraw", item: `evidence ${piece.uid}`, row: claim.uid, claim: claim.uid,
      on: piece.uid, revision: piece.revision,
    });
    this.page.redraw();
  }

  /** Ask a question, or reword one; the question's uid. */
  saveQuestion(claim, question, fields) {
    return this.#save("question", claim, claim.questions, question, fields, (on) => ({ question: on }));
  }

  /** Answer a question, or change an answer; the question's uid. One that is gone meanwhile is asked again. */
  saveAnswer(claim, { uid, text }, answer, fields) {
    const there = () => standing(claim, uid, text);
    if (!there()) this.saveQuestion(claim, null, { text });
    const question = there();
    this.#save("answer", claim, question.answers, answer, fields, () => ({ question: question.uid, asked: text }));
    return question.uid;
  }

  #save(what, claim, there, shown, fields, more) {
    const known = shown && there.find((other) => other.uid === shown.uid);
    const on = known?.uid || this.model.newUid();
    this.outbox.add({
      verb: `${what}.save`, item: `${what} ${on}`, row: claim.uid, claim: claim.uid, on, ...more(on),
      fresh: !known || known.id === null, revision: known?.revision || 0,
      base: known ? pick(known, Object.keys(fields)) : {}, fields,
    });
    this.page.redraw();
    return on;
  }

  withdrawQuestion(claim, question) {
    this.#withdrawPart("question", claim, question, {});
  }

  withdrawAnswer(claim, question, answer) {
    this.#withdrawPart("answer", claim, answer, { question: question.uid });
  }

  #withdrawPart(what, claim, { uid, revision }, more) {
    this.outbox.add({
      verb: `${what}.withdraw`, item: `${what} ${uid}`, row: claim.uid, claim: claim.uid, on: uid, revision, ...more,
    });
    this.page.redraw();
    announce(gettext("Removed"));
  }

  giveVerdict(claim, typed) {
    this.outbox.add({
      verb: "verdict.give", item: `verdict ${claim.uid}`, row: claim.uid, claim: claim.uid,
      on: claim.uid, revision: claim.revision, verdict: this.model.newUid(), typed,
    });
    this.page.redraw();
    const rating = this.model.corpus.ratings.find((r) => r.id === typed.rating);
    announce(`${gettext("Verdict")}: ${rating.label}`);
  }

  retract(claim, verdict) {
    this.outbox.add({
      verb: "verdict.retract", item: `verdict ${claim.uid}`, row: claim.uid, claim: claim.uid,
      verdict: verdict.uid,
    });
    this.page.redraw();
  }

  startThread(claim, text) {
    const thread = this.model.newUid();
    this.outbox.add({
      verb: "thread.start", item: `thread ${thread}`, row: claim.uid, claim: claim.uid, on: thread,
      thread, comment: this.model.newUid(), text,
    });
    this.page.redraw();
    announce(gettext("Comment added"));
  }

  addComment(claim, thread, text) {
    const on = this.model.newUid();
    this.outbox.add({
      verb: "comment.add", item: `comment ${on}`, row: claim.uid, claim: claim.uid, thread: thread.uid, on, text,
    });
    this.page.redraw();
    announce(gettext("Comment added"));
  }

  editComment(claim, thread, comment, text) {
    if (text === comment.text) return;
    this.outbox.add({
      verb: "comment.edit", item: `comment ${comment.uid}`, row: claim.uid, claim: claim.uid,
      thread: thread.uid, on: comment.uid, revision: comment.revision,
      base: pick(comment, ["text", "html"]), fields: { text },
    });
    this.page.redraw();
  }

  withdrawComment(claim, thread, comment) {
    this.outbox.add({
      verb: "comment.withdraw", item: `comment ${comment.uid}`, row: claim.uid, claim: claim.uid,
      thread: thread.uid, on: comment.uid, revision: comment.revision,
    });
    this.page.redraw();
    announce(gettext("Comment withdrawn"));
  }

  resolveThread(claim, thread) {
    this.#settle("thread.resolve", claim, thread);
    announce(gettext("Resolved"));
  }

  reopenThread(claim, thread) {
    this.#settle("thread.reopen", claim, thread);
    announce(gettext("Reopened"));
  }

  #settle(verb, claim, thread) {
    this.outbox.add({
      verb, item: `thread ${thread.uid}`, row: claim.uid, claim: claim.uid, thread: thread.uid,
      on: thread.uid, revision: thread.revision,
    });
    this.page.redraw();
  }

  /** Mark a discussion as read. No work of anybody's, so it needs no outbox: seen again, it is sent again. */
  async readThread(thread) {
    const { unread } = thread;
    const last = thread.comments.findLast((comment) => comment.id !== null);
    thread.unread = 0;
    this.model.changed();
    this.page.redraw();
    try {
      await api("POST", `threads/${thread.uid}/read/`, { comment: last.id });
    } catch {
      thread.unread = unread;
    }
  }

  undo() {
    return this.#takeBack("action.undo", gettext("There are changes that couldn't be saved yet; undo works when they are."));
  }

  redo() {
    return this.#takeBack("action.redo", gettext("There are changes that couldn't be saved yet; redo works when they are."));
  }

  /** One's last action: queued behind what is under way, so that the order is the reviewer's. */
  #takeBack(verb, notYet) {
    this.page.flush();
    if (this.outbox.stuck) {
      toast(notYet, "error");
      return;
    }
    this.outbox.add({ verb, item: verb, uid: this.model.newUid() });
  }

  /** Say that the article is done, once everything before that is saved. */
  submit() {
    this.page.flush();
    this.outbox.add({ verb: "article.submit", item: "article" });
  }
}
