// The text: where an offset is on the page, what stands under the pointer, and the highlights.
// All offsets that come in or go out are code points of the article's text.

import { codePoints, toCodePoints, toUnits } from "./offsets.js";

const STRONG = 0.75;
const MEDIUM = 0.5;
const KINDS = ["quantity", "causation", "law", "prediction", "personal_experience"];
const ITEM_LAYERS = ["weak", "medium", "strong", "claim", "judged", "current"];
const LAYERS = [...ITEM_LAYERS, "reason", "cursor"];

export const strength = (score) => (score >= STRONG ? "strong" : score >= MEDIUM ? "medium" : "weak");
const kindLayer = (kind) => `kind-${KINDS.includes(kind) ? kind : "other"}`;
// Lines above and below the words, drawn over every colour.
const LINE_LAYERS = [...KINDS.map(kindLayer), "kind-other", "repeat"];

// Of the window's height: text so far above and below it counts as on the screen.
const NEARLY = 0.05;
// Painted before the browser says what is on the screen.
const FIRST_PIECES = 60;

function layersOf(item) {
  if (item.claim) return [item.claim.state === "open" ? "claim" : "judged"];
  const { score, kind, first_mention: first } = item.suggestion;
  return [strength(score), kindLayer(kind), ...(first ? ["repeat"] : [])];
}

export class Reader {
  constructor(root) {
    this.root = root;
    this.pieces = [...root.querySelectorAll(".s")].map((element) => {
      const text = element.textContent;
      const start = Number(element.dataset.start);
      const length = codePoints(text);
      return { element, leaf: element.closest(".leaf"), text, start, end: start + length, plain: length === text.length };
    });
    this.native = Boolean(globalThis.CSS?.highlights && globalThis.Highlight);
    this.layers = new Map();
    if (this.native) {
      for (const [priority, name] of [...LAYERS, ...LINE_LAYERS].entries()) {
        const layer = new Highlight();
        layer.priority = priority;
        CSS.highlights.set(name, layer);
        this.layers.set(name, layer);
      }
    }
    this.marked = new Map();
    this.painted = new Map();
    if (this.native) this.#watch();
  }

