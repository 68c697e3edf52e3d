// The less used fields of a claim: its place, its tags, and the flag that sets it aside.

import { field, h, showValue, unsent } from "./dom.js";
import { offerNames } from "./names.js";

export class Details {
  /** `save(fields)` queues a change of the claim. */
  constructor(claim, { model, save }) {
    Object.assign(this, { claim, save });
    const { corpus } = model;
    this.place = h("input", { type: "text", maxlength: 200, dir: "auto", name: "place", autocomplete: "off" });
    this.tag = h("input", { type: "text", maxlength: 50, dir: "auto", name: "tag", autocomplete: "off" });
    this.flag = h("select", { name: "flag" }, h("option", { value: "" }, gettext("not flagged")),
      corpus.flags.map(({ key, label }) => h("option", { value: key }, label)));
    this.note = h("input", { type: "text", maxlength: 500, dir: "auto", name: "flag_note" });
    this.tags = h("ul.tags", { "aria-label": gettext("Tags") });
    this.boxes = {
      place: field(gettext("Place"), this.place),
      tags: field(gettext("Tags"), this.tag, gettext("Enter or a comma adds one.")),
      flag: field(gettext("Flag"), this.flag),
      flag_note: field(gettext("Note on the flag"), this.note),
    };
    this.boxes.tags.querySelector("label").after(this.tags);
    this.summary = h("summary", {}, gettext("Place, tags, flag"));
    this.element = h("details.part.more", {}, this.summary,
      this.boxes.place, this.boxes.tags, this.boxes.flag, this.boxes.flag_note);
    offerNames(this.tag, "tags", { corpus: corpus.id, known: model.tags });
    this.place.addEventListener("change", () => save(this.#place()));
    this.flag.addEventListener("change", () => {
      save(this.flag.value ? { flag: this.flag.value } : { flag: "", flag_note: "" });
      this.update();
      if (this.flag.value) this.note.focus();
    });
    this.note.addEventListener("change", () => save(this.#note()));
    this.tag.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || !["Enter", ","].includes(event.key)) return;
      event.preventDefault();
      this.#add();
    });
    this.tag.addEventListener("change", () => this.#add());
    // Opened at the start where something is in it; later as the reviewer left it.
    this.element.open = Boolean(claim.place || claim.flag || claim.tags.length);
  }

  #place() {
    return { place: this.place.value.trim() };
  }

  #note() {
    return { flag_note: this.note.value.trim() };
  }

  /** The tags with the one that is typed, which is taken out of its field; nothing where it is none. */
  #tags() {
    const name = this.tag.value.replace(/,+$/, "").trim().replace(/\s+/g, " ");
    this.tag.value = "";
    if (!name || this.claim.tags.some((tag) => tag.toLowerCase() === name.toLowerCase())) return {};
    return { tags: [...this.claim.tags, name] };
  }

  #add() {
    const found = this.#tags();
    if (!found.tags) return;
    this.save(found);
    this.update();
  }

  /** What is typed in the fields and not saved: one of them may still have the focus. */
  typed() {
    return {
      ...(unsent(this.place) ? this.#place() : {}),
      ...(this.claim.flag && unsent(this.note) ? this.#note() : {}),
      ...this.#tags(),
    };
  }

  #remove(name) {
    this.save({ tags: this.claim.tags.filter((tag) => tag !== name) });
    this.update();
    this.tag.focus();
  }

  /** Open it and go to one of its fields. */
  focus(name) {
    this.element.open = true;
    ({ place: this.place, tags: this.tag, flag: this.flag })[name].focus();
  }

  update() {
    const { claim } = this;
    showValue(this.place, claim.place || "");
    showValue(this.flag, claim.flag || "");
    showValue(this.note, claim.flag_note || "");
    this.boxes.flag_note.hidden = !claim.flag;
    const signature = JSON.stringify(claim.tags);
    if (signature === this.drawn) return;
    this.drawn = signature;
    this.tags.replaceChildren(...claim.tags.map((name) => h("li", {},
      h("span", { dir: "auto" }, name),
      h("button.link", {
        type: "button", "aria-label": interpolate(gettext("Remove the tag %s"), [name]), onclick: () => this.#remove(name),
      }, "×"))));
  }
}
