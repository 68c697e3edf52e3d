// An import under way: how far it is, and the whole page anew when it has ended.

import { api, configure } from "./api.js";
import { byId } from "./dom.js";

const PAUSE = 1000;
const box = byId("import-state");

const left = (seconds) => {
  if (seconds < 90) return interpolate(ngettext("about %s second left", "about %s seconds left", Math.ceil(seconds)), [Math.ceil(seconds)]);
  const minutes = Math.round(seconds / 60);
  return interpolate(ngettext("about %s minute left", "about %s minutes left", minutes), [minutes]);
};

async function look() {
  let found;
  try {
    found = await api("GET", `imports/${box.dataset.import}/`);
  } catch {
    setTimeout(look, 3 * PAUSE);
    return;
  }
  if (found.state !== box.dataset.state) {
    location.reload();
    return;
  }
  byId("import-progress").value = found.progress;
  byId("import-speed").textContent = [
    found.items_a_second && interpolate(gettext("%s rows a second"), [Math.round(found.items_a_second).toLocaleString(document.documentElement.lang)]),
    found.seconds_left && left(found.seconds_left),
    found.search_left && interpolate(gettext("not yet found by search: %s articles and claims"), [found.search_left.toLocaleString(document.documentElement.lang)]),
  ].filter(Boolean).join(" · ");
  setTimeout(look, PAUSE);
}

if (box.dataset.underWay) {
  configure({ ...byId("urls").dataset });
  setTimeout(look, PAUSE);
}
