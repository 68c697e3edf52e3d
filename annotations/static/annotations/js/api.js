// Talking to the server: one place that knows about CSRF, time-outs and problem details.

const TIMEOUT = 15000;
let urls = { api: "/api/v1/", user: "" };

export function configure(found) {
  urls = found;
}

/** An answer that isn't the one hoped for. `status` is 0 when there was no answer at all. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || gettext("The server could not be reached."));
    this.status = status;
    this.code = body.code || "";
    this.fields = body.fields || {};
    this.current = body.current || null;
  }

  /** Could the same request succeed later? */
  get passing() {
    return this.signedOut || this.status === 0 || this.status >= 500
      || this.status === 429 || this.status === 408;
  }

  /** Nobody is signed in any more, or somebody else is. */
  get signedOut() {
    return this.code === "not_authenticated";
  }
}

export function csrf() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return found ? decodeURIComponent(found[1]) : "";
}

async function request(method, url, body, { keepalive = false } = {}) {
  let answer;
  try {
    answer = await fetch(url, {
      method,
      headers: {
        Accept: "application/json",
        "X-Factcheck-User": urls.user,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(method === "GET" ? {} : { "X-CSRFToken": csrf() }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT),
      credentials: "same-origin",
      // Sent though the page is being left.
      keepalive,
    });
  } catch {
    throw new Problem(0, {});
  }
  let data = {};
  try {
    const text = await answer.text();
    data = text ? JSON.parse(text) : {};
  } catch {
    // Cut off, or not the server's own: nobody knows what became of it.
    if (answer.ok) throw new Problem(0, {});
  }
  if (!answer.ok) throw new Problem(answer.status, data);
  return data;
}

export const api = (method, path, body, options) => request(method, urls.api + path, body, options);
export const apiUrl = (path) => urls.api + path;
/** The page's data anew; where `run` is still the article's, without what it suggests. */
export const refresh = (run) => request("GET", urls.refresh + (run ? `?run=${run}` : ""));
/** Leads to the article that comes next in the queue, whichever that is when it is asked. */
export const nextUrl = () => urls.next;
/** Where admins publish a claim. */
export const factCheckUrl = (claim) => urls.factCheck.replace("/0/", `/${claim}/`);
