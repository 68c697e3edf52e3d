// What the page knows: suggestions and claims, mirrored from the server and changed at once when
// the reviewer acts. Knows nothing of the page's elements.

export class Model {
  /** `reapply(claim)` shows again what the server hasn't taken yet: of one claim, or of all. */
  constructor(data, { reapply }) {
    Object.assign(this, { claims: [], suggestions: [], threads: {}, people: [], reason_names: {}, reapply });
    this.take(data);
  }

  /** Take the server's state. What waits to be saved is kept, and a claim stays the same object. */
  take(data) {
    const before = new Map(this.claims.map((claim) => [claim.uid, claim]));
    Object.assign(this, data);
    this.claims = data.claims.map((claim) => Object.assign(before.get(claim.uid) || {}, claim));
    this.byId = new Map(this.suggestions.map((suggestion) => [suggestion.id, suggestion]));
    this.repeats = new Map();
    for (const suggestion of this.suggestions) {
      const { first_mention: first } = suggestion;
      if (first) this.repeats.set(first, [...this.repeats.get(first) || [], suggestion]);
    }
    this.#order();
    this.unsent = before;
    this.reapply();
    this.unsent = null;
  }

  #order() {
    const items = [];
    for (const suggestion of this.suggestions) {
      if (suggestion.outcome) continue;
      items.push({
        key: `s${suggestion.id}`, suggestion, claim: null, spans: [[suggestion.start, suggestion.end]],
      });
    }
    for (const claim of this.claims) {
      items.push({
        key: claim.uid, suggestion: null, claim, spans: claim.spans.map((s) => [s.start, s.end]),
      });
    }
    items.sort((a, b) => a.spans[0][0] - b.spans[0][0] || a.spans[0][1] - b.spans[0][1]);
    this.items = items;
    this.byKey = new Map(items.map((item) => [item.key, item]));
    this.rejected = this.suggestions.filter((s) => s.outcome === "rejected");
  }

  changed() {
    this.#order();
  }

  item(key) {
    return this.byKey.get(key) || null;
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

  get decided() {
    return this.suggestions.filter((suggestion) => suggestion.outcome).length;
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
    this.#order();
  }

  newUid() {
    return newUid();
  }

  drop(claim) {
    this.claims = this.claims.filter((other) => other !== claim);
    this.#order();
  }

  /** The server's answer about a claim, less what still waits to be sent. */
  merge(claim, answer) {
    Object.assign(claim, answer);
    this.#order();
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
