// A change of many articles under way: how far it is, and the whole page anew when it has ended.

import { api, configure } from "./api.js";
import { byId } from "./dom.js";

const PAUSE = 1000;
const box = byId("bulk-state");

async function look() {
  try {
    const job = await api("GET", `jobs/${box.dataset.job}/`);
    if (job.state !== box.dataset.state && !(job.state === "running" || job.state === "queued")) {
      location.reload();
      return;
    }
    byId("bulk-progress").max = job.total;
    byId("bulk-progress").value = job.done;
    byId("bulk-done").textContent = job.done;
  } catch { /* offline: ask again later */ }
  setTimeout(look, PAUSE);
}

configure({ ...byId("urls").dataset });
setTimeout(look, PAUSE);