  /**
   * The browser sets all highlights anew whenever anything on the page changes, so only those near
   * what is on the screen are registered: a key press costs the same in a long text as in a short one.
   */
  #watch() {
    this.near = [0, this.pieces[Math.min(FIRST_PIECES, this.pieces.length) - 1]?.end ?? 0];
    this.ended = new AbortController();
    const { signal } = this.ended;
    let asked = 0;
    const soon = () => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        if (!signal.aborted) this.#look(...this.#onScreen());
      });
    };
    addEventListener("scroll", soon, { signal, passive: true });
    this.observer = new ResizeObserver(soon);
    this.observer.observe(this.root);
    addEventListener("beforeprint", () => this.#look(0, Infinity), { signal });
    addEventListener("afterprint", soon, { signal });
  }

  /** From where to where the text is on the screen or nearly so, in whole paragraphs. */
  #onScreen() {
    const margin = innerHeight * NEARLY;
    const first = this.#firstBelow(-margin);
    const after = this.#firstBelow(innerHeight + margin, "top");
    if (!this.pieces.length) return [0, 0];
    return [this.pieces[Math.min(first, this.pieces.length - 1)].start, this.pieces[Math.max(first, after - 1)]?.end ?? this.end];
  }

  /**
   * The number of the first piece in a paragraph whose bottom (or top) is below `y` pixels. Asked of
   * leaves first: what is in one out of sight would be laid out for the answer.
   */
  #firstBelow(y, edge = "bottom") {
    const below = (element) => element.getBoundingClientRect()[edge] > y;
    const leaf = this.#first(0, this.pieces.length, (piece) => below(piece.leaf));
    // The top of a leaf is its first paragraph's; the last one that begins above has others below.
    const within = edge === "bottom" ? this.pieces[leaf]?.leaf : this.pieces[leaf - 1]?.leaf;
    if (!within) return leaf;
    const from = this.#first(0, leaf, (piece) => piece.leaf === within);
    const to = this.#first(leaf, this.pieces.length, (piece) => piece.leaf !== within);
    return this.#first(from, to, (piece) => below(piece.element.parentElement));
  }

  /** The number of the first piece in `[low, high)` for which it holds, as for all that follow it; else `high`. */
  #first(low, high, holds) {
    let [from, to] = [low, high];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (holds(this.pieces[middle])) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  #look(start, end) {
    if (this.near[0] === start && this.near[1] === end) return;
    this.near = [start, end];
    if (this.items) this.paintItems(this.items, this.currentKey);
  }

  /** Another text is shown now. */
  clear() {
    this.observer?.disconnect();
    this.ended?.abort();
    for (const layer of this.layers.values()) layer.clear();
    for (const name of this.layers.keys()) CSS.highlights.delete(name);
  }

  get end() {
    return this.pieces.length ? this.pieces[this.pieces.length - 1].end : 0;
  }

  /** The paragraphs as `[start, end]`, in order. */
  get paragraphs() {
    const found = [];
    let before = null;
    for (const { element, start, end } of this.pieces) {
      if (element.parentElement === before) found.at(-1)[1] = end;
      else found.push([start, end]);
      before = element.parentElement;
    }
    return found;
  }

  /** Is the paragraph at `offset` read from the right? */
  isRightToLeft(offset) {
    return getComputedStyle(this.#piece(offset).element.parentElement).direction === "rtl";
  }

  /** Select words as a mouse would. */
  select(start, end) {
    getSelection().removeAllRanges();
    getSelection().addRange(this.range(start, end));
  }

  /** The last piece that begins at `offset` or before it. */
  #piece(offset) {
    return this.pieces[this.#index(offset)];
  }

  #index(offset) {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pieces[middle].start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #units(piece, offset) {
    const inside = Math.max(0, Math.min(offset, piece.end) - piece.start);
    return piece.plain ? inside : toUnits(piece.text, inside);
  }

  /** The text node and index at `offset`; as an end it belongs to the piece before. */
  #place(offset, isEnd) {
    const piece = this.#piece(isEnd ? Math.max(0, offset - 1) : offset);
    let left = this.#units(piece, offset);
    const only = piece.element.firstChild;
    if (only?.nodeType === Node.TEXT_NODE && !only.nextSibling) return [only, Math.min(left, only.length)];
    const walker = document.createTreeWalker(piece.element, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (node && left > node.length) {
      left -= node.length;
      node = walker.nextNode() || node;
    }
    return [node, Math.min(left, node.length)];
  }

  range(start, end) {
    const range = document.createRange();
    range.setStart(...this.#place(start, false));
    range.setEnd(...this.#place(end, true));
    return range;
  }

  /** A range to be painted. The document keeps no account of it, so thousands cost nothing later. */
  #still(start, end) {
    const [startContainer, startOffset] = this.#place(start, false);
    const [endContainer, endOffset] = this.#place(end, true);
    return new StaticRange({ startContainer, startOffset, endContainer, endOffset });
  }

  /** What stands in `[start, end)`; paragraphs are joined by line ends. */
  slice(start, end) {
    let out = "";
    for (let i = this.#index(start); i < this.pieces.length; i += 1) {
      const piece = this.pieces[i];
      if (piece.end <= start) continue;
      if (piece.start >= end) break;
      if (out && !out.endsWith("\n") && piece.element.previousElementSibling === null) out += "\n";
      out += piece.text.slice(this.#units(piece, start), this.#units(piece, end));
    }
    return out;
  }

  /** The offset of a DOM position inside the text, or null. */
  offsetOf(node, index) {
    const element = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.(".s");
    if (!element || !this.root.contains(element)) return null;
    const before = document.createRange();
    before.selectNodeContents(element);
    before.setEnd(node, index);
    return Number(element.dataset.start) + codePoints(before.toString());
  }

  /** The mouse selection as `{start, end}`, trimmed of white space; null when there is none here. */
  selection() {
    const chosen = getSelection();
    if (!chosen || chosen.isCollapsed || !chosen.rangeCount) return null;
    const range = chosen.getRangeAt(0);
    const touched = this.pieces.filter((piece) => range.intersectsNode(piece.element));
    if (!touched.length) return null;
    const inside = (node) => this.root.contains(node) && node !== this.root;
    let start = inside(range.startContainer) ? this.offsetOf(range.startContainer, range.startOffset) : null;
    let end = inside(range.endContainer) ? this.offsetOf(range.endContainer, range.endOffset) : null;
    start ??= touched[0].start;
    end ??= touched[touched.length - 1].end;
    if (range.endOffset === 0 && end <= touched[touched.length - 1].start) {
      end = Math.max(...touched.map((p) => p.end).filter((e) => e <= end), start);
    }
    return this.trimmed(start, end);
  }

  trimmed(start, end) {
    const text = this.slice(start, end);
    const words = text.trim();
    if (!words) return null;
    // Counted from both edges: between paragraphs the page has not all the text's white space.
    const lead = codePoints(text) - codePoints(text.trimStart());
    const trail = codePoints(text) - codePoints(text.trimEnd());
    return { start: start + lead, end: end - trail };
  }

  /** The offset under a point of the window, or null. */
  offsetAt(x, y) {
    if (document.caretPositionFromPoint) {
      const place = document.caretPositionFromPoint(x, y);
      return place ? this.offsetOf(place.offsetNode, place.offset) : null;
    }
    const range = document.caretRangeFromPoint?.(x, y);
    return range ? this.offsetOf(range.startContainer, range.startOffset) : null;
  }

  /** The words of the whole text, in order: `{start, end}` each. Found once a piece, when asked for. */
  tokens(start, end) {
    this.segmenter ??= new Intl.Segmenter(document.documentElement.lang, { granularity: "word" });
    const found = [];
    for (let i = this.#index(start); i < this.pieces.length; i += 1) {
      const piece = this.pieces[i];
      if (piece.end <= start) continue;
      if (piece.start >= end) break;
      piece.tokens ??= [...this.segmenter.segment(piece.text)]
        .filter((part) => part.segment.trim())
        .map((part) => {
          const from = piece.start + (piece.plain ? part.index : toCodePoints(piece.text, part.index));
          return { start: from, end: from + (piece.plain ? part.segment.length : codePoints(part.segment)) };
        });
      for (const token of piece.tokens) found.push(token);
    }
    return found;
  }

  /** Paint layers anew: `{layer: [[start, end], …]}`; layers not named are left alone. */
  paint(layers) {
    for (const [name, spans] of Object.entries(layers)) {
      if (this.native) {
        const layer = this.layers.get(name);
        if (!spans.length && !layer.size) continue;
        layer.clear();
        for (const [start, end] of spans) layer.add(this.#still(start, end));
      } else {
        this.marked.set(name, spans);
      }
    }
    if (!this.native) this.#wrap();
  }

  /** Paint the items. Only those that are new, gone or changed since the last time are touched. */
  paintItems(items, currentKey) {
    const current = items.find((item) => item.key === currentKey);
    if (!this.native) {
      const layers = Object.fromEntries([...ITEM_LAYERS, ...LINE_LAYERS].map((name) => [name, []]));
      for (const item of items) for (const name of layersOf(item)) layers[name].push(...item.spans);
      this.paint({ ...layers, current: current?.spans || [] });
      return;
    }
    const [from, to] = this.near;
    const known = this.items === items && this.nearThen === this.near;
    Object.assign(this, { items, currentKey, nearThen: this.near });
    if (!known) this.#paintNear(items, from, to);
    const spans = current?.spans || [];
    if (String(spans) === this.marking) return;
    this.marking = String(spans);
    this.paint({ current: spans });
  }

  #paintNear(items, from, to) {
    const before = this.painted;
    this.painted = new Map();
    for (const item of items) {
      if (item.spans[0][0] >= to || item.spans.at(-1)[1] <= from) continue;
      const names = layersOf(item);
      const signature = `${names} ${item.spans}`;
      const known = before.get(item.key);
      if (known?.signature === signature) {
        this.painted.set(item.key, known);
        before.delete(item.key);
      } else {
        const ranges = item.spans.map(([start, end]) => this.#still(start, end));
        for (const name of names) for (const range of ranges) this.layers.get(name).add(range);
        this.painted.set(item.key, { signature, names, ranges });
      }
    }
    for (const { names, ranges } of before.values()) {
      for (const name of names) for (const range of ranges) this.layers.get(name).delete(range);
    }
  }

  /** For browsers without the Highlight API: `<mark>`s cut where any layer begins or ends. */
  #wrap() {
    const all = [...this.marked].flatMap(([name, spans]) => spans.map(([s, e]) => ({ name, s, e })));
    for (const piece of this.pieces) {
      const here = all.filter(({ s, e }) => s < piece.end && e > piece.start);
      const cuts = new Set([piece.start, piece.end]);
      for (const { s, e } of here) {
        cuts.add(Math.max(s, piece.start));
        cuts.add(Math.min(e, piece.end));
      }
      const sorted = [...cuts].sort((a, b) => a - b);
      const parts = sorted.slice(0, -1).map((from, i) => {
        const to = sorted[i + 1];
        const words = piece.text.slice(this.#units(piece, from), this.#units(piece, to));
        const names = here.filter(({ s, e }) => s <= from && e >= to).map(({ name }) => `hl-${name}`);
        if (!names.length) return document.createTextNode(words);
        const mark = document.createElement("mark");
        mark.className = names.join(" ");
        mark.append(words);
        return mark;
      });
      piece.element.replaceChildren(...parts);
    }
  }

  /** Scroll to it if it isn't in sight. `covered` pixels at the bottom are something else's. */
  reveal(start, end, covered = 0) {
    const box = this.range(start, end).getBoundingClientRect();
    const top = 80;
    const bottom = innerHeight - (innerWidth < 900 ? innerHeight * 0.55 : 60) - covered;
    if (box.top >= top && box.bottom <= bottom) return;
    // At once: whoever goes on by a key reads there next, and doesn't wait for a page that glides.
    scrollBy({ top: box.top - innerHeight * 0.3, behavior: "instant" });
  }
}
