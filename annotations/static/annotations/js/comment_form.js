// The form in which a comment is written or changed.

import { field, h } from "./dom.js";
import { shownKey } from "./keymap.js";
import { preview } from "./markdown.js";
import { offerMentions } from "./mentions.js";

const MOST = 5000;

export class CommentForm {
  /** `send(text)` takes what was written, `cancel()` gives it up. */
  constructor({ label, button, people, send, cancel }) {
    this.send = send;
    this.text = h("textarea", { rows: 2, name: "comment", maxlength: MOST, dir: "auto" });
    const names = offerMentions(this.text, people);
    this.box = field(label, this.text);
    this.text.after(names);
    this.element = h("form.inset.comment-form", { novalidate: true, "aria-label": label, onsubmit: (event) => this.#submit(event) },
      this.box, preview(this.text),
      h("div.buttons", {},
        h("button.primary", { type: "submit" }, button, " ", h("kbd", {}, shownKey("Ctrl+Enter"))),
        h("button.quiet", { type: "button", onclick: cancel }, gettext("Cancel"))));
  }

  get value() {
    return this.text.value.trim();
  }

  fail(reason) {
    this.box.fail(reason);
  }

  focus() {
    this.text.focus();
    this.text.setSelectionRange(this.text.value.length, this.text.value.length);
  }

  #submit(event) {
    event.preventDefault();
    if (this.value) {
      this.send(this.value);
      return;
    }
    this.fail(gettext("Say something."));
    this.text.focus();
  }
}
