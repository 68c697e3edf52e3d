// What people say to each other about a claim: its threads, and a form to start another one.

import { CommentForm } from "./comment_form.js";
import { h, setWords } from "./dom.js";
import { ariaKeys, kbd } from "./keymap.js";
import { ThreadView } from "./thread.js";
import { joinedWords } from "./typed.js";

// On screen for so long, a thread counts as read.
const READING = 800;

/** A claim's threads. One whose comments are all withdrawn says nothing to anybody. */
export function discussions(model, claim) {
  return (model.threads[claim.uid] || []).filter((thread) => thread.comments.some((comment) => !comment.withdrawn));
}

export class DiscussionSection {
  #views = new Map();
  #timers = new Map();

  constructor(card) {
    this.card = card;
    this.form = null;
    this.list = h("ol.threads");
    this.start = h("button", { type: "button", onclick: () => this.open(), "aria-keyshortcuts": ariaKeys("comment") });
    this.slot = h("div", {});
    this.element = h("section.part.discussion", { "aria-label": gettext("Discussion") },
      h("h3", {}, gettext("Discussion")), this.list, this.slot, this.start);
    this.seeing = new IntersectionObserver((entries) => this.#saw(entries), { threshold: 0.6 });
  }

  get #threads() {
    return discussions(this.card.model, this.card.claim);
  }

  update() {
    const threads = this.#threads;
    const { model, actions, claim } = this.card;
    const own = Object.fromEntries(
      ["addComment", "editComment", "withdrawComment", "resolveThread", "reopenThread"]
        .map((name) => [name, (...args) => actions[name](claim, ...args)]),
    );
    const known = new Set(threads.map(({ uid }) => uid));
    let lost = false;
    for (const [uid, view] of this.#views) {
      if (known.has(uid)) continue;
      lost ||= view.element.contains(document.activeElement);
      this.#views.delete(uid);
      // Whoever was answering when the last comment was withdrawn begins a discussion with it.
      const typed = view.draft();
      if (typed) this.#begin(typed.text);
      view.element.remove();
    }
    threads.forEach((thread, i) => {
      let view = this.#views.get(thread.uid);
      if (!view) {
        view = new ThreadView(thread, { model, actions: own });
        this.#views.set(thread.uid, view);
      }
      view.update(thread);
      if (this.list.children[i] !== view.element) this.list.insertBefore(view.element, this.list.children[i] || null);
      // Observed anew, it is reported at once where it is on screen already.
      this.seeing.unobserve(view.element.querySelector(".comment:last-child"));
      if (thread.unread) this.seeing.observe(view.element.querySelector(".comment:last-child"));
    });
    const label = `${threads.length}`;
    if (this.drawn !== label) {
      this.drawn = label;
      this.start.replaceChildren(threads.length ? gettext("Start another discussion") : gettext("Start a discussion"),
        ...(threads.length ? [] : [" ", kbd("comment")].filter(Boolean)));
    }
    this.list.hidden = !threads.length;
    if (lost) (this.form || this.start).focus();
  }

  #saw(entries) {
    for (const { target, isIntersecting } of entries) {
      const uid = target.closest(".thread")?.dataset.thread;
      clearTimeout(this.#timers.get(uid));
      if (isIntersecting) this.#timers.set(uid, setTimeout(() => this.#read(uid), READING));
    }
  }

  #read(uid) {
    const thread = this.#threads.find((other) => other.uid === uid);
    // A page in another tab is not being read.
    if (!thread?.unread || !this.element.isConnected || document.hidden) return;
    this.card.actions.readThread(thread);
  }

  /** For the key: answer in the latest discussion that is open, or start one. */
  comment() {
    const open = this.#threads.findLast((thread) => !thread.resolved_by);
    if (open && !this.form) this.#views.get(open.uid).open();
    else this.open();
  }

  /** Open the form for a new discussion. */
  open(text = "", focus = true) {
    if (!this.form) {
      this.form = new CommentForm({
        label: gettext("New discussion"), button: gettext("Comment"), people: this.card.model.people,
        send: (words) => { this.close(); this.card.actions.startThread(this.card.claim, words); },
        cancel: () => this.close(),
      });
      this.slot.replaceChildren(this.form.element);
      this.start.hidden = true;
    }
    if (text) setWords(this.form.text, text);
    if (focus) this.form.focus();
  }

  close() {
    this.form = null;
    this.slot.replaceChildren();
    this.start.hidden = false;
    this.start.focus();
  }

  /** What is typed and not sent, or null: `start`, and by the uid of their thread, `threads`. */
  draft() {
    const start = this.form?.value || "";
    const typed = [...this.#views].map(([uid, view]) => [uid, view.draft()]).filter(([, draft]) => draft);
    return start || typed.length ? { start, threads: Object.fromEntries(typed) } : null;
  }

  restore({ start = "", threads = {} }) {
    if (start) this.#begin(start);
    for (const [uid, typed] of Object.entries(threads)) {
      const view = this.#views.get(uid);
      if (view) view.restore(typed);
      else this.#begin(typed.text);
    }
  }

  /** Put words into the form for a new discussion, below what is typed there. */
  #begin(words) {
    this.open(joinedWords(this.form?.value, words), false);
  }

  /** Say beside what was typed why the server didn't take it. */
  fail({ start, threads = {} }, reason) {
    if (!reason) return;
    if (start) this.form?.fail(reason);
    for (const uid of Object.keys(threads)) (this.#views.get(uid)?.form || this.form)?.fail(reason);
  }
}
