// Which key does what: the server's table (annotations/domain/keymap.py, with the person's own
// keys) put to work. Nothing here knows an action; `listen` calls what the page has for it.

import { h, toast } from "./dom.js";

const TYPED_IN = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
const WIDGETS = "button, a, summary, input";
// These leave a field and save a form, whatever other keys leaving and submitting have.
const IN_FIELDS = ["Escape", "Ctrl+Enter"];
// Two letters in a row without a meaning begin a text that somebody thinks a field takes, until they
// pause. One alone is a slip.
const PAUSE = 500;
const MAC = /^Mac|^iP/.test(navigator.platform);

const SIGNS = {
  ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc",
};
// What is printed on keys in the reader's language.
const PRINTED = {
  Space: () => gettext("Space"), Ctrl: () => gettext("Ctrl"), Shift: () => gettext("Shift"),
  Delete: () => gettext("Delete"), Home: () => gettext("Home"), End: () => gettext("End"),
  PageUp: () => gettext("Page ↑"), PageDown: () => gettext("Page ↓"),
};
// What a key has on it on a US keyboard, for the layouts of other scripts.
const PUNCTUATION = {
  BracketLeft: "[{", BracketRight: "]}", Slash: "/?", Equal: "=+", Minus: "-_", Backslash: "\\|", Comma: ",<",
  Period: ".>", Semicolon: ";:", Quote: "'\"", Backquote: "`~",
};

/** Is it a field, or within one, whose keys are what is typed? */
export const isTypedIn = (element) => Boolean(element?.closest?.(TYPED_IN));

let rows = [];
let byAction = new Map();
let byKey = new Map();

/** Take the table: a list of `{action, context, keys, label, group, …}`. */
export function useKeys(table = []) {
  rows = table;
  byAction = new Map(rows.map((row) => [row.action, row]));
  byKey = new Map();
  for (const row of rows) {
    for (const context of row.context === "always" ? ["browse", "cursor"] : [row.context]) {
      for (const [place, key] of row.keys.entries()) {
        const name = `${context} ${key}`;
        if (!byKey.has(name)) byKey.set(name, { row, key, place });
      }
    }
  }
}

export const keyRows = () => rows;

// --- Names ------------------------------------------------------------------------------------

const isLetter = (key) => key.toLowerCase() !== key.toUpperCase();

/** Was the character made with AltGr, or Option on macOS? Then these are no modifiers of a shortcut. */
function composed(event) {
  if ([...event.key].length !== 1) return false;
  if (event.getModifierState?.("AltGraph")) return true;
  return MAC && event.altKey && !event.ctrlKey && !event.metaKey;
}

function written(event, key) {
  const ctrl = !composed(event) && (event.ctrlKey || (MAC && event.metaKey));
  const single = [...key].length === 1;
  const shift = event.shiftKey && (!single || isLetter(key));
  return (ctrl ? "Ctrl+" : "") + (shift ? "Shift+" : "") + (single && isLetter(key) ? key.toLowerCase() : key);
}

/** How a key press is written in the table: "Ctrl+z", "Shift+ArrowLeft", "Space", "?". */
export function nameOf(event) {
  return written(event, event.key === " " ? "Space" : event.key);
}

/** The same by the key's place, where its character isn't of the Latin script; or null. */
function nameByPlace(event) {
  if (composed(event)) return null;
  const code = event.code || "";
  const foreign = [...event.key].length === 1 && event.key > "\u007f";
  if (foreign && code.startsWith("Key")) return written(event, code.slice(3).toLowerCase());
  if (foreign && PUNCTUATION[code]) return written(event, PUNCTUATION[code][event.shiftKey ? 1 : 0]);
  // French keyboards have the digits behind Shift.
  if (code.startsWith("Digit") && !event.shiftKey) return written(event, code.slice(5));
  return null;
}

/** Is it a press that can mean anything here? Not while an input method composes, not with Alt. */
export function isPlain(event) {
  if (event.isComposing || event.keyCode === 229 || ["Dead", "Process", "Unidentified"].includes(event.key)) return false;
  if (composed(event)) return true;
  return !event.altKey && !event.getModifierState?.("AltGraph") && (MAC || !event.metaKey);
}

