// What the reviewer did, on its way to the server: operations as plain data, sent one at a time and
// in order, kept over a reload until the server has taken them. A server that is away is asked again
// with growing pauses; what it refuses is handed back, with what was typed still there.
//
// An operation has `verb` (which names its handler in operations/), `item` (what its state is shown
// for), `row` (the key of the row where that is), `article`, and what its handler needs, among it:
// `claim`, the uid of the claim it is about; `on` and `revision`, the uid of the object that it
// changes and the revision that it was made on; `fields`, the values it sets.
//
// A handler has `request(op)`, which gives [method, path, body]; and, as needed:
// `apply(model, op)`, which shows the operation on the page's model, as often as it is called;
// `joins`, where an operation that waits takes in the fields of a later one on the same item;
// `creates`, where the claim isn't there without it; `keeps`, where a refusal leaves the values shown;
// `reverses`, where it takes back what was done before it: nothing later may join what waits before it;
// `left(answer)`, where the answer isn't the changed object itself: its `uid` and `revision`, or null;
// `done(page, op, answer)` and `refused(page, op, problem)`.

import { api } from "./api.js";
import { afterPaint } from "./dom.js";

const PAUSES = [1000, 2000, 4000, 8000, 15000, 30000];

export class Outbox {
  #queue = [];
  #refused = new Map();
  #busy = false;
  #started = null;
  #timer = null;
  #tries = 0;
  #states = new Map();
  #waiters = [];
  /** How many operations the server has taken. */
  taken = 0;

  /** `page` has the model and is told what happens; another may take its place. */
  constructor(verbs, page) {
    Object.assign(this, { verbs, page });
    this.shelf = { keep: () => true };
    addEventListener("online", () => this.retry());
  }

  // --- What is waiting ------------------------------------------------------------------

