// An extraction under way: asks how it goes on, says so, and hands over when it is done.

import { api } from "./api.js";
import { announce, byId, h } from "./dom.js";

const PAUSE = 700;
const ACTIVE = ["queued", "running"];

export class Live {
  constructor(model, onDone) {
    Object.assign(this, { model, onDone });
    this.box = byId("extraction");
    const { job, run, workers } = model;
    if (model.read_only) {
      // Nothing is extracted there, and nobody can ask for it.
      this.box.hidden = Boolean(run);
      this.box.replaceChildren(h("p", {}, gettext("This article was not extracted yet.")));
    } else if (job && ACTIVE.includes(job.state)) {
      this.#show({ job, workers_alive: workers });
      this.#later();
    } else if (job && ["failed", "cancelled"].includes(job.state)) {
      this.#failed(job);
    } else if (!run) {
      this.#failed({ error: gettext("This article was not extracted yet.") });
    }
  }

  /** Another article is shown now: ask no more. */
  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  #later() {
    if (!this.stopped) this.timer = setTimeout(() => this.#look(), PAUSE);
  }

  async #look() {
    let status;
    try {
      status = await api("GET", `articles/${this.model.article.id}/status/`);
    } catch {
      this.#later();
      return;
    }
    if (this.stopped) return;
    const { job } = status;
    if (job && ACTIVE.includes(job.state)) {
      this.#show(status);
      this.#later();
    } else if (job && job.state !== "done") {
      this.#failed(job);
      announce(gettext("The extraction failed."));
    } else {
      this.box.hidden = true;
      await this.onDone();
    }
  }

  #show({ job, workers_alive: workers }) {
    let text = gettext("Looking for claims…");
    if (job.state === "queued") {
      text = gettext("Waiting to be extracted…");
      if (job.ahead) {
        text = interpolate(ngettext(
          "Waiting to be extracted: %s article is ahead.", "Waiting to be extracted: %s articles are ahead.", job.ahead,
        ), [job.ahead]);
      }
      if (job.error) text += ` ${interpolate(gettext("The last attempt failed: %s"), [job.error])}`;
      if (workers === 0) text = gettext("No worker is running for this; the extraction begins when one is started.");
    }
    this.box.hidden = false;
    if (this.text?.textContent === text) return;
    this.text = h("p", {}, text);
    this.box.replaceChildren(this.text, h("progress", { "aria-label": gettext("Extraction") }));
  }

  #failed(job) {
    this.box.hidden = false;
    this.text = null;
    this.box.classList.add("error");
    const button = h("button", { type: "button", onclick: () => this.#retry(button) }, gettext("Extract again"));
    this.box.replaceChildren(
      h("p", {}, h("strong", {}, gettext("The extraction failed.")), " ", h("span", { dir: "auto" }, job.error || "")),
      h("p.muted", {}, gettext("You can read the article and make claims of your own all the same.")),
      button,
    );
  }

  async #retry(button) {
    button.disabled = true;
    try {
      await api("POST", `articles/${this.model.article.id}/extract/`, {});
      this.box.classList.remove("error");
      this.#show({ job: { state: "queued" } });
      this.#later();
    } catch (problem) {
      button.disabled = false;
      button.before(h("p.field-error", { role: "alert" }, problem.message));
    }
  }
}
