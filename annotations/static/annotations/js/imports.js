// Sending files: dropped or chosen, with progress, and checked as soon as they have arrived. Without
// this the form is sent as it stands.

import { api, apiUrl, configure, csrf, Problem } from "./api.js";
import { byId, h } from "./dom.js";

configure({ ...byId("urls").dataset });
const form = byId("upload");
const input = byId("upload-files");
const list = byId("upload-list");
const said = byId("upload-said");
const progress = byId("upload-progress");
const error = byId("upload-error");
let chosen = [];
let sending = null;

const size = (bytes) => {
  const unit = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]].find(([, one]) => bytes >= one) || ["B", 1];
  return `${(bytes / unit[1]).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} ${unit[0]}`;
};

function choose(files) {
  chosen = [...files];
  error.hidden = true;
  list.hidden = chosen.length === 0;
  list.replaceChildren(...chosen.map((file) => h("li", {}, h("bdi", {}, file.webkitRelativePath || file.name), h("span.muted", {}, size(file.size)))));
  const all = chosen.reduce((sum, file) => sum + file.size, 0);
  said.textContent = chosen.length
    ? interpolate(ngettext("%(n)s file, %(size)s", "%(n)s files, %(size)s", chosen.length), { n: chosen.length, size: size(all) }, true) : "";
}

function fail(message) {
  error.textContent = message;
  error.hidden = false;
}

/** Send the files; resolves to the import, and is rejected with a `Problem`. */
function send(files) {
  const body = new FormData();
  body.append("corpus", form.dataset.corpus);
  // The same when it is sent again, so that what arrived twice is there once.
  body.append("uid", form.dataset.uid ||= crypto.randomUUID?.() || "");
  if (!body.get("uid")) body.delete("uid");
  for (const file of files) body.append("file", file, file.webkitRelativePath || file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    sending = request;
    request.open("POST", apiUrl("imports/"));
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrf());
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      progress.value = event.loaded / event.total;
      said.textContent = `${size(event.loaded)} / ${size(event.total)}`;
    });
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* no JSON: the status says it */ }
      if (request.status < 300) resolve(answer);
      else reject(new Problem(request.status, answer));
    });
    for (const way of ["error", "timeout"]) request.addEventListener(way, () => reject(new Problem(0, {})));
    request.addEventListener("abort", () => reject(null));
    request.send(body);
  });
}

function busy(on) {
  form.querySelector("[type=submit]").disabled = on;
  byId("upload-cancel").hidden = !on;
  progress.hidden = !on;
  progress.value = 0;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  if (!chosen.length) {
    fail(gettext("Choose a file first."));
    return;
  }
  error.hidden = true;
  busy(true);
  try {
    const { id } = await send(chosen);
    said.textContent = gettext("Sent. The check begins…");
    await api("POST", `imports/${id}/check/`, {});
    sending = null;
    location.assign(byId("urls").dataset.import.replace("/0/", `/${id}/`));
  } catch (problem) {
    const reasons = Object.values(problem?.fields || {}).flat().join(" ");
    if (problem) fail([problem.message, reasons].filter(Boolean).join(" "));
    // What was refused may be sent anew, as another one.
    if (problem?.status) delete form.dataset.uid;
    choose(chosen);
    error.hidden = !problem;
    busy(false);
    sending = null;
  }
});
byId("upload-cancel").addEventListener("click", () => sending?.abort());
// Other files are another import: under the uid of one that was sent, they would be taken for it.
function chooseAnew(files) {
  delete form.dataset.uid;
  choose(files);
}

input.addEventListener("change", () => chooseAnew(input.files));

let inside = 0;
form.addEventListener("dragenter", (event) => { event.preventDefault(); inside += 1; form.classList.add("over"); });
form.addEventListener("dragleave", () => { inside -= 1; if (inside <= 0) form.classList.remove("over"); });
form.addEventListener("dragover", (event) => event.preventDefault());
form.addEventListener("drop", (event) => {
  event.preventDefault();
  inside = 0;
  form.classList.remove("over");
  if (!event.dataTransfer.files.length || sending) return;
  input.required = false;
  chooseAnew(event.dataTransfer.files);
});
addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });

// Chosen before this was here, or kept by the browser over a reload.
if (input.files.length) choose(input.files);
