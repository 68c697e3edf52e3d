// The line under an address: its page is fetched, and what became of that is said.

import { moment } from "./dates.js";
import { h } from "./dom.js";
import { isWeb, PageFetch } from "./fetching.js";

export class FetchLine {
  /**
   * Of the address in `control`. `kept` has copies that are there: `[{url, snapshot}]`; `never()` says
   * why the page must not be fetched, or ""; `found(snapshot)` gets what the page says of itself.
   */
  constructor(card, control, { kept, never = () => "", found = () => {} }) {
    Object.assign(this, { control, kept, never, found });
    this.button = h("button", { type: "button", onclick: () => this.#pressed() });
    this.status = h("p.fetch-status", { role: "status" });
    this.element = h("div.fetch", {}, this.button, this.status);
    this.page = new PageFetch({
      claim: () => card.claim, newUid: () => card.model.newUid(), changed: (state) => this.#changed(state),
    });
    control.addEventListener("change", () => this.#addressLeft());
    control.addEventListener("input", (event) => {
      this.show();
      // A pasted address is whole.
      if (event.inputType === "insertFromPaste") this.#addressLeft();
    });
    this.show();
  }

  get #url() {
    return this.control.value.trim();
  }

  /** The id of the copy of the address that is typed, or null. */
  get copy() {
    if (this.never()) return null;
    const known = this.kept.find(({ url, snapshot }) => snapshot && url === this.#url)?.snapshot;
    return this.page.copyOf(this.#url) || known || null;
  }

  /** Watch no more; what the server is doing goes on. */
  leave() {
    this.page.leave();
  }

  /** Have the server stop too. */
  stop() {
    this.page.stop();
  }

  /** Say why the server refused the copy. */
  fail(reason) {
    if (reason) this.status.textContent = reason;
  }

  /** The address was typed: its page is fetched by itself, once. */
  #addressLeft() {
    const url = this.#url;
    if (url === this.page.url || this.copy) return;
    if (this.never() || !isWeb(url)) this.page.stop();
    else this.page.start(url, { soon: true });
  }

  #pressed() {
    if (this.page.active) this.page.stop();
    else this.page.start(this.#url);
  }

  #changed(state) {
    if (state.phase === "done") this.found(state.snapshot);
    this.show();
  }

  show() {
    const { active, state } = this.page;
    const never = this.never();
    const other = !active && this.#url !== this.page.url;
    this.button.textContent = active ? gettext("Stop") : state.phase === "failed" && !other ? gettext("Try again") : gettext("Fetch the page");
    this.button.disabled = !active && (Boolean(never) || !isWeb(this.#url));
    const said = never || (other ? "" : this.#said(state));
    if (this.status.textContent !== said) this.status.textContent = said;
    this.status.classList.toggle("failed", !never && !other && state.phase === "failed");
    this.status.classList.toggle("busy", active);
  }

  #said({ phase, snapshot, message }) {
    switch (phase) {
      case "starting": return gettext("The page is about to be fetched …");
      case "queued": return snapshot.error
        ? interpolate(gettext("%s It will be tried again."), [snapshot.error]) : gettext("Waiting for a worker …");
      case "running": return gettext("Fetching the page …");
      case "away": return gettext("The server can't be reached; it will be tried again.");
      case "failed": return interpolate(gettext("Not fetched: %s You can type everything by hand."), [message]);
      case "cancelled": return gettext("Fetching was stopped.");
      case "done": return interpolate(gettext("Copy saved %s."), [moment(snapshot.fetched_at)]);
      default: return "";
    }
  }
}
