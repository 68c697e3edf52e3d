// What the page knows: suggestions and claims, mirrored from the server and changed at once when
// the reviewer acts. Knows nothing of the page's elements.

export class Model {
  /**
   * `unsent(claim)` gives the parts of a claim that the server hasn't taken yet, `decisionWaits(id)`
   * says whether a decision on a suggestion is on its way: an answer never overwrites these.
   */
  constructor(data, { unsent, decisionWaits }) {
    Object.assign(this, { claims: [], suggestions: [], unsent, decisionWaits });
    this.take(data);
  }

  /** Take the server's state. What waits to be saved is kept, and a claim stays the same object. */
  take(data) {
    const before = new Map(this.claims.map((claim) => [claim.uid, claim]));
    const decided = new Map(this.suggestions.map((suggestion) => [suggestion.id, suggestion.outcome]));
    Object.assign(this, data);
    const known = new Set(data.claims.map((claim) => claim.uid));
    this.claims = data.claims.map((claim) => {
      const mine = before.get(claim.uid);
      return mine ? Object.assign(mine, claim, this.unsent(mine)) : claim;
    });
    this.claims.push(...[...before.values()].filter((claim) => claim.id === null && !known.has(claim.uid)));
    for (const suggestion of this.suggestions) {
      if (this.decisionWaits(suggestion.id)) suggestion.outcome = decided.get(suggestion.id);
    }
    this.repeats = new Map();
    for (const suggestion of this.suggestions) {
      const { first_mention: first } = suggestion;
      if (first) this.repeats.set(first, [...this.repeats.get(first) || [], suggestion]);
    }
    this.#order();
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
    this.rejected = this.suggestions.filter((s) => s.outcome === "rejected");
  }

  changed() {
    this.#order();
  }

  item(key) {
    return this.items.find((item) => item.key === key) || null;
  }

  claim(uid) {
    return this.claims.find((claim) => claim.uid === uid) || null;
  }

  suggestion(id) {
    return this.suggestions.find((suggestion) => suggestion.id === id) || null;
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
  draft(spans, extra = {}) {
    const claim = {
      id: null,
      uid: this.newUid(),
      spans,
      normalised: "",
      types: [],
      claimant: null,
      claim_date: null,
      state: "open",
      suggestion: null,
      created_by: this.me,
      revision: 0,
      evidence: [],
      verdicts: [],
      ...extra,
    };
    this.claims.push(claim);
    this.#order();
    return claim;
  }

  newUid() {
    return crypto.randomUUID?.() || fallbackUuid();
  }

  drop(claim) {
    this.claims = this.claims.filter((other) => other !== claim);
    this.#order();
  }

  /** The server's answer about a claim, less what still waits to be sent. */
  merge(claim, answer, chosen = {}) {
    Object.assign(claim, answer, this.unsent(claim), chosen);
    this.#order();
  }
}

// crypto.randomUUID exists only on https and localhost.
function fallbackUuid() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
