// Saved copies of pages, as they stand beside the evidence and the answers that they belong to.

import { apiUrl } from "./api.js";
import { moment } from "./dates.js";
import { h } from "./dom.js";
import { follow, isUnderWay } from "./fetching.js";
import { pick } from "./operations/claims.js";

const SHOWN = ["id", "state", "error", "fetched_at", "media_type", "size", "sha256"];

/** What is said of a copy, or null where there is none. */
export function savedCopy(copy) {
  if (!copy) return null;
  if (isUnderWay(copy.state)) return h("span", {}, gettext("a copy is being saved …"));
  if (copy.state !== "done") {
    return h("span", {}, copy.error ? interpolate(gettext("no saved copy: %s"), [copy.error]) : gettext("no saved copy"));
  }
  return h("span", {},
    h("a", { href: apiUrl(`snapshots/${copy.id}/file/`), download: "" },
      interpolate(gettext("saved copy of %s"), [moment(copy.fetched_at)])),
    " ", h("span", { title: copy.sha256 }, `SHA-256 ${copy.sha256.slice(0, 8)}…`));
}

/** What a copy belongs to may be saved before the copy is: this watches until it is there. */
export class CopyWatch {
  #watched = new Set();

  /** `update()` draws the section again, whose `element` ends the watch when it leaves the page. */
  constructor(section) {
    this.section = section;
  }

  /** `holder()` is the evidence or the answer as it is then, or undefined. */
  watch(copy, holder) {
    if (!copy || !isUnderWay(copy.state) || this.#watched.has(copy.id)) return;
    this.#watched.add(copy.id);
    follow(copy, (found) => {
      const held = holder();
      if (held?.saved_copy?.id !== copy.id) return;
      held.saved_copy = pick(found, SHOWN);
      if (!isUnderWay(found.state)) this.section.update();
    }, () => !this.section.element.isConnected)
      .catch((problem) => { if (problem.status === undefined) throw problem; })
      .finally(() => this.#watched.delete(copy.id));
  }
}
