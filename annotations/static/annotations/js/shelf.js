// Where the outbox keeps what the server hasn't taken: the browser's storage, one list a page.
// A list whose page is gone (closed, reloaded, crashed) is taken over by the next page of the same
// person, so that it is sent all the same, and by one page only.

const PREFIX = "factcheck.outbox";
// Without the Web Locks API (plain http), a page counts as gone when it was silent for so long.
const SILENCE = 90_000;
const BEAT = 20_000;
// A page that is being left may hold its list for a moment longer.
const LOOK_AGAIN = [0, 250, 1000, 4000];

export class Shelf {
  #kept = { queue: [], refused: [] };
  #ended = new AbortController();

  /** `onFound({queue, refused})` is told of each list that a page left behind. */
  constructor(user, onFound) {
    this.prefix = `${PREFIX}.${user}.`;
    this.key = this.prefix + (crypto.randomUUID?.() || `${Date.now()}-${Math.random()}`);
    this.onFound = onFound;
    // Held for as long as the page lives: others see by it that the list has an owner.
    navigator.locks?.request(this.key, { signal: this.#ended.signal }, () => new Promise(() => {})).catch(() => {});
    if (!navigator.locks) {
      setInterval(() => this.#write(Date.now()), BEAT);
      addEventListener("pagehide", () => this.#write(0));
    }
    for (const pause of LOOK_AGAIN) setTimeout(() => this.#look(), pause);
    setInterval(() => this.#look(), SILENCE / 2);
  }

  /** Keep the list. False where the browser keeps nothing. */
  keep(queue, refused) {
    this.#kept = { queue, refused };
    return this.#write(Date.now());
  }

  #write(seen) {
    try {
      const { queue, refused } = this.#kept;
      if (queue.length || refused.length) {
        localStorage.setItem(this.key, JSON.stringify({ seen, queue, refused }));
      } else {
        localStorage.removeItem(this.key);
      }
      return true;
    } catch {
      return false;
    }
  }

  #look() {
    let keys = [];
    try {
      keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix) && key !== this.key);
    } catch { /* no storage: nothing was kept */ }
    for (const key of keys) this.#adopt(key);
  }

  async #adopt(key) {
    if (navigator.locks) {
      await navigator.locks.request(key, { ifAvailable: true }, (lock) => { if (lock) this.#take(key); });
    } else {
      const seen = this.#read(key)?.seen ?? 0;
      if (Date.now() - seen > SILENCE) this.#take(key);
    }
  }

  #read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  #take(key) {
    const list = this.#read(key);
    // Ours before it is theirs no more: should the page die in between, both have it, and sending
    // an operation twice changes nothing.
    if (list) this.onFound({ queue: list.queue || [], refused: list.refused || [] });
    localStorage.removeItem(key);
  }
}

/** Half-written forms of an article, by the key of their row. They survive a reload, too. */
export class Drafts {
  constructor(user, article) {
    this.key = `factcheck.drafts.${user}.${article}`;
    this.all = this.#read();
  }

  #read() {
    try {
      return new Map(Object.entries(JSON.parse(localStorage.getItem(this.key)) || {}));
    } catch {
      return new Map();
    }
  }

  get size() {
    return this.all.size;
  }

  get(key) {
    return this.all.get(key) || null;
  }

  set(key, typed) {
    if (typed) this.all.set(key, typed);
    else if (!this.all.delete(key)) return;
    // What another window on the article keeps stays.
    const kept = this.#read();
    if (typed) kept.set(key, typed);
    else kept.delete(key);
    try {
      if (kept.size) localStorage.setItem(this.key, JSON.stringify(Object.fromEntries(kept)));
      else localStorage.removeItem(this.key);
    } catch { /* it still is on the page */ }
  }
}
