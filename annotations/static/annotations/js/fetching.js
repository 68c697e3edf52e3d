// Having a page fetched for a claim, and watching until it is there. Nothing typed waits for it.

import { api } from "./api.js";

const UNDER_WAY = ["queued", "running"];
const PAUSES = [400, 600, 1000, 1500, 2000];
// After the address is left: long enough to stop it.
const BEFORE = 800;

const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const after = (tries) => sleep(PAUSES[Math.min(tries, PAUSES.length - 1)]);

export const isUnderWay = (state) => UNDER_WAY.includes(state);
export const isWeb = (url) => /^https?:\/\/[^\s/]+\.?[^\s]*$/i.test(url);

/** Ask about a saved copy until its fetch has ended or `gone()`; `told(snapshot)` at each answer. */
export async function follow(snapshot, told, gone, away = () => {}) {
  let found = snapshot;
  for (let tries = 0; isUnderWay(found.state); tries += 1) {
    await after(tries);
    if (gone()) return;
    try {
      found = await api("GET", `snapshots/${snapshot.id}/`);
      if (!gone()) told(found);
    } catch (problem) {
      if (!problem.passing) throw problem;
      away(problem);
    }
  }
}

/** The fetch of one form. `changed(state)` gets `{ phase, snapshot, message }`. */
export class PageFetch {
  #run = null;

  constructor({ claim, newUid, changed }) {
    Object.assign(this, { claim, newUid, changed, url: "", state: { phase: "idle" } });
  }

  get active() {
    return this.#run !== null;
  }

  /** The id of the copy of this address that is there or on its way, or null. */
  copyOf(url) {
    const { snapshot } = this.state;
    return url && url === this.url && snapshot && !["failed", "cancelled"].includes(snapshot.state)
      ? snapshot.id : null;
  }

  async start(url, { soon = false } = {}) {
    this.stop();
    const run = this.#run = {};
    const gone = () => this.#run !== run;
    const tell = (state) => {
      if (!gone()) this.#set(state);
    };
    this.url = url;
    tell({ phase: "starting" });
    if (soon) await sleep(BEFORE);
    try {
      const snapshot = gone() ? null : await this.#ask(url, gone, tell);
      if (gone()) {
        if (snapshot) cancel(snapshot);
        return;
      }
      tell({ phase: snapshot.state, snapshot });
      const latest = { phase: snapshot.state, snapshot };
      await follow(snapshot, (found) => {
        Object.assign(latest, { phase: found.state, snapshot: found });
        if (isUnderWay(found.state)) tell(latest);
      }, gone, () => tell({ phase: "away", snapshot: latest.snapshot }));
      if (gone()) return;
      this.#run = null;
      this.#set({ ...latest, message: latest.snapshot.error });
    } catch (problem) {
      if (gone()) return;
      this.#run = null;
      if (problem.status === undefined) throw problem;
      this.#set({ phase: "failed", message: problem.fields?.url || problem.message });
    }
  }

  async #ask(url, gone, tell) {
    const uid = this.newUid();
    for (let tries = 0; !gone(); tries += 1) {
      // A claim of this moment has to be there first.
      if (this.claim().id !== null) {
        try {
          return await api("POST", "snapshots/", { claim: this.claim().uid, url, uid });
        } catch (problem) {
          if (!problem.passing) throw problem;
          tell({ phase: "away" });
        }
      }
      await after(tries);
    }
    return null;
  }

  /** Watch no more; what the server is doing goes on. */
  leave() {
    this.#run = null;
  }

  /** Have the server stop too. */
  stop() {
    const { snapshot } = this.state;
    if (this.active && snapshot) cancel(snapshot);
    this.#run = null;
    this.url = "";
    this.#set({ phase: "idle" });
  }

  #set(state) {
    this.state = state;
    this.changed(state);
  }
}

function cancel(snapshot) {
  // It may have ended just now, which is as well.
  api("POST", `snapshots/${snapshot.id}/cancel/`, {}).catch(() => {});
}
