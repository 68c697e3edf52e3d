// Somebody else saved first: both versions side by side, and the reviewer chooses field by field.

import { byId, h } from "./dom.js";
import { same } from "./outbox.js";

const NAMES = {
  spans: () => gettext("Words in the text"),
  normalised: () => gettext("Normalised claim"),
  types: () => gettext("Claim type"),
  claimant: () => gettext("Claimant"),
  claim_date: () => gettext("Date of the claim"),
  place: () => gettext("Place"),
  flag: () => gettext("Flag"),
  flag_note: () => gettext("Note on the flag"),
  tags: () => gettext("Tags"),
  url: () => gettext("Address"),
  citation: () => gettext("Citation"),
  title: () => gettext("Title"),
  publisher: () => gettext("Publisher"),
  published: () => gettext("Published"),
  source_medium: () => gettext("Kind of source"),
  note: () => gettext("Note"),
  set_number: () => gettext("Evidence set"),
  protected: () => gettext("Protected source"),
  protection_reason: () => gettext("Why it is protected"),
  quote: () => gettext("Quote"),
  stance: () => gettext("Stance"),
  text: () => gettext("Wording"),
  answer_type: () => gettext("Kind of answer"),
  boolean_explanation: () => gettext("Why"),
  source_url: () => gettext("Source"),
  rationale: () => gettext("Rationale"),
  start: () => gettext("Comment"),
};

/** What a field is called. */
export const nameOf = (name) => NAMES[name]?.() || name;

function shown(name, value, model) {
  if (value === null || value === undefined || value === "" || value.length === 0) return "–";
  if (typeof value === "boolean") return value ? gettext("yes") : gettext("no");
  if (name === "spans") return value.map((span) => span.quote || `${span.start}–${span.end}`).join(" … ");
  if (name === "types") return value.map((key) => model.corpus.types.find((t) => t.key === key)?.label || key).join(", ");
  if (name === "flag") return model.corpus.flags.find((flag) => flag.key === value)?.label || value;
  return Array.isArray(value) ? value.join(", ") : String(value);
}

let asked = Promise.resolve();

/** There is one dialog, and what comes by itself comes one after the other: `show` resolves when it is closed. */
export function inTurn(show) {
  const answer = asked.then(show);
  asked = answer.catch(() => {});
  return answer;
}

/**
 * Ask which value of each field to keep. Resolves to the fields of mine to save over theirs;
 * closing the dialog keeps mine, so that nothing typed is lost by a stray key.
 */
export function conflict(about) {
  return inTurn(() => ask(about));
}

function ask({ mine, theirs, base, fields, model }) {
  const clashing = fields.filter((name) => name in mine && !same(mine[name], theirs[name]));
  if (!clashing.length) return Promise.resolve({});
  const dialog = byId("conflict");
  const rows = clashing.map((name) => {
    const pick = (whose, checked) => h("input", { type: "radio", name: `conflict-${name}`, value: whose, checked });
    const own = pick("mine", true);
    const row = h("tr", {},
      h("th", { scope: "row" }, nameOf(name)),
      h("td", {}, h("label", {}, own, " ", h("span", { dir: "auto" }, shown(name, mine[name], model)))),
      h("td", {}, h("label", {}, pick("theirs", false), " ", h("span", { dir: "auto" }, shown(name, theirs[name], model)))),
      h("td.muted", { dir: "auto" }, shown(name, base[name], model)));
    return { name, own, row };
  });
  return new Promise((resolve) => {
    const form = h("form", { method: "dialog" },
      // It comes by itself, perhaps in the middle of a word: nothing is chosen by the next key.
      h("h2", { id: "conflict-title", tabindex: -1, autofocus: true }, gettext("Changed by somebody else")),
      h("p", {}, gettext("While you were editing, somebody saved another version. Nothing of yours is lost: choose what to keep.")),
      h("table", {}, h("thead", {}, h("tr", {},
        h("td"), h("th", { scope: "col" }, gettext("Mine")), h("th", { scope: "col" }, gettext("Theirs")),
        h("th", { scope: "col" }, gettext("Before")))), h("tbody", {}, rows.map(({ row }) => row))),
      h("div.buttons", {}, h("button.primary", { type: "submit" }, gettext("Save what is chosen"))));
    dialog.replaceChildren(form);
    dialog.addEventListener("close", () => {
      resolve(Object.fromEntries(rows.filter(({ own }) => own.checked).map(({ name }) => [name, mine[name]])));
    }, { once: true });
    dialog.showModal();
  });
}