/** A key as people read it: "Ctrl+Z", "Shift+←", "j". */
export function shownKey(name) {
  const plus = name === "+" || name.endsWith("++");
  const parts = plus ? [...name.slice(0, -1).split("+").filter(Boolean), "+"] : name.split("+");
  let key = parts.pop();
  if (parts.length && key.length === 1) key = key.toUpperCase();
  return [...parts, SIGNS[key] || key].map((part) => PRINTED[part]?.() || part).join("+");
}

// --- What pages show ----------------------------------------------------------------------------

/** The action's first key as people read it; of a series the one at `place`. Empty if it has none. */
export function keyOf(action, place = 0) {
  const key = byAction.get(action)?.keys[place];
  return key ? shownKey(key) : "";
}

/** The same as an element to stand in a button, or null: `h("button", {}, text, kbd("accept"))`. */
export function kbd(action, place = 0) {
  const key = keyOf(action, place);
  return key ? h("kbd", {}, key) : null;
}

/** For `aria-keyshortcuts`, or null. */
export function ariaKeys(action) {
  const keys = byAction.get(action)?.keys || [];
  return keys.map((key) => key.replace("Ctrl+", "Control+").replace(/\+$/, "Plus")).join(" ") || null;
}

// --- Listening ----------------------------------------------------------------------------------

/**
 * Listen. `actions` maps an action's name to its function, `mode()` says which context holds now.
 * Nothing fires while somebody composes with an input method, types in a field, or a dialog is open;
 * an action that the page has no function for does nothing. The function is given the event and
 * the key's name; that of a series the number that the key stands for. One that returns false has
 * not used the key. Who types a text by mistake is told so after two letters that are no keys, and
 * its other letters do nothing until there is a pause. `signal` ends it. What is returned takes a
 * key press that was made before.
 */
export function listen(actions, mode, signal) {
  let text = null;
  const noted = () => {
    toast(gettext("What you type is ignored: no field has the focus, so letters are keys. ? shows them."));
  };
  const hear = (event) => {
    if (!isPlain(event)) return;
    if (document.querySelector("dialog[open]")) return;
    const name = nameOf(event);
    if (isTypedIn(event.target) && !IN_FIELDS.includes(name)) return;
    // A focused button or link keeps its own Enter and Space, and radio buttons their arrows. The row
    // that is open needs them for nothing: there, they are keys.
    const widget = event.target.closest?.(WIDGETS);
    if (widget && !widget.matches("[data-item][aria-current]") && ["Enter", "Space"].includes(name)) return;
    if (widget?.matches("input[type=radio]") && name.startsWith("Arrow")) return;
    const typed = [...event.key].length === 1 && !event.ctrlKey && !event.metaKey;
    const goesOn = text && event.timeStamp - text.at < PAUSE;
    const inText = typed && goesOn && text.letters > 1;
    if (inText && /[\p{L}\p{N}\s]/u.test(event.key)) {
      if (!text.noted) noted();
      text = { ...text, at: event.timeStamp, noted: true };
      event.preventDefault();
      return;
    }
    const found = byKey.get(`${mode()} ${name}`) || byKey.get(`${mode()} ${nameByPlace(event)}`);
    const act = found && actions[found.row.action];
    if (act && event.repeat && !found.row.repeats) {
      event.preventDefault();
      return;
    }
    const used = Boolean(act) && act(event, found.row.series ? String(found.place + 1) : name) !== false;
    if (used) event.preventDefault();
    if (inText && !found) {
      text.at = event.timeStamp;
    } else if (typed && isLetter(event.key) && !used) {
      const before = goesOn ? text : { letters: 0 };
      // The same one again is a key that was hit twice.
      const letters = before.letters + (before.key === event.key ? 0 : 1);
      text = { at: event.timeStamp, key: event.key, letters, noted: false };
    } else {
      text = null;
    }
  };
  document.addEventListener("keydown", (event) => { if (!event.defaultPrevented) hear(event); }, { signal });
  return hear;
}
