// Saving evidence, a question or an answer: what these have in common.

import { conflict } from "../conflict.js";
import { toast } from "../dom.js";
import { pick } from "./claims.js";

/**
 * `find(model, op)` gives the object, `drop(model, op)` takes a new one off again; `parent(op)` says what
 * a new one belongs to. `again(page, op, shown, fields)` saves once more, over what somebody else saved.
 * `draft(op)` is what was typed, for the card's `section`. `goesWith` names fields that are chosen with
 * another: a copy goes with its address. `fresh` on an operation: the object isn't on the server yet.
 */
export function saving({ path, section, find, drop, parent, fields, goesWith = {}, again, draft }) {
  const choices = fields.filter((name) => !Object.values(goesWith).includes(name));

  async function choose(page, op, shown, current) {
    const chosen = await conflict({ mine: op.fields, theirs: current, base: op.base, fields: choices, model: page.model });
    for (const [name, other] of Object.entries(goesWith)) if (name in chosen) chosen[other] = op.fields[other];
    // Answers of one's own to a question may be on their way.
    const { answers: _, ...own } = current;
    Object.assign(shown, own);
    page.outbox.mark(op, { state: "saved" });
    if (Object.keys(chosen).length) again(page, op, shown, { ...pick(current, fields), ...chosen });
    page.redraw();
  }

  return {
    joins: true,
    request: (op) => (op.fresh
      ? ["POST", path, { ...parent(op), uid: op.on, ...op.fields }]
      : ["PATCH", `${path}${op.on}/`, { revision: op.revision, ...op.fields }]),
    done(page, op, answer) {
      const shown = find(page.model, op);
      if (shown) Object.assign(shown, answer);
      page.outbox.reapply(page.model, op.claim);
      page.redraw();
    },
    typed: draft,
    async refused(page, op, problem) {
      const shown = find(page.model, op);
      if (shown && problem.code === "stale_revision" && problem.current) {
        await choose(page, op, shown, problem.current);
        return;
      }
      if (shown && op.fresh) drop(page.model, op);
      else if (shown) Object.assign(shown, op.base);
      page.outbox.mark(op, null);
      // Not for its own fields: somebody may have taken away what it belongs to.
      if (!Object.keys(problem.fields).length) await page.renew();
      page.redraw();
      // What was typed comes back into the form, with the reasons beside the fields.
      page.reopen(op.claim, draft(op));
      const seen = page.card(op.claim)?.[section].fail(problem.fields, op.fields);
      const [reason] = Object.values(problem.fields);
      if (!seen || !reason) toast(reason || problem.message, "error");
    },
  };
}
