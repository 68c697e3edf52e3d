// Choosing words by keyboard: a run of tokens whose ends are moved by token, by sentence and by
// paragraph, until it is taken or dropped.

import { announce, h } from "./dom.js";
import { keyOf } from "./keymap.js";

// What is longer is announced by its ends.
const ANNOUNCED_WHOLE = 8;
const ANNOUNCED_ENDS = 3;
const PAUSE = 150;

export class Cursor {
  constructor(reader, sentences) {
    Object.assign(this, { reader, sentences });
    this.active = false;
  }

  /** Begin at the word at `offset`, with that word chosen. False where there are no words. */
  begin(offset) {
    this.tokens = this.reader.tokens(0, Infinity);
    if (!this.tokens.length) return false;
    const found = this.tokens.findIndex((token) => token.end > offset);
    this.first = this.last = Math.max(0, found);
    this.active = true;
    this.#hint(true);
    this.#show("end");
    return true;
  }

  get span() {
    return { start: this.tokens[this.first].start, end: this.tokens[this.last].end };
  }

  /** To the next word (1) or the one before (-1); with `event` of an arrow, to where it points. */
  word(step, event) {
    const by = this.#along(step, event);
    const at = by > 0 ? this.last + by : this.first + by;
    this.first = this.last = this.#inside(at);
    this.#show("end");
  }

  /** Move the end (`edge` "end") or the start by words; a span keeps at least one. */
  grow(step, { edge = "end", event = null } = {}) {
    const by = this.#along(step, event);
    if (edge === "end") this.last = Math.max(this.first, this.#inside(this.last + by));
    else this.first = Math.min(this.last, this.#inside(this.first + by));
    this.#show(edge);
  }

  /** Move an edge to the next end (or start) of a sentence in that direction. */
  growSentence(step, edge = "end") {
    const ends = this.#runs(this.#sentences()).map(([first, last]) => (edge === "end" ? last : first));
    const at = edge === "end" ? this.last : this.first;
    const to = step > 0 ? ends.find((place) => place > at) : ends.findLast((place) => place < at);
    if (to === undefined) return;
    if (edge === "end") this.last = Math.max(this.first, to);
    else this.first = Math.min(this.last, to);
    this.#show(edge);
  }

  /** The first word of the sentence before (-1) or after (1), or with 0 the whole of this one. */
  sentence(step) {
    this.#unit(this.#runs(this.#sentences()), step);
  }

  paragraph(step) {
    this.#unit(this.#runs(this.reader.paragraphs), step);
  }

  /**
   * A function for each action of the context "cursor". `take(span)` makes a claim of the words,
   * `dropped()` is called where none are chosen;
   * `use(action)` does an action of the page with them selected, and says whether it knows it.
   */
  actions({ take, dropped, use }) {
    const used = (action) => () => {
      const { span } = this;
      if (!use(action, span)) return false;
      this.end();
      return true;
    };
    return {
      wordLeft: (event) => this.word(-1, event),
      wordRight: (event) => this.word(1, event),
      sentenceUp: () => this.sentence(-1),
      sentenceDown: () => this.sentence(1),
      sentence: () => this.sentence(0),
      paragraphUp: () => this.paragraph(-1),
      paragraphDown: () => this.paragraph(1),
      paragraph: () => this.paragraph(0),
      grow: (event) => this.grow(1, { event }),
      shrink: (event) => this.grow(-1, { event }),
      growStart: (event) => this.grow(-1, { edge: "start", event }),
      shrinkStart: (event) => this.grow(1, { edge: "start", event }),
      growSentence: () => this.growSentence(1),
      shrinkSentence: () => this.growSentence(-1),
      growStartSentence: () => this.growSentence(-1, "start"),
      shrinkStartSentence: () => this.growSentence(1, "start"),
      take: () => {
        const { span } = this;
        this.end();
        take(span);
      },
      takeFragment: used("addFragment"),
      takeSpan: used("useSelection"),
      drop: () => {
        this.end();
        dropped();
        announce(gettext("Nothing chosen"));
      },
    };
  }

  end() {
    this.active = false;
    clearTimeout(this.timer);
    this.#hint(false);
    this.reader.paint({ cursor: [] });
  }

  // --- Where it can go ----------------------------------------------------------------------

  #inside(at) {
    return Math.max(0, Math.min(this.tokens.length - 1, at));
  }

  /** An arrow means a side of the page, so in right-to-left text the left one goes on. */
  #along(step, event) {
    const arrow = ["ArrowLeft", "ArrowRight"].includes(event?.key);
    return arrow && this.reader.isRightToLeft(this.tokens[this.last].start) ? -step : step;
  }

