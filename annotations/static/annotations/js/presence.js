// Who else has this article open, and who is editing which claim: asked while the page is in
// sight, and shown quietly. Nothing is locked; what others changed is fetched.

import { api } from "./api.js";
import { announce, byId, h, toast } from "./dom.js";
import { newUid } from "./model.js";

const BEAT = 15_000;
// What the reviewer just did is told a moment later, in one request.
const SOON = 400;
const NAMES_SHOWN = 3;

// The same for every article that the page shows: it is at one of them at a time.
const PAGE = newUid();

export class Presence {
  #timer = null;
  #asking = false;
  #again = false;
  #touched = false;
  // The claim to take over, until the server has been told.
  #taking = null;
  #announced = new Set();
  #marked = new Set();

  /** `page` is the workbench; it is told by `changed()` when others changed something. */
  constructor(page, signal) {
    Object.assign(this, { page, signal, others: [], leases: [] });
    this.version = page.model.version;
    document.addEventListener("visibilitychange", () => this.#soon(), { signal });
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("pageshow", (event) => { if (event.persisted) this.#soon(); }, { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer), { once: true });
    this.#soon();
  }

  /** Another claim was opened, or none is any more. */
  moved() {
    const claim = this.#claim();
    if (claim !== this.told) this.#soon();
  }

  /** Something was typed into the open claim's forms. */
  touched() {
    this.#touched = true;
    const lease = this.leases.find(({ claim }) => claim === this.#claim());
    if (!lease) this.#soon();
  }

  /** Who else edits the claim, or null. */
  editor(claim) {
    return this.leases.find((lease) => lease.claim === claim && !lease.mine
      && lease.person.id !== this.page.model.me.id)?.person || null;
  }

  // --- Asking ---------------------------------------------------------------------------

  #claim() {
    return this.page.item?.claim?.id ?? null;
  }

  #soon() {
    clearTimeout(this.#timer);
    // Where nothing can be changed, nobody is in anybody's way.
    if (this.signal.aborted || this.page.model.read_only) return;
    this.#timer = setTimeout(() => this.#ask(), SOON);
  }

  async #ask() {
    clearTimeout(this.#timer);
    if (document.visibilityState !== "visible" || this.signal.aborted) return;
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    const claim = this.#claim();
    const editing = this.#touched && claim !== null;
    this.#touched = false;
    const taking = claim !== null && this.#taking === claim;
    this.#taking = null;
    this.told = claim;
    try {
      const found = await this.#send({ claim, editing, ...(taking && { take_over: true }) });
      if (!this.signal.aborted) this.#take(found);
    } catch {
      // The saves say when the server is away; who else is there is unknown then.
      this.told = undefined;
    }
    this.#asking = false;
    if (this.signal.aborted) return;
    if (this.#again) {
      this.#again = false;
      this.#soon();
    } else {
      this.#timer = setTimeout(() => this.#ask(), BEAT);
    }
  }

  #send(body, options) {
    return api("POST", `articles/${this.page.model.article.id}/presence/`, { page: PAGE, ...body }, options);
  }

  #leave() {
    if (this.page.model.read_only) return;
    this.#send({ leaving: true }, { keepalive: true }).catch(() => {});
  }

  #take({ version, others, leases }) {
    const before = this.leases;
    Object.assign(this, { others, leases });
    this.#takenOver(before);
    this.#greet();
    this.draw();
    if (version > this.version) this.page.changed(version);
  }

  /** Say that somebody took over what was edited here. */
  #takenOver(before) {
    for (const { claim } of before.filter(({ mine }) => mine)) {
      const editor = this.editor(claim);
      if (editor) toast(interpolate(gettext("%s has taken over this claim."), [editor.name]));
    }
  }

  #greet() {
    const fresh = this.others.filter(({ person }) => !this.#announced.has(person.id));
    if (!fresh.length) return;
    for (const { person } of fresh) this.#announced.add(person.id);
    announce(interpolate(gettext("Also here: %s"), [names(fresh)]));
  }

  // --- Showing --------------------------------------------------------------------------

  draw() {
    this.#drawHeader();
    this.#drawRows();
    this.#drawCard();
  }

  #drawHeader() {
    const box = byId("also-here");
    const shown = this.others.slice(0, NAMES_SHOWN);
    const more = this.others.length - shown.length;
    const said = names(shown) + (more ? ` +${more}` : "");
    const text = said && interpolate(gettext("Also here: %s"), [said]);
    if (box.textContent === text) return;
    box.textContent = text;
    box.title = names(this.others);
    box.hidden = !text;
  }

  #drawRows() {
    const marks = new Map();
    for (const { claim, person } of this.others) {
      if (claim !== null) marks.set(claim, interpolate(gettext("%s has this open"), [person.name]));
    }
    for (const { claim } of this.leases) {
      const editor = this.editor(claim);
      if (editor) marks.set(claim, interpolate(gettext("%s is editing this claim"), [editor.name]));
    }
    const now = new Set();
    for (const { id, uid } of marks.size ? this.page.model.claims : []) {
      if (!marks.has(id)) continue;
      this.page.list.showOthers(uid, marks.get(id));
      now.add(uid);
    }
    for (const uid of this.#marked) if (!now.has(uid)) this.page.list.showOthers(uid, "");
    this.#marked = now;
  }

  #drawCard() {
    const claim = this.#claim();
    const editor = claim === null ? null : this.editor(claim);
    const body = editor && this.page.list.body(this.page.current);
    if (!body) {
      this.note?.remove();
      this.note = null;
      return;
    }
    if (this.note?.parentElement === body && this.note.dataset.editor === String(editor.id)) return;
    this.note?.remove();
    this.note = h("p.lease", { dataset: { editor: editor.id } },
      h("span", {}, interpolate(gettext("%s is editing this claim."), [editor.name])), " ",
      h("button", { type: "button", onclick: () => this.#takeOver() }, gettext("Take over")));
    body.prepend(this.note);
  }

  #takeOver() {
    const row = this.page.current;
    announce(gettext("Taken over"));
    this.page.list.focus(row);
    // Kept, because another question may be under way.
    this.#taking = this.#claim();
    this.#ask();
  }
}

const names = (others) => others.map(({ person }) => person.name).join(", ");
