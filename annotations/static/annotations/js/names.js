// Names used before in the corpus, offered while one types: those that came with the page, and what
// the server finds where a corpus has more.

import { api } from "./api.js";
import { h } from "./dom.js";

const PAUSE = 200;

/** Let `input` offer names: `kind` is "claimants" or "tags", `known` those that the page has. */
export function offerNames(input, kind, { corpus, known }) {
  const id = `known-${kind}`;
  let list = document.getElementById(id);
  if (!list) {
    list = h("datalist", { id }, known.map((name) => h("option", { value: name })));
    document.body.append(list);
  }
  input.setAttribute("list", id);
  input.setAttribute("autocomplete", "off");
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const typed = input.value.trim();
    if (typed.length < 2) return;
    timer = setTimeout(async () => {
      const query = new URLSearchParams({ corpus, q: typed, page_size: 20 });
      try {
        const { results } = await api("GET", `${kind}/?${query}`);
        const shown = new Set([...list.options].map((option) => option.value));
        list.append(...results.filter(({ name }) => !shown.has(name)).map(({ name }) => h("option", { value: name })));
      } catch { /* without an answer the known ones are offered */ }
    }, PAUSE);
  });
}
