// A file or a release that is being made: how far it is, and the whole page anew when it has ended.

import { api, configure } from "./api.js";
import { byId } from "./dom.js";

const PAUSE = 1000;
const box = byId("export-state");

const left = (seconds) => {
  if (seconds < 90) return interpolate(ngettext("about %s second left", "about %s seconds left", Math.ceil(seconds)), [Math.ceil(seconds)]);
  const minutes = Math.round(seconds / 60);
  return interpolate(ngettext("about %s minute left", "about %s minutes left", minutes), [minutes]);
};

async function look() {
  let found;
  try {
    found = await api("GET", box.dataset.watch);
  } catch {
    setTimeout(look, 3 * PAUSE);
    return;
  }
  if ((found.verifying ? "verifying" : found.state) !== box.dataset.state) {
    location.reload();
    return;
  }
  byId("export-progress").value = found.progress;
  byId("export-speed").textContent = found.seconds_left ? left(found.seconds_left) : "";
  setTimeout(look, PAUSE);
}

if (box.dataset.underWay) {
  configure({ ...byId("urls").dataset });
  setTimeout(look, PAUSE);
}
