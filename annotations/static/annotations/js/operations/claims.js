// Suggestions and claims.

import { conflict } from "../conflict.js";
import { toast } from "../dom.js";

export const CLAIM_FIELDS = [
  "spans", "normalised", "types", "claimant", "claim_date", "place", "flag", "flag_note", "tags",
];

export const pick = (object, names) => Object.fromEntries(names.map((name) => [name, object[name]]));

/** Spans in order; those that overlap become one. */
export function union(spans) {
  const joined = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && span.start < last.end) joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else joined.push(span);
  }
  return joined;
}

function decide(model, op, outcome) {
  const suggestion = model.suggestion(op.suggestion);
  if (suggestion) suggestion.outcome = outcome;
}

export const CLAIMS = {
  "suggestion.accept": {
    creates: true,
    apply(model, op) {
      decide(model, op, "accepted");
      model.draft(op.claim, { ...op.draft, suggestion: op.suggestion });
    },
    request: (op) => ["POST", `suggestions/${op.suggestion}/accept/`, { uid: op.claim }],
    done(page, op, answer) {
      page.answered(op.claim, answer);
    },
  },

  "suggestion.reject": {
    apply: (model, op) => decide(model, op, "rejected"),
    request: (op) => ["POST", `suggestions/${op.suggestion}/reject/`, {}],
  },

  "suggestion.reopen": {
    apply: (model, op) => decide(model, op, null),
    request: (op) => ["POST", `suggestions/${op.suggestion}/reopen/`, {}],
  },

  "claim.create": {
    creates: true,
    apply: (model, op) => model.draft(op.claim, op.draft),
    request: (op) => ["POST", "claims/", { article: op.article, uid: op.claim, ...op.draft }],
    done: (page, op, answer) => page.answered(op.claim, answer),
  },

  "claim.update": {
    joins: true,
    keeps: true,
    apply(model, op) {
      const claim = model.claim(op.claim);
      if (claim) Object.assign(claim, op.fields);
    },
    request: (op) => ["PATCH", `claims/${op.claim}/`, { revision: op.revision, ...op.fields }],
    done: (page, op, answer) => page.answered(op.claim, answer),
    async refused(page, op, problem) {
      if (problem.status === 404 || problem.current?.state === "withdrawn") {
        // There is no row any more on which it could wait for a decision.
        problem.lost = page.outbox.forget((other) => other.claim === op.claim);
        problem.message = gettext("This claim was withdrawn by somebody else; your change to it was not saved.");
        await page.startOver(problem, op);
        return;
      }
      const claim = page.model.claim(op.claim);
      if (problem.code !== "stale_revision" || !problem.current || !claim) {
        page.redraw();
        toast(problem.message, "error");
        return;
      }
      const theirs = problem.current;
      const chosen = await conflict({
        mine: op.fields, theirs, base: op.base, fields: Object.keys(op.fields), model: page.model,
      });
      page.outbox.forget((other) => other === op);
      // Evidence and verdicts may have been saved while the dialog was open: those are left alone.
      page.model.merge(claim, pick(theirs, [...CLAIM_FIELDS, "revision"]));
      page.outbox.mark(op, { state: "saved" });
      if (Object.keys(chosen).length) page.actions.patch(claim, chosen);
      page.redraw(true);
    },
  },

  "claim.merge": {
    apply(model, op) {
      const kept = model.claim(op.claim);
      const other = model.claim(op.other);
      if (!kept || !other) return;
      kept.spans = union([...kept.spans, ...other.spans]);
      kept.evidence = [...kept.evidence, ...other.evidence];
      kept.questions = [...kept.questions, ...other.questions];
      for (const name of ["normalised", "claimant", "claim_date", "place"]) kept[name] ||= other[name];
      if (!kept.types.length) kept.types = other.types;
      kept.tags = [...new Set([...kept.tags, ...other.tags])];
      model.drop(other);
    },
    request: (op) => ["POST", `claims/${op.claim}/merge/`, {
      revision: op.revision, other: op.other, other_revision: op.other_revision,
    }],
    done: (page, op) => page.refresh(),
  },

  // Makes the claim `op.split` of `op.rest`; `op.spans` stay.
  "claim.split": {
    apply(model, op) {
      const claim = model.claim(op.claim);
      if (!claim) return;
      claim.spans = op.spans;
      model.draft(op.split, { spans: op.rest, ...pick(claim, ["types", "claimant", "claim_date", "place", "tags"]) });
    },
    request: (op) => ["POST", `claims/${op.claim}/split/`, {
      revision: op.revision, spans: op.spans, rest: op.rest, uid: op.split,
    }],
    done(page, op, answer) {
      // The answer is the new claim; the first went on by one revision.
      page.outbox.learn(op.claim, op.revision + 1);
      page.answered(op.split, answer);
      page.reload(op.claim);
    },
  },

  "claim.withdraw": {
    apply(model, op) {
      const claim = model.claim(op.claim);
      if (!claim) return;
      const suggestion = claim.suggestion && model.suggestion(claim.suggestion);
      if (suggestion) suggestion.outcome = null;
      model.drop(claim);
    },
    request: (op) => ["POST", `claims/${op.claim}/withdraw/`, { revision: op.revision }],
  },
};
