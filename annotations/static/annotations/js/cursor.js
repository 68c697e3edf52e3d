// Choosing words by keyboard: a run of tokens that is moved, grown and taken.

import { announce } from "./dom.js";

export class Cursor {
  constructor(reader, sentences) {
    Object.assign(this, { reader, sentences });
    this.active = false;
  }

  /** Begin at the word at `offset`, with that word chosen. */
  begin(offset) {
    this.tokens = this.reader.tokens(0, Infinity);
    if (!this.tokens.length) return false;
    const found = this.tokens.findIndex((token) => token.end > offset);
    this.first = this.last = Math.max(0, found);
    this.active = true;
    this.#show();
    return true;
  }

  get span() {
    return { start: this.tokens[this.first].start, end: this.tokens[this.last].end };
  }

  word(step) {
    const at = step > 0 ? this.last + step : this.first + step;
    this.first = this.last = Math.max(0, Math.min(this.tokens.length - 1, at));
    this.#show();
  }

  grow(step) {
    this.last = Math.max(this.first, Math.min(this.tokens.length - 1, this.last + step));
    this.#show();
  }

  /** Choose the whole sentence, the one before (-1) or after it (1). */
  sentence(step) {
    const here = this.#sentenceAt(this.tokens[this.first].start);
    const [start, end] = this.sentences[Math.max(0, Math.min(this.sentences.length - 1, here + step))];
    const first = this.tokens.findIndex((token) => token.start >= start);
    const last = this.tokens.findLastIndex((token) => token.end <= end);
    if (first === -1 || last < first) return;
    this.first = first;
    this.last = step === 0 ? last : first;
    this.#show();
  }

  #sentenceAt(offset) {
    const found = this.sentences.findLastIndex(([start]) => start <= offset);
    return Math.max(0, found);
  }

  end() {
    this.active = false;
    this.reader.paint({ cursor: [] });
  }

  #show() {
    const { start, end } = this.span;
    this.reader.paint({ cursor: [[start, end]] });
    this.reader.reveal(start, end);
    announce(this.reader.slice(start, end));
  }
}
