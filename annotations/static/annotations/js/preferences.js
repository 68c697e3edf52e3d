// Changing keys by pressing them. The page's text fields do the same without this; the server
// decides which key may go where, and says who owns one that is taken.

import { api, configure } from "./api.js";
import { byId, h } from "./dom.js";
import { nameOf, shownKey } from "./keymap.js";

const MODIFIERS = ["Control", "Shift", "Alt", "AltGraph", "Meta", "CapsLock", "Fn", "OS"];
const named = (text, values) => interpolate(text, values, true);

class KeyRow {
  constructor(element, page) {
    Object.assign(this, { element, page });
    this.action = element.dataset.action;
    this.label = element.querySelector(".key-label").textContent;
    this.error = element.querySelector(".field-error");
    this.box = element.querySelector(".key-field");
    // The label of a field that is gone names the group of buttons in its place.
    const label = h("span.key-label", { id: `label-${this.action}` }, this.label);
    element.querySelector(".key-label").replaceWith(label);
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-labelledby", label.id);
    this.error.setAttribute("role", "alert");
    this.draw();
  }

  get row() {
    return this.page.row(this.action);
  }

  get chosen() {
    return this.row.keys.filter((key) => !this.row.fixed.includes(key));
  }

  draw() {
    const usual = this.page.usual[this.action];
    const changed = usual.join(" ") !== this.chosen.join(" ");
    this.add = h("button.add", {
      type: "button", "aria-label": named(gettext("Add a key for “%(action)s”"), { action: this.label }),
      onclick: () => this.page.record(this),
    }, gettext("Add a key"));
    this.box.replaceChildren(
      ...this.row.fixed.map((key) => h("span.chip.fixed", { title: gettext("This key can't be taken away.") }, h("kbd", {}, shownKey(key)))),
      ...this.chosen.map((key) => this.#chip(key)),
      this.add,
      ...(changed ? [h("button.link.back", {
        type: "button",
        "aria-label": named(gettext("Back to the preset: “%(action)s”"), { action: this.label }),
        onclick: () => this.set(usual),
      }, gettext("Back to the preset"))] : []),
    );
  }

  #chip(key) {
    const shown = shownKey(key);
    return h("span.chip", {}, h("kbd", {}, shown), h("button", {
      type: "button",
      "aria-label": named(gettext("Remove %(key)s from “%(action)s”"), { key: shown, action: this.label }),
      onclick: () => this.set(this.chosen.filter((other) => other !== key)),
    }, "×"));
  }

  fail(message) {
    this.error.hidden = !message;
    this.error.textContent = message || "";
  }

  /** While a key is awaited. */
  waits(on) {
    this.add.classList.toggle("recording", on);
    this.add.textContent = on ? gettext("Press the new key – Esc cancels") : gettext("Add a key");
    if (on) this.add.removeAttribute("aria-label");
    else this.draw();
    if (!on) this.add.focus();
  }

  async set(keys) {
    await this.page.save(this, keys);
    this.add.focus();
  }
}

class Page {
  constructor() {
    configure({ ...byId("urls").dataset });
    this.take(JSON.parse(byId("keys-data").textContent));
    document.querySelector(".preferences").classList.add("with-script");
    this.state = byId("keys-state");
    this.rows = [...document.querySelectorAll(".key-rows li")].map((element) => new KeyRow(element, this));
    this.recording = null;
    document.addEventListener("keydown", (event) => this.#pressed(event), true);
    document.addEventListener("pointerdown", (event) => {
      if (this.recording && event.target !== this.recording.add) this.#stop();
    });
  }

  take({ keymap, usual = this.usual }) {
    this.byAction = new Map(keymap.map((row) => [row.action, row]));
    this.usual = usual;
  }

  row(action) {
    return this.byAction.get(action);
  }

  record(row) {
    this.recording?.waits(false);
    this.recording = row;
    row.fail("");
    row.waits(true);
    this.say(gettext("Press the new key. Escape cancels."));
  }

  #stop() {
    const row = this.recording;
    this.recording = null;
    row.waits(false);
  }

  #pressed(event) {
    if (!this.recording || event.isComposing || MODIFIERS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const row = this.recording;
    const name = nameOf(event);
    this.#stop();
    if (name === "Escape") {
      this.say(gettext("Nothing changed."));
      return;
    }
    // Alt is written too, for the server to say why it can't be.
    const key = event.altKey && !event.getModifierState("AltGraph") ? `Alt+${name}` : name;
    this.save(row, [...row.chosen, key]);
  }

  /** Send one action's keys with all that differs already; the answer is what holds from now on. */
  async save(row, keys) {
    const differing = [...this.byAction.values()]
      .map(({ action, keys: held, fixed }) => [action, held.filter((key) => !fixed.includes(key))])
      .filter(([action, held]) => held.join(" ") !== this.usual[action].join(" "));
    try {
      this.take(await api("PATCH", "me/preferences/", { keys: { ...Object.fromEntries(differing), [row.action]: keys } }));
    } catch (problem) {
      const mine = Object.entries(problem.fields).find(([name]) => name.startsWith(`keys.${row.action}`));
      row.fail(mine?.[1] || problem.message);
      return;
    }
    row.fail("");
    for (const other of this.rows) other.draw();
    this.say(gettext("Saved."));
  }

  say(text) {
    this.state.textContent = "";
    requestAnimationFrame(() => { this.state.textContent = text; });
  }
}

new Page();