  /** Show an operation on the page at once, and queue it. */
  add(op) {
    const { model } = this.page;
    const verb = this.verbs[op.verb];
    op.article ??= model.article.id;
    op.row ??= op.item;
    const refused = this.#refused.get(op.item);
    if (refused) {
      if (verb.joins && refused.verb === op.verb) op.fields = { ...refused.fields, ...op.fields };
      this.#refused.delete(op.item);
    }
    const waiting = this.#queue.findLast((other) => other.item === op.item || this.verbs[other.verb].reverses);
    if (verb.joins && waiting?.verb === op.verb && waiting !== this.#started) {
      Object.assign(waiting.fields, op.fields);
    } else {
      this.#queue.push(op);
    }
    verb.apply?.(model, op);
    model.changed();
    this.#keep();
    this.#set(op, { state: "saving" });
    // The key press is shown first; the list is on the shelf, should the page go away now.
    afterPaint(() => this.#pump());
  }

  /** What a page left behind when it was closed or reloaded. */
  adopt({ queue: found, refused: unwanted }) {
    // What an earlier release could do and this one can't must not hold up the rest.
    const known = (op) => op.verb in this.verbs;
    const queue = found.filter(known);
    const refused = unwanted.filter(known);
    const first = this.#started ? 1 : 0;
    // Somebody else was faster: asked once more, so that the page says so once more.
    const again = refused.filter((op) => op.stale);
    for (const op of again) delete op.stale;
    this.#queue.splice(first, 0, ...again, ...queue);
    for (const op of refused) {
      if (again.includes(op)) continue;
      this.#refused.set(op.item, op);
      this.#set(op, { state: "refused", message: op.message, fields: op.wrong });
    }
    this.#keep();
    this.reapply(this.page.model);
    this.page.redraw();
    for (const op of this.#queue) this.#set(op, { state: "saving" });
    this.#pump();
  }

  /** Show on a model what the server hasn't taken yet; of one claim, where its uid is given. */
  reapply(model, claim = null) {
    for (const op of [...this.#refused.values(), ...this.#queue]) {
      if (op.article !== model.article.id || (claim && op.claim !== claim)) continue;
      this.verbs[op.verb]?.apply?.(model, op);
    }
    model.changed();
  }

  /** Another article is shown now: what waits goes on, what is saved needs no showing any more. */
  moveTo(page) {
    this.page = page;
    for (const [item, { state }] of this.#states) if (state === "saved") this.#states.delete(item);
    this.reapply(page.model);
  }

  /** How many changes wait to be sent. */
  get waiting() {
    return this.#queue.length;
  }

  /** How many the server has said no to, and nobody has put right yet. */
  get refused() {
    return this.#refused.size;
  }

  get stuck() {
    return this.#timer !== null;
  }

  /** Does an operation wait that `test` says yes to? */
  waitsFor(test) {
    return this.#queue.some(test);
  }

  refusal(item) {
    return this.#refused.get(item) || null;
  }

  /** Resolves to true when everything is sent, to false when the server is away. */
  settled() {
    if (!this.#queue.length) return Promise.resolve(true);
    if (this.stuck) return Promise.resolve(false);
    return new Promise((resolve) => { this.#waiters.push(resolve); });
  }

  /** Drop what `test` says yes to and isn't under way, and what was refused: that is returned. */
  forget(test) {
    const dropped = this.#queue.filter((op) => op !== this.#started && test(op));
    this.#queue = this.#queue.filter((op) => !dropped.includes(op));
    for (const [item, op] of this.#refused) {
      if (!test(op)) continue;
      this.#refused.delete(item);
      this.#set(op, null);
      dropped.push(op);
    }
    this.#keep();
    return dropped;
  }

  /** The object turned out to have another uid: what waits is about that one. */
  rename(from, to) {
    for (const op of this.#queue) {
      if (op.claim === from) op.claim = to;
      if (op.on === from) op.on = to;
    }
    this.#keep();
  }

  /** Made one on top of the other: the later operations build on what an earlier one left behind. */
  learn(uid, revision) {
    for (const op of this.#queue) {
      if (op.on === uid) op.revision = revision;
      if (op.other === uid) op.other_revision = revision;
    }
  }

  // --- How it stands --------------------------------------------------------------------

  state(item) {
    return this.#states.get(item) || null;
  }

  /** The worst state of what is shown on a row. */
  rowState(row) {
    const worst = ["refused", "failed", "saving", "saved"];
    return [...this.#states.values()].filter((state) => state.row === row)
      .sort((a, b) => worst.indexOf(a.state) - worst.indexOf(b.state))[0] || null;
  }

  mark(op, state) {
    this.#set(op, state);
  }

  #set(op, state) {
    if (state) this.#states.set(op.item, { ...state, row: op.row });
    else this.#states.delete(op.item);
    this.page.saved(op.row, state);
  }

  #keep() {
    this.kept = this.shelf.keep(this.#queue, [...this.#refused.values()]);
  }

  // --- Sending --------------------------------------------------------------------------

  retry() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#pump();
  }

  async #pump() {
    if (this.#busy || this.#timer !== null) return;
    this.#busy = true;
    try {
      while (this.#queue.length && this.#timer === null) await this.#sendFirst();
    } finally {
      // Whatever went wrong in showing an answer: what is typed later is sent all the same.
      this.#busy = false;
      for (const resolve of this.#waiters.splice(0)) resolve(!this.#queue.length);
    }
  }

  async #sendFirst() {
    const op = this.#queue[0];
    this.#set(op, { state: "saving" });
    this.#started = op;
    let answer = null;
    let problem = null;
    try {
      answer = await api(...this.verbs[op.verb].request(op));
    } catch (error) {
      problem = error;
    }
    this.#started = null;
    // A bug of the page's own must not be taken for an answer.
    if (problem && problem.status === undefined) throw problem;
    if (problem && this.#tookIt(op, problem)) {
      answer = problem.current;
      problem = null;
    }
    if (problem?.passing) this.#wait(problem);
    else if (problem) this.#isRefused(op, problem);
    else this.#isDone(op, answer);
  }

  /** Is it refused only because it was taken before, and the answer was lost on its way? */
  #tookIt(op, problem) {
    if (problem.code !== "stale_revision" || !problem.current || !op.fields) return false;
    return Object.entries(op.fields)
      .every(([name, value]) => same(value, problem.current[name]));
  }

  #isDone(op, answer) {
    this.#remove(op);
    this.taken += 1;
    this.#tries = 0;
    const { left = (one) => one } = this.verbs[op.verb];
    const now = left(answer);
    if (now?.uid && now.revision) this.learn(now.uid, now.revision);
    this.#keep();
    const more = this.#queue.some((other) => other.item === op.item);
    this.#set(op, { state: more ? "saving" : "saved" });
    if (this.#isHere(op)) this.verbs[op.verb].done?.(this.page, op, answer);
  }

  #isRefused(op, problem) {
    const verb = this.verbs[op.verb];
    this.#remove(op);
    if (verb.keeps) {
      Object.assign(op, { message: problem.message, wrong: problem.fields, stale: problem.code === "stale_revision" });
      this.#refused.set(op.item, op);
    }
    // What was done to a claim that never came to be has nowhere to go.
    if (verb.creates) problem.lost = this.forget((other) => other.claim === op.claim);
    this.#keep();
    this.#set(op, { state: "refused", message: problem.message, fields: problem.fields });
    if (!this.#isHere(op)) this.page.refusedElsewhere(op, problem);
    else if (verb.refused) verb.refused(this.page, op, problem);
    else this.page.startOver(problem, op);
  }

  #isHere(op) {
    return op.article === this.page.model.article.id;
  }

  #remove(op) {
    this.#queue = this.#queue.filter((other) => other !== op);
  }

  #wait(problem) {
    const pause = PAUSES[Math.min(this.#tries, PAUSES.length - 1)];
    this.#tries += 1;
    this.#timer = setTimeout(() => this.retry(), pause);
    for (const op of this.#queue) this.#set(op, { state: "failed", message: problem.message });
    this.page.away(problem);
  }
}

/** Do a field's two values say the same? Spans are what they point at, with their words or without. */
export function same(a, b) {
  const plain = (value) => JSON.stringify(value ?? "", (key, inner) => (key === "quote" ? undefined : inner));
  return plain(a) === plain(b);
}
