// The list beside the text: the same items as the highlights, as real buttons. One row a key,
// kept while its item lives, so that a change touches only the row it is about. Rows are in blocks
// that the browser leaves out of its work while they are out of sight.

import { byId, h } from "./dom.js";
import { strength } from "./reader.js";

export const STRENGTHS = {
  strong: () => gettext("strong"), medium: () => gettext("medium"), weak: () => gettext("weak"),
};
export const KINDS = {
  quantity: () => gettext("quantity"),
  causation: () => gettext("causation"),
  law: () => gettext("law"),
  prediction: () => gettext("prediction"),
  personal_experience: () => gettext("personal experience"),
  other: () => gettext("other"),
  not_a_claim: () => gettext("not a claim"),
};
const STATES = {
  open: () => gettext("claim"),
  verified: () => gettext("verified"),
  disputed: () => gettext("disputed"),
  adjudicated: () => gettext("adjudicated"),
};
const SAVES = {
  saving: () => gettext("Saving…"),
  saved: () => gettext("Saved"),
  failed: () => gettext("Not saved"),
  refused: () => gettext("Not saved"),
};

const ROWS_AT_ONCE = 120;
const ROWS_IN_BLOCK = 24;

export class List {
  #rows = new Map();
  #blocks = [];
  #leaving = null;
  // Of the rows that are shown, in their order.
  keys = [];

  constructor({ quote, onSelect, onReopen, saveState, retry, discard, hasDraft }) {
    Object.assign(this, { quote, onSelect, onReopen, saveState, retry, discard, hasDraft });
    this.root = byId("items");
  }

  /** The items that the search lets through, in their order; all where nothing is searched for. */
  shown(model, currentKey = this.currentKey) {
    if (!this.wanted) return model.items;
    return model.items.filter((item) => item.key === currentKey || this.#text(item).includes(this.wanted));
  }

  #text(item) {
    const words = item.spans.map(([start, end]) => this.quote(start, end)).join(" ");
    const { claim, suggestion } = item;
    const more = claim ? [claim.normalised, claim.claimant, claim.place, claim.flag && gettext("flagged"), ...claim.tags]
      : [suggestion.claimant_name];
    return [words, ...more].join(" ").toLocaleLowerCase();
  }

  /** Show only what holds these words; empty shows everything again. */
  search(words) {
    this.wanted = words.trim().toLocaleLowerCase();
  }

  /** Make the list say what the model says. The rows of a long list come by and by, in their order. */
  sync(model, currentKey) {
    const items = this.shown(model, currentKey);
    if (items === this.synced) {
      this.#markCurrent(currentKey);
      return;
    }
    this.threads = model.threads;
    const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
    const [from, to] = this.#differing(items);
    this.#tidy();
    for (const item of items) {
      const row = item.claim && this.#rows.get(item.key);
      if (row) this.#fill(row, item);
    }
    let after = from ? this.#rows.get(items[from - 1].key).element : null;
    let more = false;
    let made = 0;
    for (const item of items.slice(from, to)) {
      let row = this.#rows.get(item.key);
      if (!row) {
        // The open one is made at once, wherever it is.
        if (made >= ROWS_AT_ONCE && item.key !== currentKey) {
          more = true;
          continue;
        }
        made += 1;
        row = this.#make(item);
      }
      this.#fill(row, item);
      this.#place(row.element, after);
      after = row.element;
    }
    // A row that was moved lost it; of one that goes, it goes on with whoever asked for that.
    const moved = focused?.isConnected && focused !== document.activeElement && !this.#leaving?.contains(focused);
    if (moved) focused.focus({ preventScroll: true });
    this.#markCurrent(currentKey);
    this.#rejected(model);
    this.synced = more ? null : items;
    this.keys = items.filter(({ key }) => this.#rows.has(key)).map(({ key }) => key);
    clearTimeout(this.more);
    if (more) this.more = setTimeout(() => this.sync(model, this.currentKey), 0);
    const none = byId("no-items");
    none.hidden = model.items.length > 0 || model.rejected.length > 0;
    none.textContent = model.run
      ? gettext("Nothing here was found worth checking. Select words in the text to make a claim of your own.")
      : ["failed", "cancelled"].includes(model.job?.state)
        ? gettext("Without an extraction there are no suggestions. Select words in the text to make a claim of your own.")
        : gettext("Suggestions will appear here when the extraction is done. You can read and make claims already.");
    byId("progress-line").textContent = model.suggestions.length
      ? interpolate(gettext("%(decided)s of %(all)s suggestions decided"),
        { decided: model.decided, all: model.suggestions.length }, true)
      : "";
  }

  /**
   * The stretch `[from, to)` of the items that has other rows than it had, where those that are gone
   * are taken away: what goes on as before is not gone through row by row.
   */
  #differing(items) {
    const { keys } = this;
    let from = 0;
    let to = items.length;
    let end = keys.length;
    while (from < to && from < end && keys[from] === items[from].key) from += 1;
    while (to > from && end > from && keys[end - 1] === items[to - 1].key) [to, end] = [to - 1, end - 1];
    const stay = new Set(items.slice(from, to).map(({ key }) => key));
    for (const key of keys.slice(from, end)) {
      if (stay.has(key)) continue;
      this.#take(this.#rows.get(key).element);
      this.#rows.delete(key);
    }
    return [from, to];
  }

