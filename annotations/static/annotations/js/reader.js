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

export class Reader {
  constructor(root) {
    this.root = root;
    this.pieces = [...root.querySelectorAll(".s")].map((element) => {
      const text = element.textContent;
      const start = Number(element.dataset.start);
      const length = codePoints(text);
      return { element, text, start, end: start + length, plain: length === text.length };
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
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pieces[middle].start <= offset) low = middle;
      else high = middle - 1;
    }
    return this.pieces[low];
  }

  #units(piece, offset) {
    const inside = Math.max(0, Math.min(offset, piece.end) - piece.start);
    return piece.plain ? inside : toUnits(piece.text, inside);
  }

  /** The text node and index at `offset`; as an end it belongs to the piece before. */
  #place(offset, isEnd) {
    const piece = this.#piece(isEnd ? Math.max(0, offset - 1) : offset);
    let left = this.#units(piece, offset);
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

  /** What stands in `[start, end)`; paragraphs are joined by line ends. */
  slice(start, end) {
    let out = "";
    for (const piece of this.pieces) {
      if (piece.end <= start || piece.start >= end) continue;
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
    for (const piece of this.pieces) {
      if (piece.end <= start || piece.start >= end) continue;
      piece.tokens ??= [...this.segmenter.segment(piece.text)]
        .filter((part) => part.segment.trim())
        .map((part) => {
          const from = piece.start + toCodePoints(piece.text, part.index);
          return { start: from, end: from + codePoints(part.segment) };
        });
      found.push(...piece.tokens);
    }
    return found;
  }

  /** Paint layers anew: `{layer: [[start, end], …]}`; layers not named are left alone. */
  paint(layers) {
    for (const [name, spans] of Object.entries(layers)) {
      if (this.native) {
        const layer = this.layers.get(name);
        layer.clear();
        for (const [start, end] of spans) layer.add(this.range(start, end));
      } else {
        this.marked.set(name, spans);
      }
    }
    if (!this.native) this.#wrap();
  }

  paintItems(items, currentKey) {
    const layers = Object.fromEntries(
      [...ITEM_LAYERS, ...LINE_LAYERS].map((name) => [name, []]),
    );
    for (const item of items) {
      const spans = item.spans;
      if (item.claim) {
        layers[item.claim.state === "open" ? "claim" : "judged"].push(...spans);
      } else {
        layers[strength(item.suggestion.score)].push(...spans);
        layers[kindLayer(item.suggestion.kind)].push(...spans);
        if (item.suggestion.first_mention) layers.repeat.push(...spans);
      }
      if (item.key === currentKey) layers.current.push(...spans);
    }
    this.paint(layers);
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
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollBy({ top: box.top - innerHeight * 0.3, behavior: calm ? "instant" : "smooth" });
  }
}
