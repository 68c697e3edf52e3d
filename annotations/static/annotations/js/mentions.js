// Names offered behind an @ in a text box: a list below it, gone through with the arrow keys while
// the focus stays in the text.

import { announce, h } from "./dom.js";

// Not within a word, where an @ is part of an address of mail.
const BEGUN = /(?:^|[^\w.@+/-])@([\w.@+-]*)$/u;
const MOST = 6;
let ids = 0;

/** Whom the letters could mean: usernames and names that begin so, then those that contain them. */
function matching(people, letters) {
  const wanted = letters.toLocaleLowerCase();
  const rank = ({ username, name }) => {
    const texts = [username, name].map((text) => text.toLocaleLowerCase());
    if (texts.some((text) => text.split(/\s+/).some((word) => word.startsWith(wanted)))) return 0;
    return texts.some((text) => text.includes(wanted)) ? 1 : 2;
  };
  return people.map((person) => ({ person, place: rank(person) })).filter(({ place }) => place < 2)
    .sort((a, b) => a.place - b.place).slice(0, MOST).map(({ person }) => person);
}

/** Offer `people` ({username, name}) in `textarea`; the list, to be put below it. */
export function offerMentions(textarea, people) {
  ids += 1;
  const list = h("ul.mention-list", {
    id: `mentions-${ids}`, role: "listbox", "aria-label": gettext("People to mention"), hidden: true,
  });
  textarea.setAttribute("aria-autocomplete", "list");
  textarea.setAttribute("aria-controls", list.id);
  let offered = [];
  let chosen = 0;

  function close() {
    list.hidden = true;
    offered = [];
    textarea.removeAttribute("aria-activedescendant");
  }

  function begun() {
    if (textarea.selectionStart !== textarea.selectionEnd) return null;
    return textarea.value.slice(0, textarea.selectionStart).match(BEGUN);
  }

  function choose(index) {
    chosen = (index + offered.length) % offered.length;
    [...list.children].forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === chosen));
      if (i !== chosen) return;
      textarea.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    });
  }

  function take(person) {
    const found = begun();
    close();
    if (!found) return;
    const from = textarea.selectionStart - found[1].length;
    textarea.setRangeText(`${person.username} `, from, textarea.selectionStart, "end");
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
    textarea.focus();
  }

  function offer() {
    const found = begun();
    const before = offered.length;
    offered = found ? matching(people, found[1]) : [];
    if (!offered.length) {
      close();
      return;
    }
    list.replaceChildren(...offered.map((person, i) => h("li", {
      id: `${list.id}-${i}`, role: "option",
      // Before the text loses the focus to it.
      onmousedown: (event) => { event.preventDefault(); take(person); },
    }, h("bdi", {}, person.name), person.name === person.username ? "" : h("span.muted", {}, ` @${person.username}`))));
    list.hidden = false;
    choose(0);
    if (offered.length !== before) {
      announce(interpolate(ngettext("%s person to mention", "%s people to mention", offered.length), [offered.length]));
    }
  }

  textarea.addEventListener("input", offer);
  textarea.addEventListener("blur", close);
  textarea.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const acts = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      Enter: () => take(offered[chosen]),
      Tab: () => take(offered[chosen]),
      Escape: close,
    };
    if (!acts[event.key] || (event.shiftKey && event.key === "Tab")) return;
    event.preventDefault();
    acts[event.key]();
  });
  return list;
}
