// Evidence on a claim.

import { conflict } from "../conflict.js";
import { toast } from "../dom.js";
import { pick } from "./claims.js";

export const EVIDENCE_FIELDS = [
  "url", "citation", "title", "publisher", "published", "quote", "stance", "source_medium", "note",
  "set_number", "protected", "protection_reason", "snapshot",
];
// A copy goes with its address.
const CHOSEN = EVIDENCE_FIELDS.filter((name) => name !== "snapshot");

const pieceOf = (model, op) => model.claim(op.claim)?.evidence.find((piece) => piece.uid === op.on);

export const EVIDENCE = {
  // `fresh`: the piece isn't on the server yet.
  "evidence.save": {
    joins: true,
    apply(model, op) {
      const claim = model.claim(op.claim);
      if (!claim) return;
      let piece = pieceOf(model, op);
      if (!piece) {
        piece = { id: null, uid: op.on, added_by: model.me, revision: 0 };
        claim.evidence.push(piece);
      }
      Object.assign(piece, op.fields);
    },
    request: (op) => (op.fresh
      ? ["POST", "evidence/", { claim: op.claim, uid: op.on, ...op.fields }]
      : ["PATCH", `evidence/${op.on}/`, { revision: op.revision, ...op.fields }]),
    done(page, op, answer) {
      const piece = pieceOf(page.model, op);
      if (piece) Object.assign(piece, answer);
      page.outbox.reapply(page.model, op.claim);
      page.redraw();
    },
    typed: (op) => ({ evidence: { uid: op.fresh ? null : op.on, fields: op.fields } }),
    async refused(page, op, problem) {
      const claim = page.model.claim(op.claim);
      const piece = pieceOf(page.model, op);
      if (!claim || !piece) return;
      if (problem.code === "stale_revision" && problem.current) {
        const { current } = problem;
        const chosen = await conflict({
          mine: op.fields, theirs: current, base: op.base, fields: CHOSEN, model: page.model,
        });
        Object.assign(piece, current);
        page.outbox.mark(op, { state: "saved" });
        if (chosen.url) chosen.snapshot = op.fields.snapshot;
        if (Object.keys(chosen).length) {
          page.actions.saveEvidence(claim, piece, { ...pick(current, EVIDENCE_FIELDS), ...chosen });
        }
        page.redraw();
        return;
      }
      if (op.fresh) claim.evidence = claim.evidence.filter((other) => other !== piece);
      else Object.assign(piece, op.base);
      page.outbox.mark(op, null);
      page.redraw();
      // What was typed comes back into the form, with the reasons beside the fields.
      page.reopen(op.claim, this.typed(op));
      const shown = page.card(op.claim)?.evidence.fail(problem.fields, op.fields);
      const [reason] = Object.values(problem.fields);
      if (!shown || !reason) toast(reason || problem.message, "error");
    },
  },

  "evidence.withdraw": {
    apply(model, op) {
      const claim = model.claim(op.claim);
      if (claim) claim.evidence = claim.evidence.filter((piece) => piece.uid !== op.on);
    },
    request: (op) => ["POST", `evidence/${op.on}/withdraw/`, { revision: op.revision }],
  },
};
