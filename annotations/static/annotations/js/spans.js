// The words of a claim: chosen by mouse or keyboard, moved by their edges, added to, taken out,
// divided and joined.

import { afterPaint, announce, byId, h, toast } from "./dom.js";
import { union } from "./operations/claims.js";

// Edges are moved among the words around them.
const NEAR = 500;

export class Spans {
  #split = false;

  /** `page` has the model, the text's reader, the actions and the item that is open; `signal` ends it. */
  constructor(page, signal) {
    this.page = page;
    this.exactly = false;
    this.handles = ["start", "end"].map((edge) => this.#handle(edge));
    this.reader.root.append(...this.handles);
    const text = byId("text");
    // With Alt a selection keeps its characters; otherwise it takes whole words.
    text.addEventListener("pointerdown", (event) => { this.exactly = event.altKey; });
    text.addEventListener("pointerup", (event) => { this.exactly = event.altKey; });
    document.addEventListener("selectionchange", () => this.#selectionChanged(), { signal });
    addEventListener("resize", () => this.place(), { signal });
    byId("claim-from-selection").addEventListener("click", () => this.newClaim());
    byId("span-from-selection").addEventListener("click", () => this.useSelection());
    byId("fragment-from-selection").addEventListener("click", () => this.addFragment());
  }

  get reader() {
    return this.page.reader;
  }

  get claim() {
    return this.page.item?.claim || null;
  }

  // --- What is chosen -------------------------------------------------------------------

  /** The selection as `{start, end}`, of whole words unless Alt was held; null when there is none. */
  chosen() {
    const found = this.reader.selection();
    return found && (this.exactly ? found : this.#snapped(found));
  }

  #snapped({ start, end }) {
    const touched = this.reader.tokens(start, end).filter((token) => token.start < end && token.end > start);
    if (!touched.length) return { start, end };
    return { start: Math.min(start, touched[0].start), end: Math.max(end, touched.at(-1).end) };
  }

  /** A span with the words to be sent along; none where it crosses a paragraph, whose white space isn't on the page. */
  #exact({ start, end }) {
    const quote = this.page.quote(start, end);
    return quote.includes("\n") ? { start, end } : { start, end, quote };
  }

  #clear() {
    getSelection().removeAllRanges();
    byId("selection-bar").hidden = true;
    this.exactly = false;
  }

