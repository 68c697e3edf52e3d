// The article page: joins the text, the list, the keys and the saves.

import { Actions } from "./actions.js";
import { api, configure, nextUrl, refresh } from "./api.js";
import { ClaimCard } from "./card.js";
import { Cursor } from "./cursor.js";
import { announce, byId, h, toast } from "./dom.js";
import { showGuidelines } from "./guidelines.js";
import { showHelp } from "./help.js";
import { isTypedIn, listen, useKeys } from "./keymap.js";
import { List } from "./list.js";
import { Live } from "./live.js";
import { showLost, wordsIn } from "./lost.js";
import { opened, pressed } from "./opening.js";
import { onPaper } from "./paper.js";
import { VERBS } from "./operations/index.js";
import { Outbox } from "./outbox.js";
import { Presence } from "./presence.js";
import { Drafts, Shelf } from "./shelf.js";
import { Spans } from "./spans.js";
import { SuggestionCard } from "./suggestion.js";
import { Swap } from "./swap.js";
import { showToday } from "./today.js";
import { joined } from "./typed.js";

// Words under one's hands are left alone for this long after the last key.
const HANDS_OFF = 3000;
const BREATH = 300;

class Workbench {
  #card = null;
  // How often the reviewer went anywhere, and how often until they last asked for an undo.
  #moves = 0;
  #asked = 0;

  /** On the article that the page shows; with the outbox of the one before, where there was one. */
  constructor(outbox = null) {
    // Ends every listener and timer that belongs to this article.
    this.ended = new AbortController();
    const { data, model, reader } = opened();
    configure({ ...byId("urls").dataset, user: data.me.id });
    useKeys(data.keymap);
    this.outbox = outbox || new Outbox(VERBS, this);
    Object.assign(this, { model, reader });
    model.reapply = (claim) => this.outbox.reapply(model, claim);
    this.actions = new Actions(this, this.model, this.outbox);
    this.drafts = new Drafts(data.me.id, data.article.id);
    this.current = null;
    this.list = new List({
      quote: (start, end) => this.quote(start, end),
      onSelect: (key) => this.select(key === this.current ? null : key),
      onReopen: (suggestion) => { this.actions.reopen(suggestion); this.select(`s${suggestion.id}`); },
      saveState: (key) => this.outbox.rowState(key),
      retry: () => this.outbox.retry(),
      discard: (key) => this.#discard(key),
      hasDraft: (key) => this.drafts.get(key) !== null,
    });
    if (outbox) outbox.moveTo(this);
    this.redraw();
    this.#listen();
    this.live = new Live(this.model, () => this.#extracted());
    this.presence = new Presence(this, this.ended.signal);
    showToday(this.ended.signal);
    onPaper(this.model, (start, end) => this.quote(start, end), this.ended.signal);
    this.#openNamed();
    if (outbox) return;
    // Last, because what an earlier page left behind is shown on all of the above.
    this.outbox.shelf = new Shelf(data.me.id, (left) => this.outbox.adopt(left));
  }

  /** Another article takes this one's place. What isn't sent yet goes on being sent. */
  close() {
    this.#leaveCard();
    if (this.cursor.active) this.cursor.end();
    this.live.stop();
    this.ended.abort();
    this.reader.clear();
    getSelection().removeAllRanges();
  }

  /** The page shows this article now, and didn't load for it: say so, and look whether it is up to date. */
  arrived() {
    byId("article-title").focus({ preventScroll: true });
    const pending = this.model.suggestions.length - this.model.decided;
    announce(interpolate(ngettext("%s suggestion waits for a decision.", "%s suggestions wait for a decision.", pending), [pending]));
    this.refresh().catch(() => {});
  }

  quote(start, end) {
    return this.reader.slice(start, end);
  }

  // --- Drawing --------------------------------------------------------------------------

  /** Draw what changed. `anew` also rebuilds the open card, after the server's state was taken. */
  redraw(anew = false) {
    if (this.ended.signal.aborted) return;
    if (this.current && !this.model.item(this.current)) this.#leaveCard();
    this.list.sync(this.model, this.current);
    this.reader.paintItems(this.model.items, this.current);
    this.#drawCard(anew);
    this.#drawHeader();
    this.spans?.place();
    this.presence?.draw();
  }

  #drawCard(anew) {
    const item = this.current ? this.model.item(this.current) : null;
    if (!item) return;
    const kind = item.claim ? "claim" : "suggestion";
    const kept = this.#card && this.#card.key === item.key && this.#card.kind === kind;
    if (kept && !anew) {
      this.#card.view.update();
      return;
    }
    if (kept && kind === "claim" && this.#card.view.claim === item.claim) {
      this.#card.view.update();
      return;
    }
    this.#leaveCard(false);
    const view = item.claim
      ? new ClaimCard(item, {
        model: this.model, outbox: this.outbox, quote: (s, e) => this.quote(s, e), actions: this.#cardActions(),
        leave: () => this.list.focus(item.key),
        grown: () => this.list.keepInSight(item.key),
        point: (spans, toThem) => this.#point(spans, toThem),
      })
      : new SuggestionCard(item, {
        model: this.model, quote: (s, e) => this.quote(s, e), actions: this.#cardActions(),
        point: (spans, toThem) => this.#point(spans, toThem),
        goTo: (suggestion) => this.#goTo(suggestion),
      });
    this.#card = { key: item.key, kind, view };
    this.list.body(item.key).replaceChildren(view.element);
    const draft = this.drafts.get(item.key);
    if (draft) view.restore?.(draft);
  }

