// The list beside the text: the same items as the highlights, as real buttons. One row a key,
// kept while its item lives, so that a change touches only the row it is about.

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

export class List {
  #rows = new Map();

  constructor({ quote, onSelect, onReopen, saveState, retry, discard, hasDraft }) {
    Object.assign(this, { quote, onSelect, onReopen, saveState, retry, discard, hasDraft });
    this.root = byId("items");
  }

  /** The items that the search lets through, in their order; all where nothing is searched for. */
  shown(model) {
    if (!this.wanted) return model.items;
    return model.items.filter((item) => item.key === this.currentKey || this.#text(item).includes(this.wanted));
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
    const items = this.shown(model);
    const wanted = new Set(items.map((item) => item.key));
    // First, so that the rows that stay are where they belong: one in the way would move them all.
    for (const [key, row] of this.#rows) {
      if (wanted.has(key)) continue;
      row.element.remove();
      this.#rows.delete(key);
    }
    let after = null;
    this.threads = model.threads;
    let more = false;
    let made = 0;
    for (const item of items) {
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
      const place = after ? after.nextElementSibling : this.root.firstElementChild;
      if (row.element !== place) this.root.insertBefore(row.element, place);
      after = row.element;
    }
    this.#markCurrent(currentKey);
    this.#rejected(model, after);
    clearTimeout(this.more);
    if (more) this.more = setTimeout(() => this.sync(model, this.currentKey), 0);
    const none = byId("no-items");
    none.hidden = model.items.length > 0 || model.rejected.length > 0;
    none.textContent = model.run
      ? gettext("Nothing here was found worth checking. Select words in the text to make a claim of your own.")
      : gettext("Suggestions will appear here when the extraction is done. You can read and make claims already.");
    byId("progress-line").textContent = model.suggestions.length
      ? interpolate(gettext("%(decided)s of %(all)s suggestions decided"),
        { decided: model.decided, all: model.suggestions.length }, true)
      : "";
  }

  row(key) {
    return this.#rows.get(key)?.element || null;
  }

  focus(key) {
    this.#rows.get(key)?.button.focus({ preventScroll: true });
    this.row(key)?.scrollIntoView({ block: "nearest" });
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
    const element = h("li.item", {}, button, others, draft, save, body);
    const row = { element, button, others, draft, save, body, signature: "" };
    this.#rows.set(item.key, row);
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
    const label = verdict ? `${STATES[claim.state]()} · ${verdict.rating.label}` : STATES[claim.state]();
    return [label, `claim ${claim.state}`, claim.claimant || ""];
  }

  #rejected(model, after) {
    this.bin ??= h("li.rejected", {}, h("details", {}, h("summary"), h("ul")));
    if (!model.rejected.length) {
      this.bin.remove();
      return;
    }
    const place = after ? after.nextElementSibling : this.root.firstElementChild;
    if (this.bin !== place) this.root.insertBefore(this.bin, place);
    this.bin.querySelector("summary").textContent =
      interpolate(ngettext("%s rejected", "%s rejected", model.rejected.length), [model.rejected.length]);
    this.bin.querySelector("ul").replaceChildren(...model.rejected.map((suggestion) => h("li", {},
      h("span", { dir: "auto" }, this.quote(suggestion.start, suggestion.end)), " ",
      h("button.link", { type: "button", onclick: () => this.onReopen(suggestion) }, gettext("Decide again")),
    )));
  }
}
