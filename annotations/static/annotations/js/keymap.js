// Every key of the workbench, in one table: it drives the handler, the help and the documentation.

export const KEYS = [
  { keys: ["j", "ArrowDown"], shown: ["j", "↓"], action: "next", label: () => gettext("Next claim or suggestion") },
  { keys: ["k", "ArrowUp"], shown: ["k", "↑"], action: "previous", label: () => gettext("Previous claim or suggestion") },
  { keys: ["a"], shown: ["a"], action: "accept", label: () => gettext("Accept the suggestion") },
  { keys: ["x"], shown: ["x"], action: "reject", label: () => gettext("Reject the suggestion, or withdraw the claim") },
  { keys: [" "], shown: ["Space"], action: "skip", label: () => gettext("Skip to the next undecided suggestion") },
  { keys: ["Enter"], shown: ["Enter"], action: "edit", label: () => gettext("Edit the claim") },
  { keys: ["["], shown: ["["], action: "startLeft", label: () => gettext("Move the start one word left") },
  { keys: ["{"], shown: ["{"], action: "startRight", label: () => gettext("Move the start one word right") },
  { keys: ["]"], shown: ["]"], action: "endRight", label: () => gettext("Move the end one word right") },
  { keys: ["}"], shown: ["}"], action: "endLeft", label: () => gettext("Move the end one word left") },
  { keys: ["n"], shown: ["n"], action: "newClaim", label: () => gettext("New claim: from the selection, or choose words by keyboard") },
  { keys: ["e"], shown: ["e"], action: "evidence", label: () => gettext("Add evidence") },
  { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], shown: ["1", "…", "9"], action: "rate", label: () => gettext("Choose a rating for the verdict") },
  { keys: ["u", "Ctrl+z"], shown: ["u", "Ctrl+Z"], action: "undo", label: () => gettext("Undo the last action") },
  { keys: ["Ctrl+Enter"], shown: ["Ctrl+Enter"], action: "submit", label: () => gettext("Submit the article and go to the next; in a form, save the form") },
  { keys: ["ArrowLeft"], shown: ["←"], action: "previousArticle", label: () => gettext("Previous article") },
  { keys: ["ArrowRight"], shown: ["→"], action: "nextArticle", label: () => gettext("Next article") },
  { keys: ["Escape"], shown: ["Esc"], action: "leave", label: () => gettext("Leave a field or a mode") },
  { keys: ["?"], shown: ["?"], action: "help", label: () => gettext("Show the keys") },
];

// While words are chosen by keyboard; the other keys rest.
export const CURSOR_KEYS = [
  { keys: ["ArrowLeft"], shown: ["←"], action: "wordLeft", label: () => gettext("One word left") },
  { keys: ["ArrowRight"], shown: ["→"], action: "wordRight", label: () => gettext("One word right") },
  { keys: ["Shift+ArrowLeft"], shown: ["Shift+←"], action: "shrink", label: () => gettext("Give back the last word") },
  { keys: ["Shift+ArrowRight"], shown: ["Shift+→"], action: "grow", label: () => gettext("Take one word more") },
  { keys: ["ArrowUp"], shown: ["↑"], action: "sentenceUp", label: () => gettext("Previous sentence") },
  { keys: ["ArrowDown"], shown: ["↓"], action: "sentenceDown", label: () => gettext("Next sentence") },
  { keys: ["s"], shown: ["s"], action: "sentence", label: () => gettext("The whole sentence") },
  { keys: ["Enter", "n"], shown: ["Enter"], action: "take", label: () => gettext("Make a claim of the chosen words") },
  { keys: ["Escape"], shown: ["Esc"], action: "drop", label: () => gettext("Choose nothing") },
];

const TYPED_IN = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
const WIDGETS = "button, a, summary, input";

/** How a key press is written in the table: "Ctrl+z", "Shift+ArrowLeft", "?". */
export function nameOf(event) {
  const command = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  const named = event.key.length > 1;
  const shift = event.shiftKey && (named || command) ? "Shift+" : "";
  return command + shift + (command && !named ? event.key.toLowerCase() : event.key);
}

/**
 * Listen. `actions` maps an action's name to its function, `mode()` says which table holds now.
 * Nothing fires while somebody composes with an input method, types in a field, or a dialog is open.
 */
export function listen(actions, mode) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const name = nameOf(event);
    const field = event.target.closest?.(TYPED_IN);
    if (field && name !== "Escape" && name !== "Ctrl+Enter") return;
    // A focused button or link keeps its own Enter and Space, and radio buttons their arrows.
    const widget = event.target.closest?.(WIDGETS);
    if (widget && !widget.matches("[data-item]") && ["Enter", " "].includes(name)) return;
    if (widget?.matches("input[type=radio]") && name.startsWith("Arrow")) return;
    const entry = (mode() === "cursor" ? CURSOR_KEYS : KEYS).find(({ keys }) => keys.includes(name));
    if (!entry) return;
    if (actions[entry.action](event, name) !== false) event.preventDefault();
  });
}