  #cardActions() {
    const own = Object.fromEntries(
      ["accept", "reject", "skip", "startLeft", "startRight", "endLeft", "endRight"]
        .map((name) => [name, () => this.keys[name]()]),
    );
    const passed = Object.fromEntries(
      [
        "patch", "saveEvidence", "withdrawEvidence", "saveQuestion", "withdrawQuestion", "saveAnswer",
        "withdrawAnswer", "giveVerdict", "retract", "startThread", "addComment", "editComment",
        "withdrawComment", "resolveThread", "reopenThread", "readThread",
      ]
        .map((name) => [name, (...args) => this.actions[name](...args)]),
    );
    return { ...own, ...passed, removeFragment: (index) => this.spans.removeFragment(index) };
  }

  #leaveCard(forget = true) {
    this.flush();
    this.#keepDraft();
    this.#card?.view.element.remove();
    this.#card?.view.close?.();
    this.#card = null;
    this.reader.paint({ reason: [] });
    if (forget) this.current = null;
  }

  /** What was typed into a form and not sent yet, for when its claim is opened again. */
  #keepDraft() {
    if (!this.#card) return;
    this.drafts.set(this.#card.key, this.#card.view.draft?.() || null);
    this.list.showDraft(this.#card.key);
  }

  get #unsaved() {
    return this.outbox.waiting + this.outbox.refused > 0 || Boolean(this.#card?.view.draft?.());
  }

  #drawHeader() {
    const box = byId("save-state");
    const { waiting, refused, stuck } = this.outbox;
    const count = stuck ? waiting : refused;
    const state = stuck ? "failed" : waiting ? "saving" : refused ? "refused" : this.everSaved ? "saved" : "";
    if (box.dataset.state === `${state} ${count}`) return;
    box.dataset.state = `${state} ${count}`;
    box.className = `save-state ${state}`;
    box.replaceChildren();
    if (state === "saving") box.append(gettext("Saving…"));
    if (state === "saved") box.append(gettext("All saved"));
    if (state === "refused") {
      box.append(interpolate(ngettext("%s change was not accepted.", "%s changes were not accepted.", count), [count]));
    }
    if (state === "failed") {
      box.append(interpolate(ngettext("%s change is not saved.", "%s changes are not saved.", count), [count]), " ",
        h("button.link", { type: "button", onclick: () => this.outbox.retry() }, gettext("Retry now")));
    }
  }

  // --- Saves ----------------------------------------------------------------------------

  /** A change on a row was queued, sent, taken or refused. */
  saved(row, state) {
    if (state?.state === "saved") {
      this.everSaved = true;
      byId("signed-out").hidden = true;
    }
    this.list?.showSave(row);
    this.#drawHeader();
  }

  /** The server can't be reached, or doesn't know who is asking any more. */
  away(problem) {
    const signIn = byId("signed-out");
    signIn.hidden = !problem.signedOut;
  }

  /** The server's answer about a claim, which had the uid `asked` here. */
  answered(asked, answer) {
    if (answer.uid !== asked) {
      this.outbox.rename(asked, answer.uid);
      this.refresh();
      return;
    }
    const claim = this.model.claim(asked);
    // An answer that was overtaken by a later one says nothing new.
    if (claim && answer.revision >= claim.revision) this.model.merge(claim, answer);
    this.redraw();
  }

  /** Ask for a claim anew, where what was done to it changed more than itself. */
  async reload(uid) {
    try {
      this.answered(uid, await api("GET", `claims/${uid}/`));
    } catch { /* the server is away: the next change will say so */ }
  }

  /**
   * The server's state after its last answer to a change: one asked for before that lacks the change.
   * Whoever asks meanwhile is given the same.
   */
  #latest() {
    this.asking ??= this.#ask().finally(() => { this.asking = null; });
    return this.asking;
  }

  async #ask() {
    for (;;) {
      const { taken } = this.outbox;
      const data = await refresh(this.model.run);
      // Reading it takes a while in a long article, and so does drawing it: keys come in between.
      await new Promise((resolve) => { setTimeout(resolve); });
      if (taken === this.outbox.taken) return data;
      await this.outbox.settled();
      // Somebody is quick: asked when they draw breath, not after each key.
      await new Promise((resolve) => { setTimeout(resolve, BREATH); });
    }
  }

  /** Take the server's state anew. */
  async refresh() {
    const data = await this.#latest();
    if (data.article.id !== this.model.article.id) return;
    this.model.take(data);
    this.redraw(true);
  }

  /**
   * Somebody else changed something: `version` says up to where. Fetched quietly, and not while the
   * reviewer is typing; what isn't sent yet stays as it is.
   */
  async changed(version) {
    if (performance.now() - this.typedAt < HANDS_OFF) return;
    const { current } = this;
    const offset = this.item?.spans[0][0] ?? -1;
    try {
      const data = await this.#latest();
      if (this.ended.signal.aborted || data.article.id !== this.model.article.id) return;
      this.model.take(data);
    } catch {
      return;
    }
    this.presence.version = Math.max(version, this.model.version);
    this.redraw();
    if (current && !this.current) {
      const said = gettext("Somebody else has just decided this one.");
      toast(said);
      this.#goOn(offset);
    }
  }

  /** Somebody was faster, or a rule forbids it: say so and show what is there. */
  async startOver(problem, op) {
    toast(problem.message, "error");
    this.outbox.mark(op, null);
    const lost = [...problem.lost || []];
    const unmade = op.claim && this.outbox.verbs[op.verb].creates;
    if (unmade) {
      // What stands in its forms as well: nothing of this claim's will ever be opened again.
      if (this.card(op.claim)) this.flush();
      lost.push(...this.outbox.forget((other) => other.claim === op.claim));
      lost.push(this.card(op.claim)?.draft?.() || this.drafts.get(op.claim));
      const draft = this.model.claim(op.claim);
      if (draft?.id === null) this.model.drop(draft);
    }
    showLost(wordsIn(lost), problem.message);
    await this.renew();
    // Closed by now, its card has put aside what stood in it.
    if (unmade && !this.model.claim(op.claim)) this.drafts.set(op.claim, null);
  }

  /** Take the server's state anew, if it is there. */
  async renew() {
    try {
      await this.refresh();
    } catch { /* the server is away: the next change will say so */ }
  }

  /** Something done in another article, before this one was opened here, was refused. */
  refusedElsewhere(op, problem) {
    const verb = this.outbox.verbs[op.verb];
    // What was typed is in its form again when that article is opened.
    const typed = verb.typed?.(op);
    if (typed) {
      const drafts = new Drafts(this.model.me.id, op.article);
      drafts.set(op.row, joined(drafts.get(op.row), typed));
    }
    if (!verb.keeps) this.outbox.mark(op, null);
    showLost(wordsIn(problem.lost || []), problem.message);
    toast(`${gettext("A change in an earlier article was not accepted:")} ${problem.message}`, "error");
  }

  /** Put typed values back into the forms of a claim, and show them if it is open. */
  reopen(uid, typed) {
    const card = this.card(uid);
    this.drafts.set(uid, joined(card ? card.draft?.() : this.drafts.get(uid), typed));
    this.list.showDraft(uid);
    card?.restore(typed);
    if (!this.model.claim(uid)) toast(gettext("What you wrote on the claim is kept, in case the claim comes back."));
  }

  /** Give up the changes on a row that were refused. */
  #discard(row) {
    this.outbox.forget((op) => op.row === row && this.outbox.refusal(op.item) === op);
    this.refresh();
    this.list.focus(row);
  }

  card(uid) {
    return this.#card?.key === uid ? this.#card.view : null;
  }

  flush() {
    this.#card?.view.flush?.();
  }

  // --- Moving ---------------------------------------------------------------------------

  select(key, { focus = true } = {}) {
    this.#moves += 1;
    if (this.current !== key) this.#leaveCard();
    this.current = key;
    this.redraw();
    this.presence?.moved();
    const item = key ? this.model.item(key) : null;
    if (!item) return;
    if (focus) this.list.focus(key);
    this.reader.reveal(item.spans[0][0], item.spans[item.spans.length - 1][1]);
  }

  /** The key of the row from which one goes on: the open one, or the one that was just closed. */
  get #place() {
    return this.current || document.activeElement?.dataset.item;
  }

  #step(by) {
    const items = this.list.shown(this.model);
    if (!items.length) return;
    const here = items.findIndex((item) => item.key === this.#place);
    const next = here === -1 ? (by > 0 ? 0 : items.length - 1) : here + by;
    if (next < 0 || next >= items.length) {
      announce(by > 0 ? gettext("That was the last one.") : gettext("That was the first one."));
      return;
    }
    this.select(items[next].key);
  }

  #point(spans, toThem = false) {
    this.reader.paint({ reason: spans });
    if (toThem) this.reader.reveal(spans[0][0], spans[0][1]);
  }

  /** To a suggestion or to the claim that it became; where it was rejected, to its words. */
  #goTo(suggestion) {
    const item = this.model.itemOf(suggestion);
    if (item) {
      this.select(item.key);
      return;
    }
    this.#point([[suggestion.start, suggestion.end]], true);
    announce(this.quote(suggestion.start, suggestion.end));
  }

  /** The next suggestion after `offset` that waits for a decision, from the top again at the end. */
  #nextPending(offset) {
    const pending = this.list.shown(this.model).filter((item) => item.suggestion);
    return pending.find((item) => item.spans[0][0] > offset) || pending[0] || null;
  }

  #goOn(offset) {
    const next = this.#nextPending(offset);
    if (next) {
      this.select(next.key);
      return;
    }
    this.redraw();
    announce(this.model.decided < this.model.suggestions.length
      ? gettext("No other suggestion that the search found waits.") : gettext("Every suggestion is decided."));
  }

  get item() {
    return this.current ? this.model.item(this.current) : null;
  }

  // --- Keys and mouse -------------------------------------------------------------------

  #listen() {
    const { signal } = this.ended;
    this.typedAt = -Infinity;
    this.keys = this.#keyActions();
    this.cursor = new Cursor(this.reader, this.model.sentences);
    this.spans = new Spans(this, signal);
    this.hear = listen({ ...this.keys, ...this.#cursorActions() }, () => (this.cursor.active ? "cursor" : "browse"), signal);
    byId("help-button").addEventListener("click", showHelp, { signal });
    byId("undo-button").addEventListener("click", () => this.keys.undo());
    byId("submit-article").addEventListener("click", () => this.#submitArticle());
    let typing;
    signal.addEventListener("abort", () => clearTimeout(typing), { once: true });
    byId("items").addEventListener("input", () => {
      this.typedAt = performance.now();
      this.presence.touched();
      clearTimeout(typing);
      typing = setTimeout(() => this.#keepDraft(), 300);
    });
    addEventListener("pagehide", () => {
      this.flush();
      this.#keepDraft();
    }, { signal });
    addEventListener("beforeunload", (event) => {
      this.flush();
      if (this.#unsaved) event.preventDefault();
    }, { signal });
    byId("text").addEventListener("click", (event) => this.#clicked(event));
    byId("guidelines-link").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.keys.guidelines();
    }, { signal });
    addEventListener("hashchange", () => this.#openNamed(), { signal });
  }

  /** Open the claim that the address names, as a link from elsewhere does: `#claim-UID`. */
  #openNamed() {
    const uid = location.hash.match(/^#claim-([0-9a-f-]{36})$/)?.[1];
    if (uid && this.model.item(uid)) this.select(uid);
  }

  /** The search above the list: it narrows what is shown and walked through. */
  #searchList() {
    const box = byId("list-search-box");
    const input = byId("list-search");
    input.addEventListener("input", () => {
      this.list.search(input.value);
      this.redraw();
      const count = this.list.shown(this.model).length;
      byId("list-found").textContent = input.value
        ? interpolate(ngettext("%s found", "%s found", count), [count]) : "";
    });
    const close = () => {
      input.value = "";
      input.dispatchEvent(new Event("input"));
      box.hidden = true;
    };
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        close();
        if (this.current) this.list.focus(this.current);
      } else if (event.key === "Enter") {
        event.preventDefault();
        input.blur();
        this.#step(1);
      }
    });
    return () => {
      box.hidden = false;
      input.focus();
      input.select();
    };
  }

  #keyActions() {
    const edge = (which, step) => () => this.spans.moveEdge(which, step);
    const field = (name) => () => (this.item?.claim ? this.#card.view.focus(name) : false);
    return {
      search: this.#searchList(),
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      accept: () => this.#accept(),
      reject: () => this.#reject(),
      skip: () => this.#goOn(this.model.item(this.#place)?.spans[0][0] ?? -1),
      edit: () => this.#edit(),
      startLeft: edge("start", -1),
      startRight: edge("start", 1),
      endRight: edge("end", 1),
      endLeft: edge("end", -1),
      newClaim: () => this.spans.newClaim(),
      useSelection: () => this.spans.useSelection(),
      addFragment: () => this.spans.addFragment(),
      merge: () => this.spans.merge(),
      split: () => this.spans.split(),
      startFromWording: () => (this.item?.claim ? this.#card.view.startFromWording() : false),
      type: field("type"),
      claimant: field("claimant"),
      claimDate: field("claimDate"),
      place: field("place"),
      tags: field("tags"),
      flag: field("flag"),
      rationale: () => (this.item?.claim ? this.#card.view.verdict.write() : false),
      evidence: () => (this.item?.claim ? this.#card.view.evidence.open() : false),
      question: () => (this.item?.claim ? this.#card.view.questions.open() : false),
      rate: (_event, name) => (this.item?.claim ? this.#card.view.verdict.choose(Number(name)) : false),
      comment: () => (this.item?.claim ? this.#card.view.discussion.comment() : false),
      guidelines: () => showGuidelines(this.model.corpus.id, byId("guidelines-link").href),
      undo: () => this.#takeBack("undo"),
      redo: () => this.#takeBack("redo"),
      submit: (event) => this.#submit(event),
      previousArticle: () => byId("previous-article")?.click(),
      nextArticle: () => byId("next-article")?.click(),
      leave: () => this.#leave(),
      help: showHelp,
    };
  }

  #cursorActions() {
    return this.cursor.actions({
      take: (span) => this.spans.took(span),
      dropped: () => { if (this.current) this.list.focus(this.current); },
      use: (action, span) => {
        if (!this.keys[action] || !this.item?.claim) return false;
        this.reader.select(span.start, span.end);
        this.keys[action]();
        return true;
      },
    });
  }

  #accept() {
    const { item } = this;
    if (!item?.suggestion) return false;
    const claim = this.actions.accept(item.suggestion);
    this.#leaveCard();
    this.select(claim.uid);
    return true;
  }

  #reject() {
    const { item } = this;
    if (!item) return false;
    const offset = item.spans[0][0];
    this.#leaveCard();
    if (item.suggestion) {
      this.actions.reject(item.suggestion);
      this.#goOn(offset);
    } else {
      const suggestion = item.claim.suggestion;
      this.actions.withdraw(item.claim);
      const back = suggestion && this.model.item(`s${suggestion}`);
      if (back) this.select(back.key);
      else this.#goOn(offset - 1);
    }
    return true;
  }

  #edit() {
    if (!this.item) {
      this.#step(1);
      return;
    }
    if (this.item.claim) this.#card.view.normalised.focus();
    else this.#card.view.element.querySelector("button.primary").focus();
  }

  #clicked(event) {
    if (!getSelection().isCollapsed) return;
    const offset = this.reader.offsetAt(event.clientX, event.clientY);
    if (offset === null) return;
    const width = (item) => item.spans.at(-1)[1] - item.spans[0][0];
    const hit = this.model.items
      .filter((item) => item.spans.some(([start, end]) => start <= offset && offset < end))
      .sort((a, b) => (a.key === this.current) - (b.key === this.current) || width(a) - width(b))[0];
    if (hit) this.select(hit.key);
  }

  #submit(event) {
    const form = event.target.closest?.("form");
    if (form && this.#card?.view.element.contains(form)) {
      form.requestSubmit();
      return;
    }
    this.#submitArticle();
  }

  #submitArticle() {
    this.actions.submit();
    swap.go(nextUrl());
  }

  #leave() {
    const active = document.activeElement;
    if (active && active !== document.body && !active.matches("[data-item]")) {
      active.blur();
      if (this.current) this.list.focus(this.current);
    } else if (this.current) {
      this.select(null);
    }
    getSelection().removeAllRanges();
  }

  // --- What comes from the server -------------------------------------------------------

  #takeBack(word) {
    this.#asked = this.#moves;
    this.actions[word]();
  }

  /**
   * What an undo or a redo was about comes into sight, unless the reviewer has gone on meanwhile: what
   * they are about to decide, or to type, is meant for what they see.
   */
  undone(word, { [`${word}ne`]: answer }) {
    if (this.ended.signal.aborted) return;
    const said = word === "undo" ? gettext("Undone") : gettext("Done again");
    toast(said);
    if (this.#asked !== this.#moves || isTypedIn(document.activeElement) || document.querySelector("dialog[open]")) return;
    this.#showUndone(answer);
    this.#asked = this.#moves;
  }

  #showUndone(answer) {
    const uid = answer.target_type === "claim" && this.model.claims.find((c) => c.id === answer.target_id)?.uid;
    const key = answer.target_type === "suggestion" ? `s${answer.target_id}` : uid;
    if (key && this.model.item(key)) this.select(key);
    else if (!this.current) this.#goOn(-1);
  }

  async #extracted() {
    await this.refresh();
    this.cursor.sentences = this.model.sentences;
    announce(interpolate(
      ngettext("%s suggestion found.", "%s suggestions found.", this.model.suggestions.length),
      [this.model.suggestions.length],
    ));
  }
}

let workbench = new Workbench();
const swap = new Swap({
  close: () => workbench.close(),
  open: () => {
    workbench = new Workbench(workbench.outbox);
    workbench.arrived();
  },
  sent: async () => (await workbench.outbox.settled()) && !workbench.outbox.refused,
});
for (const event of pressed()) workbench.hear(event);
