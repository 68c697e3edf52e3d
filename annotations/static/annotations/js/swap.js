// From article to article without loading the page anew. What comes next is fetched while the
// current article is being read, so that submitting shows it at once. Where anything is in the
// way (no answer, signed out, a new release), the browser simply goes to the address.

import { byId, toast } from "./dom.js";

// An article that is open for this long is being read.
const SETTLED = 800;
// What was fetched earlier may be wrong by now: somebody else has the article, or it changed.
const STALE = 60_000;
const TIMEOUT = 15_000;
// Live regions and dialogs stay the same elements: screen readers listen to those that they know.
const KEPT = ["announcer", "toasts", "help", "guidelines", "conflict"];
const ARTICLE = /^\/articles\/\d+\/$/;

export class Swap {
  #ahead = new Map();
  #turn = 0;
  #timer = null;
  #looked = -Infinity;

  /**
   * `close()` ends the workbench on the page, `open()` begins one on what was put there; `sent()`
   * resolves to whether everything is saved, so that the page may be left.
   */
  constructor({ close, open, sent }) {
    Object.assign(this, { close, open, sent });
    this.address = location.pathname + location.search;
    // The browser would scroll before the article is there.
    history.scrollRestoration = "manual";
    if (history.state?.y) scrollTo({ top: history.state.y, behavior: "instant" });
    addEventListener("popstate", (event) => this.#back(event.state));
    let still;
    addEventListener("scroll", () => {
      clearTimeout(still);
      still = setTimeout(() => this.#noteScroll(), 150);
    }, { passive: true });
    addEventListener("pagehide", () => this.#noteScroll());
    document.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("visibilitychange", () => {
      if (performance.now() - this.#looked > STALE) this.#look();
    });
    this.#later(SETTLED);
  }

  /** Show the article at an address of this site. */
  async go(address, { push = true, y = 0 } = {}) {
    this.#turn += 1;
    const turn = this.#turn;
    const found = await this.#get(address);
    if (turn !== this.#turn) return;
    const page = found && this.#parse(found);
    if (!page) {
      await this.#plainly(found?.url || address, push);
      return;
    }
    if (push) this.#noteScroll();
    this.close();
    if (push) history.pushState({ y }, "", found.url);
    this.address = location.pathname + location.search;
    put(page);
    this.open();
    scrollTo({ top: y, behavior: "instant" });
    this.#ahead = new Map();
    this.#later(SETTLED);
  }

  // --- Fetching -------------------------------------------------------------------------

  /** Fetch what submitting leads to, and what → leads to where that is another one. */
  async #look() {
    clearTimeout(this.#timer);
    if (document.visibilityState !== "visible") return;
    this.#looked = performance.now();
    this.#later(STALE);
    if (navigator.connection?.saveData) return;
    const ahead = this.#ahead;
    const { next } = byId("urls").dataset;
    const following = byId("next-article")?.href;
    // Nobody goes on while something is unsent; and signed out, this would be the sign-in page.
    if (!(await this.sent())) return;
    const page = await this.#fetch(next);
    if (page) ahead.set(next, page);
    if (!following || ahead !== this.#ahead) return;
    const other = page?.url === following ? page : await this.#fetch(following);
    if (other) ahead.set(following, other);
  }

  #later(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), pause);
  }

  async #get(address) {
    const known = this.#ahead.get(address);
    if (known && performance.now() - known.at < STALE + TIMEOUT) return known;
    // What comes next depends on what is submitted: the server has to know that first.
    await this.sent();
    return this.#fetch(address);
  }

  /** `{url, html, at}`, or null where there was no page to be had. */
  async #fetch(address) {
    try {
      const answer = await fetch(address, {
        headers: { Accept: "text/html" }, credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT),
      });
      if (!answer.ok) return null;
      return { url: answer.url, html: await answer.text(), at: performance.now() };
    } catch {
      return null;
    }
  }

  /** The page as a document, if it is an article of the same release and person. */
  #parse({ url, html }) {
    if (!ARTICLE.test(new URL(url).pathname)) return null;
    const page = new DOMParser().parseFromString(html, "text/html");
    const same = (what) => what(page) && what(page) === what(document);
    const fits = same((doc) => doc.querySelector("script[type=module]")?.getAttribute("src"))
      && same((doc) => doc.getElementById("urls")?.dataset.user)
      && page.getElementById("workbench-data");
    return fits ? page : null;
  }

  async #plainly(address, push) {
    if (!(await this.sent())) {
      toast(gettext("Something here isn't saved yet, or was not accepted; this page stays open until it is put right."), "error");
      return;
    }
    if (push) location.assign(address);
    else location.reload();
  }

  // --- Back and forward -----------------------------------------------------------------

  #back(state) {
    const address = location.pathname + location.search;
    // A link to a place on the page is no other article.
    if (address === this.address) return;
    this.go(location.href, { push: false, y: state?.y || 0 });
  }

  #noteScroll() {
    if (location.pathname + location.search !== this.address) return;
    history.replaceState({ ...history.state, y: scrollY }, "");
  }

  #clicked(event) {
    const link = event.target.closest?.("#previous-article, #next-article");
    if (!link || event.defaultPrevented || event.button) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(link.href);
  }
}

/** Put another article's parts in the place of this one's. */
function put(page) {
  document.title = page.title;
  for (const part of [".crumbs", ".neighbours"]) {
    document.querySelector(part).replaceChildren(...page.querySelector(part).childNodes);
  }
  const main = byId("main");
  for (const node of [...main.childNodes]) if (!KEPT.includes(node.id)) node.remove();
  let place = main.firstChild;
  for (const node of [...page.getElementById("main").childNodes]) {
    if (KEPT.includes(node.id)) place = byId(node.id).nextSibling;
    else main.insertBefore(node, place);
  }
}