  /** Before the extraction no sentences are known. */
  #sentences() {
    return this.sentences.length ? this.sentences : this.reader.paragraphs;
  }

  /** Stretches of the text as runs of tokens, `[first, last]`; those without words are left out. */
  #runs(stretches) {
    const runs = [];
    let at = 0;
    for (const [start, end] of stretches) {
      while (at < this.tokens.length && this.tokens[at].start < start) at += 1;
      const first = at;
      while (at < this.tokens.length && this.tokens[at].end <= end) at += 1;
      if (at > first) runs.push([first, at - 1]);
    }
    return runs;
  }

  #unit(runs, step) {
    if (!runs.length) return;
    const here = Math.max(0, runs.findLastIndex(([first]) => first <= this.first));
    const [first, last] = runs[Math.max(0, Math.min(runs.length - 1, here + step))];
    this.first = first;
    this.last = step === 0 ? last : first;
    this.#show("start");
  }

  // --- Showing it ---------------------------------------------------------------------------

  /** `edge` is the one that moved: it stays in sight where the whole is longer than the window. */
  #show(edge) {
    const { start, end } = this.span;
    const moved = this.tokens[edge === "end" ? this.last : this.first];
    this.reader.paint({ cursor: [[start, end]] });
    this.reader.reveal(moved.start, moved.end, this.hint.offsetHeight);
    // A key that is held down is announced once, where it stops.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => announce(this.#said()), PAUSE);
  }

  #said() {
    const { start, end } = this.span;
    const count = this.last - this.first + 1;
    if (count <= ANNOUNCED_WHOLE) return this.reader.slice(start, end);
    const head = this.reader.slice(start, this.tokens[this.first + ANNOUNCED_ENDS - 1].end);
    const tail = this.reader.slice(this.tokens[this.last - ANNOUNCED_ENDS + 1].start, end);
    return interpolate(ngettext("%(head)s … %(tail)s, %(count)s word", "%(head)s … %(tail)s, %(count)s words", count),
      { head, tail, count }, true);
  }

  /** The mode is in sight for as long as it lasts, with the keys that lead out of it. */
  #hint(shown) {
    if (!this.hint) {
      this.hint = h("p.cursor-hint");
      this.reader.root.after(this.hint);
    }
    this.hint.hidden = !shown;
    if (!shown) return;
    const fromRight = this.reader.isRightToLeft(this.tokens[this.first].start);
    const part = (label, ...actions) => {
      const keys = actions.map((action) => keyOf(action)).filter(Boolean);
      return keys.length ? h("span", {}, keys.flatMap((key) => [h("kbd", {}, key), " "]), label) : null;
    };
    this.hint.replaceChildren(
      ...[
        h("strong", {}, gettext("Choosing words")),
        part(gettext("word"), "wordLeft", "wordRight"),
        part(gettext("sentence"), "sentenceUp", "sentenceDown", "sentence"),
        part(gettext("paragraph"), "paragraph"),
        part(gettext("longer, shorter"), ...(fromRight ? ["shrink", "grow"] : ["grow", "shrink"])),
        part(gettext("make a claim"), "take"),
        part(gettext("leave"), "drop"),
        part(gettext("all keys"), "help"),
      ].filter(Boolean),
    );
  }
}
