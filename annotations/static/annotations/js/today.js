// The line about one's own day, kept up to date on a page that stays open. The server reckons the
// day by the browser's time zone, which it knows from a cookie.

import { byId } from "./dom.js";

const SOON = 2000;
const PAUSE = 120_000;

function tellZone() {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  if (!timeZone || document.cookie.split("; ").includes(`timezone=${timeZone}`)) return;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `timezone=${timeZone}; path=/; max-age=31536000; samesite=lax${secure}`;
}

/** Until `signal` ends it. */
export function showToday(signal) {
  tellZone();
  let timer;
  const look = async () => {
    const line = byId("today");
    if (line && document.visibilityState === "visible") {
      try {
        const answer = await fetch(line.dataset.url, { headers: { Accept: "application/json" }, signal });
        if (answer.ok) {
          const { message } = await answer.json();
          line.textContent = message;
          line.hidden = !message;
        }
      } catch { /* away, or signed out: the line stays as it is */ }
    }
    if (!signal?.aborted) timer = setTimeout(look, PAUSE);
  };
  timer = setTimeout(look, SOON);
  signal?.addEventListener("abort", () => clearTimeout(timer), { once: true });
}
