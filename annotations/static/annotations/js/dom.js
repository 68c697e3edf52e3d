// Building elements without markup in strings: data never becomes HTML.

/** `h("button.primary", {type: "button", onclick: f}, "Text", child)` */
export function h(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "textContent") element[name] = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

const announcer = () => document.getElementById("announcer");

/** Say it to a screen reader. */
export function announce(text) {
  announcer().textContent = "";
  requestAnimationFrame(() => { announcer().textContent = text; });
}

/** Do it when what was done so far is on the screen: work that nobody waits for. */
export function afterPaint(work) {
  // Frames aren't made of a page out of sight.
  if (document.hidden) setTimeout(work);
  else requestAnimationFrame(() => setTimeout(work));
}

/** Show it for a while, and say it. Said again meanwhile, it isn't there twice. */
export function toast(text, kind = "") {
  const note = h(`p.toast${kind ? `.${kind}` : ""}`, {}, text);
  const box = document.getElementById("toasts");
  [...box.children].find((other) => other.textContent === text)?.remove();
  box.append(note);
  setTimeout(() => note.remove(), 6000);
}

/**
 * Show a value in a control, unless something unsent is typed in it. The focus alone is no reason to
 * leave it: going on would send its old words over those that somebody else saved.
 */
export function showValue(control, value) {
  const typing = control === document.activeElement && control.value.trim() !== (control.shown ?? "");
  if (control.value.trim() !== value.trim() && !typing) control.value = value;
  if (control.value.trim() === value.trim()) control.shown = value.trim();
}

/** Set what a text box says; whoever writes in it goes on where they were. */
export function setWords(box, words) {
  const { selectionStart, selectionEnd } = box;
  const begun = box.value && box === document.activeElement;
  box.value = words;
  if (begun) box.setSelectionRange(selectionStart, selectionEnd);
}

/** Is something typed in it that wasn't handed over? A date that is half typed has nothing to hand over. */
export const unsent = (control) => !control.validity.badInput && control.value.trim() !== (control.shown ?? "");

/** A form is half filled, and another one would take its place. */
export const unfinished = () => toast(gettext("Save or cancel first what you have begun here."));

export const byId = (id) => document.getElementById(id);

let ids = 0;
/** A label and its control, joined by an id. */
export function field(label, control, help = "") {
  ids += 1;
  control.id ||= `field-${ids}`;
  const hint = help ? h("p.help", { id: `${control.id}-help` }, help) : null;
  const error = h("p.field-error", { id: `${control.id}-error`, hidden: true });
  control.setAttribute("aria-describedby", [hint?.id, error.id].filter(Boolean).join(" "));
  const box = h("div.field", {}, h("label", { for: control.id }, label), control, hint, error);
  box.fail = (message) => {
    error.hidden = !message;
    error.textContent = message || "";
    if (message) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
  return box;
}
