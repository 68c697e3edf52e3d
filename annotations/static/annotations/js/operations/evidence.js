// Evidence on a claim.

import { saving } from "./saving.js";

export const EVIDENCE_FIELDS = [
  "url", "citation", "title", "publisher", "published", "quote", "stance", "source_medium", "note",
  "set_number", "protected", "protection_reason", "snapshot",
];

const pieceOf = (model, op) => model.claim(op.claim)?.evidence.find((piece) => piece.uid === op.on);

export const EVIDENCE = {
  "evidence.save": {
    ...saving({
      path: "evidence/",
      section: "evidence",
      find: pieceOf,
      drop(model, op) {
        const claim = model.claim(op.claim);
        claim.evidence = claim.evidence.filter((piece) => piece.uid !== op.on);
      },
      parent: (op) => ({ claim: op.claim }),
      fields: EVIDENCE_FIELDS,
      goesWith: { url: "snapshot" },
      again: (page, op, shown, fields) => page.actions.saveEvidence(page.model.claim(op.claim), shown, fields),
      draft: (op) => ({ evidence: { uid: op.fresh ? null : op.on, fields: op.fields } }),
    }),
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
  },

  "evidence.withdraw": {
    apply(model, op) {
      const claim = model.claim(op.claim);
      if (claim) claim.evidence = claim.evidence.filter((piece) => piece.uid !== op.on);
    },
    request: (op) => ["POST", `evidence/${op.on}/withdraw/`, { revision: op.revision }],
  },
};
