// Verdicts. The claim's state follows from them on the server, so it is asked for afterwards.

import { toast } from "../dom.js";

export const VERDICTS = {
  "verdict.give": {
    apply(model, op) {
      const claim = model.claim(op.claim);
      if (!claim || claim.verdicts.some((verdict) => verdict.uid === op.verdict)) return;
      const { rating, adjudication, ...typed } = op.typed;
      const kind = adjudication ? "adjudication" : "review";
      claim.verdicts = [
        ...claim.verdicts.filter((v) => v.reviewer.id !== model.me.id || v.kind !== kind),
        {
          id: null, uid: op.verdict, kind, reviewer: model.me, ...typed,
          rating: model.corpus.ratings.find((r) => r.id === rating),
        },
      ];
    },
    request: (op) => ["POST", "verdicts/", {
      claim: op.claim, uid: op.verdict, claim_revision: op.revision, ...op.typed,
    }],
    done: (page, op) => page.reload(op.claim),
    typed: (op) => ({ verdict: op.typed }),
    async refused(page, op, problem) {
      page.outbox.mark(op, null);
      await page.reload(op.claim);
      page.reopen(op.claim, this.typed(op));
      page.card(op.claim)?.verdict.fail(problem.fields, problem.message);
      toast(problem.message, "error");
    },
  },

  "verdict.retract": {
    apply(model, op) {
      const claim = model.claim(op.claim);
      if (claim) claim.verdicts = claim.verdicts.filter((verdict) => verdict.uid !== op.verdict);
    },
    request: (op) => ["POST", `verdicts/${op.verdict}/retract/`, {}],
    done: (page, op) => page.reload(op.claim),
  },
};