  #selectionChanged() {
    const bar = byId("selection-bar");
    const chosen = this.reader.selection();
    bar.hidden = !chosen;
    byId("span-from-selection").hidden = !this.claim;
    byId("fragment-from-selection").hidden = !this.claim;
    if (!chosen) return;
    const box = this.reader.range(chosen.start, chosen.end).getBoundingClientRect();
    const x = Math.max(8, Math.min(box.left, innerWidth - bar.offsetWidth - 8));
    bar.style.setProperty("--x", `${x + scrollX}px`);
    bar.style.setProperty("--y", `${box.bottom + scrollY + 6}px`);
  }

  // --- Making and changing claims -------------------------------------------------------

  newClaim() {
    const chosen = this.chosen();
    if (chosen) {
      this.#clear();
      this.claimAt(chosen);
      return;
    }
    this.#choose(this.page.item?.spans[0][0] ?? 0);
  }

  /** Let the reviewer choose words by keyboard, from `offset` on. */
  #choose(offset, { split = false } = {}) {
    this.#split = split;
    if (this.page.cursor.begin(offset)) document.activeElement?.blur();
  }

  /** Words were chosen by keyboard: to begin a second claim at, or to make a claim of. */
  took(span) {
    const split = this.#split;
    this.#split = false;
    if (split) this.#splitAt(span.start);
    else this.claimAt(span);
  }

  claimAt(span) {
    const claim = this.page.actions.create([this.#exact(span)]);
    this.page.select(claim.uid);
  }

  useSelection() {
    const chosen = this.chosen();
    if (!chosen || !this.claim) return;
    this.#clear();
    this.#set([chosen]);
    this.page.list.focus(this.page.current);
  }

  /** Add the selected words to the claim as a fragment; what overlaps becomes one. */
  addFragment() {
    const chosen = this.chosen();
    if (!this.claim) {
      toast(gettext("Open a claim first; then words can be added to it."));
      return;
    }
    if (!chosen) {
      this.#choose(this.claim.spans.at(-1).end);
      return;
    }
    this.#clear();
    this.#set(union([...this.claim.spans, chosen]));
    this.page.list.focus(this.page.current);
  }

  removeFragment(index) {
    this.#set(this.claim.spans.filter((_span, i) => i !== index));
    this.page.list.focus(this.page.current);
  }

  #set(spans) {
    const fixed = spans.map((span) => this.#exact(span));
    this.page.actions.patch(this.claim, { spans: fixed });
    announce(fixed.map(({ start, end }) => this.page.quote(start, end)).join(" … "));
  }

  /** `side` is one of the page, as the arrows are: -1 the left, 1 the right one. */
  moveEdge(which, side) {
    const { item } = this.page;
    if (!item?.claim) {
      if (item) toast(gettext("Accept the suggestion first; then its edges can be moved."));
      return;
    }
    const spans = item.claim.spans.map(({ start, end }) => ({ start, end }));
    const span = which === "start" ? spans[0] : spans.at(-1);
    const step = this.reader.isRightToLeft(span.start) ? -side : side;
    const tokens = this.reader.tokens(Math.max(0, span.start - NEAR), span.end + NEAR);
    const at = which === "start"
      ? tokens.findIndex((token) => token.end > span.start)
      : tokens.findLastIndex((token) => token.start < span.end);
    const to = tokens[at + step];
    if (to) this.#moveTo(spans, span, which, to[which]);
  }

  /** Put an edge at an offset, unless nothing would be left or it would run into another fragment. */
  #moveTo(spans, span, which, offset) {
    const others = spans.filter((other) => other !== span);
    const moved = { ...span, [which]: offset };
    if (moved.start >= moved.end) return;
    if (others.some((other) => moved.start < other.end && other.start < moved.end)) return;
    Object.assign(span, moved);
    this.#set(spans);
  }

  // --- Two of one, one of two -----------------------------------------------------------

  merge() {
    if (!this.claim) {
      toast(gettext("Open a claim first; the one after it can be merged with it."));
      return;
    }
    const { items } = this.page.model;
    const here = items.findIndex((item) => item.claim === this.claim);
    const next = items.slice(here + 1).find((item) => item.claim);
    if (!next) {
      toast(gettext("There is no claim after this one to merge with."));
      return;
    }
    if ([this.claim, next.claim].some((claim) => claim.verdicts.length)) {
      toast(gettext("A verdict was given on one of the two claims; it has to be taken back first."), "error");
      return;
    }
    this.page.flush();
    this.page.actions.merge(this.claim, next.claim);
    this.page.list.focus(this.page.current);
  }

  /** Selected words become a claim of their own, or the last fragment; otherwise one chooses where. */
  split() {
    const { claim } = this;
    if (!claim) {
      toast(gettext("Open a claim first; then it can be split."));
      return;
    }
    if (claim.verdicts.length) {
      toast(gettext("A verdict was given on this claim; it has to be taken back first."), "error");
      return;
    }
    const chosen = this.chosen();
    if (chosen) {
      this.#clear();
      this.#splitOff(
        claim.spans.flatMap((span) => this.#less(span, chosen)),
        claim.spans.flatMap((span) => this.#within(span, chosen.start, chosen.end)),
      );
    } else if (claim.spans.length > 1) {
      this.#splitOff(claim.spans.slice(0, -1), claim.spans.slice(-1));
    } else {
      const [{ start, end }] = claim.spans;
      toast(gettext("Choose the word at which the second claim begins."));
      this.#choose(Math.floor((start + end) / 2), { split: true });
    }
  }

  #splitAt(offset) {
    const { claim } = this;
    if (!claim) return;
    this.#splitOff(
      claim.spans.flatMap((span) => this.#within(span, 0, offset)),
      claim.spans.flatMap((span) => this.#within(span, offset, Infinity)),
    );
  }

  #splitOff(spans, rest) {
    if (!spans.length || !rest.length) {
      toast(gettext("Both claims need words of their own: choose a place inside the claim."));
      return;
    }
    this.page.flush();
    const made = this.page.actions.split(
      this.claim, spans.map((span) => this.#exact(span)), rest.map((span) => this.#exact(span)),
    );
    this.page.select(made.uid);
  }

  /** What of a span lies in `[from, to)`, as a list of one or none. */
  #within(span, from, to) {
    const start = Math.max(span.start, from);
    const end = Math.min(span.end, to);
    const words = start < end && this.reader.trimmed(start, end);
    return words ? [words] : [];
  }

  #less(span, { start, end }) {
    return [...this.#within(span, 0, start), ...this.#within(span, end, Infinity)];
  }

  // --- Edges by dragging ----------------------------------------------------------------

  #handle(edge) {
    const handle = h(`span.edge-handle.at-${edge}`, { "aria-hidden": "true", hidden: true });
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      this.dragging = edge;
    });
    handle.addEventListener("pointermove", (event) => {
      if (this.dragging === edge) this.#drag(edge, event);
    });
    const drop = (keep) => () => {
      if (this.dragging !== edge) return;
      this.dragging = null;
      this.reader.paint({ cursor: [] });
      const { target } = this;
      this.target = null;
      if (keep && target !== null && this.claim) {
        const spans = this.claim.spans.map(({ start, end }) => ({ start, end }));
        this.#moveTo(spans, edge === "start" ? spans[0] : spans.at(-1), edge, target);
      }
      this.place();
    };
    handle.addEventListener("pointerup", drop(true));
    handle.addEventListener("pointercancel", drop(false));
    return handle;
  }

  #drag(edge, event) {
    // The handle itself lies under the pointer.
    for (const handle of this.handles) handle.classList.add("passing");
    const offset = this.reader.offsetAt(event.clientX, event.clientY);
    for (const handle of this.handles) handle.classList.remove("passing");
    const { claim } = this;
    if (offset === null || !claim) return;
    this.target = event.altKey ? offset : this.#nearest(edge, offset);
    const start = edge === "start" ? this.target : claim.spans[0].start;
    const end = edge === "end" ? this.target : claim.spans.at(-1).end;
    if (start < end) this.reader.paint({ cursor: [[start, end]] });
  }

  /** The token's start or end that is nearest to an offset. */
  #nearest(edge, offset) {
    const near = this.reader.tokens(Math.max(0, offset - NEAR), offset + NEAR).map((token) => token[edge]);
    return near.reduce((best, at) => (Math.abs(at - offset) < Math.abs(best - offset) ? at : best), near[0] ?? offset);
  }

  /** Put the handles at the edges of the open claim, once the page with what a key did is shown. */
  place() {
    if (!this.claim) for (const handle of this.handles) handle.hidden = true;
    if (this.placing || !this.claim) return;
    this.placing = true;
    afterPaint(() => {
      this.placing = false;
      this.#put();
    });
  }

  #put() {
    const { claim } = this;
    for (const handle of this.handles) handle.hidden = !claim;
    if (!claim) return;
    const frame = this.reader.root.getBoundingClientRect();
    const rtl = this.reader.isRightToLeft(claim.spans[0].start);
    const put = (handle, box, side) => {
      handle.style.setProperty("--x", `${box[side] - frame.left}px`);
      handle.style.setProperty("--y", `${box.top - frame.top}px`);
      handle.style.setProperty("--h", `${box.height}px`);
    };
    const first = this.reader.range(claim.spans[0].start, claim.spans[0].end).getClientRects();
    const last = this.reader.range(claim.spans.at(-1).start, claim.spans.at(-1).end).getClientRects();
    if (!first.length || !last.length) return;
    put(this.handles[0], first[0], rtl ? "right" : "left");
    put(this.handles[1], last[last.length - 1], rtl ? "left" : "right");
  }
}