  /** Take a row away; the one with the focus when the focus has gone on, or the page is laid out just for that. */
  #take(element) {
    if (!element.contains(document.activeElement)) {
      element.remove();
      return;
    }
    this.#leaving = element;
    queueMicrotask(() => this.#letGo());
  }

  #letGo() {
    this.#leaving?.remove();
    this.#leaving = null;
  }

  /** Put a row behind another one, or first; one that stands there already is left alone. */
  #place(element, after) {
    if (!after) {
      const first = this.#blocks[0] || this.#addBlock(0);
      if (first.firstElementChild !== element) first.prepend(element);
      return;
    }
    const block = after.parentElement;
    let beside = after.nextElementSibling;
    if (beside && beside === this.#leaving) beside = beside.nextElementSibling;
    const next = beside || this.#blocks[this.#blocks.indexOf(block) + 1]?.firstElementChild;
    if (next === element) return;
    const full = block === this.#blocks.at(-1) && !after.nextElementSibling && block.childElementCount >= ROWS_IN_BLOCK;
    if (full) this.#addBlock(this.#blocks.length).append(element);
    else after.after(element);
  }

  #addBlock(at) {
    const block = h("div.rows", { role: "none" });
    this.root.insertBefore(block, this.#blocks[at] || (this.bin?.parentElement ? this.bin : null));
    this.#blocks.splice(at, 0, block);
    return block;
  }

  /** Blocks that became empty go; one that grew too long is cut, but not where somebody is working. */
  #tidy() {
    this.#blocks = this.#blocks.filter((block) => {
      if (!block.firstElementChild) block.remove();
      return block.firstElementChild;
    });
    for (const [at, block] of this.#blocks.entries()) {
      if (block.childElementCount > 2 * ROWS_IN_BLOCK && !block.contains(document.activeElement)) {
        this.#addBlock(at + 1).append(...[...block.children].slice(ROWS_IN_BLOCK));
      }
    }
  }

  row(key) {
    return this.#rows.get(key)?.element || null;
  }

  focus(key) {
    this.#rows.get(key)?.button.focus({ preventScroll: true });
    this.row(key)?.scrollIntoView({ block: "nearest" });
  }

  /** Its row has grown: show it as whole as it goes, unless somebody has gone on to something in it. */
  keepInSight(key) {
    if (document.activeElement === this.#rows.get(key)?.button) this.row(key).scrollIntoView({ block: "nearest" });
  }

  showSave(key) {
    const row = this.#rows.get(key);
    if (!row) return;
    const save = this.saveState(key);
    row.save.replaceChildren();
    row.save.className = `save ${save?.state || ""}`;
    if (!save) return;
    row.save.append(SAVES[save.state]());
    if (save.message) row.save.append(` – ${save.message}`);
    if (save.state === "failed") {
      row.save.append(" ", h("button.link", { type: "button", onclick: () => this.retry() }, gettext("Retry")));
    }
    if (save.state === "refused") {
      row.save.append(" ", h("button.link", { type: "button", onclick: () => this.discard(key) }, gettext("Discard my change")));
    }
  }

  /** Does a half-written form wait on the row? */
  showDraft(key) {
    const row = this.#rows.get(key);
    if (row) row.draft.hidden = !this.hasDraft(key);
  }

  /** What others do with the row's claim; "" for nothing. */
  showOthers(key, text) {
    const row = this.#rows.get(key);
    if (!row || row.others.textContent === text) return;
    row.others.textContent = text;
    row.others.hidden = !text;
  }

  #make(item) {
    const button = h("button.item-button", {
      type: "button", dataset: { item: item.key }, onclick: () => this.onSelect(item.key),
    });
    const save = h("p.save");
    const draft = h("p.draft", { hidden: !this.hasDraft(item.key) }, gettext("A form here isn't finished."));
    const others = h("p.others", { hidden: true });
    const body = h("div.item-body");
    button.setAttribute("aria-expanded", "false");
    const element = h("div.item", { role: "listitem" }, button, others, draft, save, body);
    const row = { element, button, others, draft, save, body, signature: "" };
    this.#rows.set(item.key, row);
    this.showSave(item.key);
    return row;
  }

  body(key) {
    return this.#rows.get(key)?.body || null;
  }

  #markCurrent(key) {
    if (key !== this.currentKey) this.#mark(this.#rows.get(this.currentKey), false);
    this.currentKey = key;
    this.#mark(this.#rows.get(key), true);
  }

  #mark(row, current) {
    if (!row) return;
    row.element.classList.toggle("current", current);
    if (current) row.button.setAttribute("aria-current", "true");
    else row.button.removeAttribute("aria-current");
    row.button.setAttribute("aria-expanded", String(current));
  }

  #fill(row, item) {
    // What a detector said doesn't change.
    if (item.suggestion && row.signature) return;
    const words = item.claim?.normalised || item.spans.map(([s, e]) => this.quote(s, e)).join(" … ");
    const [label, name, who] = item.claim ? this.#claimLabel(item.claim) : this.#suggestionLabel(item.suggestion);
    const repeat = Boolean(item.suggestion?.first_mention);
    const flagged = Boolean(item.claim?.flag);
    const talk = item.claim ? this.#talk(item.claim) : null;
    const signature = [words, label, name, who, repeat, flagged, talk?.text].join("\u0000");
    if (signature === row.signature) return;
    row.signature = signature;
    row.element.className = `item ${name}${row.element.matches(".current") ? " current" : ""}`;
    row.button.replaceChildren(
      h("span.tag", {}, label),
      repeat ? h("span.again", {}, h("span", { "aria-hidden": "true" }, "↻ "), gettext("repeat")) : "",
      flagged ? h("span.again", {}, h("span", { "aria-hidden": "true" }, "⚑ "), gettext("flagged")) : "",
      talk ? h(talk.fresh ? "span.count.talk" : "span.again", {}, h("span", { "aria-hidden": "true" }, "✎ "), talk.text) : "",
      who ? h("span.who", { dir: "auto" }, who) : "",
      h("span.words", { dir: "auto" }, words),
    );
  }

  /** What is to be read or settled in a claim's discussions, or null. */
  #talk(claim) {
    const threads = this.threads[claim.uid] || [];
    const fresh = threads.reduce((sum, thread) => sum + thread.unread, 0);
    if (fresh) return { fresh, text: interpolate(ngettext("%s new comment", "%s new comments", fresh), [fresh]) };
    const open = threads.filter((thread) => !thread.resolved_by && thread.comments.some((c) => !c.withdrawn)).length;
    if (!open) return null;
    return { fresh, text: interpolate(ngettext("%s open discussion", "%s open discussions", open), [open]) };
  }

  #suggestionLabel(suggestion) {
    const level = strength(suggestion.score);
    const kind = (KINDS[suggestion.kind] || KINDS.other)();
    return [`${STRENGTHS[level]()} · ${kind}`, `suggestion ${level}`, suggestion.claimant_name];
  }

  #claimLabel(claim) {
    const verdict = claim.verdicts.findLast((v) => v.kind === "adjudication") || claim.verdicts.at(-1);
    // Of verdicts that disagree none is the claim's.
    const label = verdict && claim.state !== "disputed" ? `${STATES[claim.state]()} · ${verdict.rating.label}` : STATES[claim.state]();
    return [label, `claim ${claim.state}`, claim.claimant || ""];
  }

  /** What was rejected, at the end. Its rows are made when somebody looks. */
  #rejected(model) {
    if (!this.bin) {
      const details = h("details", { ontoggle: () => this.#fillBin() }, h("summary"), h("ul"));
      this.bin = h("div.rejected", { role: "listitem" }, details);
    }
    const { rejected } = model;
    this.binned = rejected;
    if (!rejected.length) {
      this.bin.remove();
      return;
    }
    if (!this.bin.parentElement) this.root.append(this.bin);
    this.bin.querySelector("summary").textContent =
      interpolate(ngettext("%s rejected", "%s rejected", rejected.length), [rejected.length]);
    this.#fillBin();
  }

  #fillBin() {
    const rejected = this.bin.querySelector("details").open ? this.binned : [];
    this.bin.querySelector("ul").replaceChildren(...rejected.map((suggestion) => h("li", {},
      h("span", { dir: "auto" }, this.quote(suggestion.start, suggestion.end)), " ",
      h("button.link", { type: "button", onclick: () => this.onReopen(suggestion) }, gettext("Decide again")),
    )));
  }
}
