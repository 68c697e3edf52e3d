// The form for a corpus's guidelines: a preview, and a warning before a changed text is left behind.

import { configure } from "./api.js";
import { byId } from "./dom.js";
import { preview } from "./markdown.js";

configure({ ...byId("urls").dataset });
const form = byId("guideline-form");
const text = form.elements.namedItem("text");
text.after(preview(text));

// After a conflict the text is one's own already, and nowhere else.
const conflicted = document.querySelector(".theirs") !== null;
let sending = false;
form.addEventListener("submit", () => { sending = true; });
addEventListener("beforeunload", (event) => {
  if (!sending && (conflicted || text.value !== text.defaultValue)) event.preventDefault();
});
