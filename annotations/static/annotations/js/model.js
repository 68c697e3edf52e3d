// What the page knows: suggestions and claims, mirrored from the server and changed at once when
// the reviewer acts. Knows nothing of the page's elements.

const inText = (a, b) => a.spans[0][0] - b.spans[0][0] || a.spans[0][1] - b.spans[0][1];

export class Model {
  #items = null;
  #rejected = [];
  #decided = 0;

  constructor(data) {
    Object.assign(this, { claims: [], suggestions: [], threads: {}, people: [], reason_names: {} });
    this.take(data);
  }

  /** Show again what the server hasn't taken yet: of one claim, or of all. The outbox's, once there is one. */
  reapply() {}

  /** Take the server's state. What waits to be saved is kept, and a claim stays the same object. */
  take(data) {
    const before = new Map(this.claims.map((claim) => [claim.uid, claim]));
    Object.assign(this, data);
    this.claims = data.claims.map((claim) => Object.assign(before.get(claim.uid) || {}, claim));
    if (data.suggestions) this.#suggested();
    else this.#decide(data.decisions);
    this.changed();
    this.unsent = before;
    this.reapply();
    this.unsent = null;
  }

  #suggested() {
    this.byId = new Map(this.suggestions.map((suggestion) => [suggestion.id, suggestion]));
    this.suggested = this.suggestions.map((suggestion) => ({
      key: `s${suggestion.id}`, suggestion, claim: null, spans: [[suggestion.start, suggestion.end]],
    })).sort(inText);
    this.suggestedByKey = new Map(this.suggested.map((item) => [item.key, item]));
    this.repeats = new Map();
    for (const suggestion of this.suggestions) {
      const { first_mention: first } = suggestion;
      if (first) this.repeats.set(first, [...this.repeats.get(first) || [], suggestion]);
    }
  }

  /** The same run's suggestions, as they were decided by now. */
  #decide(decisions) {
    for (const suggestion of this.suggestions) Object.assign(suggestion, { outcome: null, claim: null, decided_by: null });
    for (const { id, ...decision } of decisions) Object.assign(this.byId.get(id), decision);
  }

  /** Claims or decisions are others than before. */
  changed() {
    this.#items = null;
  }

  /** What is open and what was claimed, in the text's order: the same list until something changes. */
  get items() {
    if (!this.#items) this.#order();
    return this.#items;
  }

  get rejected() {
    return this.items && this.#rejected;
  }

  /** How many suggestions are decided. */
  get decided() {
    return this.items && this.#decided;
  }

  // The suggestions' own order is known.
  #order() {
    const claims = this.claims.map((claim) => ({
      key: claim.uid, suggestion: null, claim, spans: claim.spans.map((s) => [s.start, s.end]),
    })).sort(inText);
    const items = [];
    this.#rejected = [];
    this.#decided = 0;
    let next = 0;
    for (const item of this.suggested) {
      const { outcome } = item.suggestion;
      if (outcome) this.#decided += 1;
      if (outcome === "rejected") this.#rejected.push(item.suggestion);
      if (outcome) continue;
      while (next < claims.length && inText(claims[next], item) < 0) items.push(claims[next++]);
      items.push(item);
    }
    for (; next < claims.length; next += 1) items.push(claims[next]);
    this.#items = items;
    this.claimed = new Map(claims.map((item) => [item.key, item]));
  }

  item(key) {
    const claim = this.items && this.claimed.get(key);
    if (claim) return claim;
    const item = this.suggestedByKey.get(key);
    return item && !item.suggestion.outcome ? item : null;
  }

  claim(uid) {
    return this.claims.find((claim) => claim.uid === uid) || null;
  }

  suggestion(id) {
    return this.byId.get(id) || null;
  }

  /** The later suggestions that say this one again. */
  repeatsOf(suggestion) {
    return this.repeats.get(suggestion.id) || [];
  }

  /** Where a suggestion is in the list, itself or as the claim that it became; null if rejected. */
  itemOf({ id, claim }) {
    return this.items.find((item) => item.suggestion?.id === id
      || (item.claim && (item.claim.suggestion === id || (claim && item.claim.id === claim)))) || null;
  }

  /** A claim that isn't on the server yet; it has its uid already, so a repeated request makes one. */
  draft(uid, fields = {}) {
    if (this.claim(uid)) return;
    const known = this.unsent?.get(uid);
    this.claims.push(Object.assign(known || {}, {
      id: null,
      uid,
      normalised: "",
      types: [],
      claimant: null,
      claim_date: null,
      place: "",
      flag: "",
      flag_note: "",
      tags: [],
      state: "open",
      suggestion: null,
      created_by: this.me,
      revision: 0,
      evidence: [],
      questions: [],
      verdicts: [],
      ...fields,
    }));
    this.changed();
  }

  newUid() {
    return newUid();
  }

  drop(claim) {
    this.claims = this.claims.filter((other) => other !== claim);
    this.changed();
  }

  /** The server's answer about a claim, less what still waits to be sent. */
  merge(claim, answer) {
    Object.assign(claim, answer);
    this.changed();
    this.reapply(claim.uid);
  }
}

export const newUid = () => crypto.randomUUID?.() || fallbackUuid();

// crypto.randomUUID exists only on https and localhost.
function fallbackUuid() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
