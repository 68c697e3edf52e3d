// What the reviewer did, on its way to the server: one request at a time, in order, and nothing
// dropped. A server that is away is asked again with growing pauses; what it refuses is handed
// back to whoever queued it, with what was typed still there.

const PAUSES = [1000, 2000, 4000, 8000, 15000, 30000];

export class Saves {
  #queue = [];
  #busy = false;
  #started = false;
  #timer = null;
  #tries = 0;
  #states = new Map();
  #waiters = [];

  /** `onChange(item)` is called whenever an item's state changes. */
  constructor(onChange) {
    this.onChange = onChange;
    addEventListener("online", () => this.retry());
  }

  /**
   * Queue a change. `item` is its key, `send()` returns the server's answer, `done(answer)` takes
   * it, `refused(problem)` handles a final no and says what to show. `fields`, where given, may
   * still grow while the change waits: edits of one item go out together.
   */
  add(change) {
    const waiting = this.#queue.findLast((other) => other.item === change.item);
    const started = this.#started && waiting === this.#queue[0];
    if (change.fields && waiting?.fields && waiting.merge === change.merge && !started) {
      Object.assign(waiting.fields, change.fields);
    } else {
      this.#queue.push(change);
    }
    this.#set(change.item, { state: "saving" });
    this.#pump();
  }

  /** The fields of an item that the server hasn't taken yet. */
  pending(item) {
    return Object.assign({}, ...this.#queue.filter((c) => c.item === item).map((c) => c.fields || {}));
  }

  /** Is a change of this item on its way, or of one that `item`, a function, says yes to? */
  waitsFor(item) {
    const test = typeof item === "function" ? item : (other) => other === item;
    return this.#queue.some((change) => test(change.item));
  }

  state(item) {
    return this.#states.get(item) || null;
  }

  /** Mark an item by hand, or forget its state with null. */
  mark(item, state) {
    this.#set(item, state);
  }

  /** How many changes wait to be sent. */
  get waiting() {
    return this.#queue.length;
  }

  /** How many the server has said no to, and nobody has put right yet. */
  get refused() {
    return [...this.#states.values()].filter((s) => s.state === "refused").length;
  }

  get stuck() {
    return this.#timer !== null;
  }

  /** Resolves to true when everything is sent, to false when the server is away. */
  settled() {
    if (!this.#queue.length) return Promise.resolve(true);
    if (this.stuck) return Promise.resolve(false);
    return new Promise((resolve) => { this.#waiters.push(resolve); });
  }

  /** Drop the changes, not yet begun, of the items that `test` says yes to. */
  forget(test) {
    this.#queue = this.#queue.filter((change, i) => (i === 0 && this.#started) || !test(change.item));
  }

  retry() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#pump();
  }

  async #pump() {
    if (this.#busy || this.#timer !== null) return;
    this.#busy = true;
    while (this.#queue.length) {
      const change = this.#queue[0];
      this.#set(change.item, { state: "saving" });
      try {
        this.#started = true;
        const answer = await change.send();
        this.#started = false;
        this.#queue.shift();
        this.#tries = 0;
        const more = this.#queue.some((other) => other.item === change.item);
        this.#set(change.item, { state: more ? "saving" : "saved" });
        change.done?.(answer);
      } catch (problem) {
        this.#started = false;
        if (problem.passing) {
          this.#wait(problem);
          break;
        }
        if (problem.status === undefined) throw problem;
        this.#queue.shift();
        this.#set(change.item, { state: "refused", message: problem.message, fields: problem.fields });
        change.refused?.(problem);
      }
    }
    this.#busy = false;
    for (const resolve of this.#waiters.splice(0)) resolve(!this.#queue.length);
  }

  #wait(problem) {
    const pause = PAUSES[Math.min(this.#tries, PAUSES.length - 1)];
    this.#tries += 1;
    this.#timer = setTimeout(() => this.retry(), pause);
    for (const change of this.#queue) {
      this.#set(change.item, { state: "failed", message: problem.message });
    }
  }

  #set(item, state) {
    if (state) this.#states.set(item, state);
    else this.#states.delete(item);
    this.onChange(item);
  }
}
