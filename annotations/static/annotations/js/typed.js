// What is typed in the forms of a claim and not sent, as `{question, evidence, verdict, discussion}`.
// What the server refused comes back to where something else may have been begun: neither is lost.

export const joinedWords = (begun, refused) => (begun && refused && begun !== refused ? `${begun}\n\n${refused}` : begun || refused);

/** The begun one first, the others to be opened after it. */
function behind({ later = [], ...begun }, { later: more = [], ...refused }) {
  return { ...begun, later: [...later, refused, ...more] };
}

/** One form, so one verdict: what was chosen since holds, and both rationales are there to be made one. */
export function joinedVerdicts(begun, refused) {
  return {
    rating: begun.rating || refused.rating,
    rationale: joinedWords(begun.rationale, refused.rationale),
    adjudication: begun.rating ? begun.adjudication : refused.adjudication,
    confidence: begun.confidence || refused.confidence,
    strategies: begun.strategies?.length ? begun.strategies : refused.strategies,
  };
}

export const joinedReplies = (begun, refused) => ({ edit: begun.edit, text: joinedWords(begun.text, refused.text) });

function joinedDiscussions(begun, refused) {
  const threads = { ...begun.threads };
  for (const [uid, typed] of Object.entries(refused.threads || {})) {
    threads[uid] = threads[uid] ? joinedReplies(threads[uid], typed) : typed;
  }
  return { start: joinedWords(begun.start, refused.start), threads };
}

const JOINED = { question: behind, evidence: behind, verdict: joinedVerdicts, discussion: joinedDiscussions };

/** `refused` beside what was begun since; both may be null. */
export function joined(begun, refused) {
  const all = { ...begun };
  for (const [name, typed] of Object.entries(refused || {})) {
    if (typed) all[name] = all[name] ? JOINED[name](all[name], typed) : typed;
  }
  return all;
}

/** Of an open form's `typed` (null where nothing is) and what waits behind it: what a section has in all. */
export function withLater(typed, waiting) {
  const [first, ...later] = [typed, ...waiting].filter(Boolean);
  return first ? { ...first, later } : null;
}
