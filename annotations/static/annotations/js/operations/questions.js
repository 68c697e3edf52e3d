// Questions about a claim, and their answers. Both are named by uid, so that a question can be
// answered before the server has it.

import { conflict } from "../conflict.js";
import { toast } from "../dom.js";
import { pick } from "./claims.js";

export const ANSWER_FIELDS = ["answer_type", "text", "boolean_explanation", "source_url", "source_medium", "snapshot"];

const questionOf = (model, op) => model.claim(op.claim)?.questions.find((question) => question.uid === op.question);
const answerOf = (model, op) => questionOf(model, op)?.answers.find((answer) => answer.uid === op.on);

/**
 * What saving has in common: `find(model, op)` gives the object, `drop` takes a new one off again.
 * `goesWith` names fields that are chosen with another: a copy goes with its address.
 */
function saving({ path, find, drop, parent, fields, goesWith = {}, again, draft }) {
  const choices = fields.filter((name) => !Object.values(goesWith).includes(name));
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
    typed: (op) => ({ question: draft(op) }),
    async refused(page, op, problem) {
      const shown = find(page.model, op);
      if (!shown) return;
      if (problem.code === "stale_revision" && problem.current) {
        const { current } = problem;
        const chosen = await conflict({ mine: op.fields, theirs: current, base: op.base, fields: choices, model: page.model });
        for (const [name, other] of Object.entries(goesWith)) if (name in chosen) chosen[other] = op.fields[other];
        Object.assign(shown, pick(current, [...fields, "revision"]));
        page.outbox.mark(op, { state: "saved" });
        if (Object.keys(chosen).length) again(page, op, shown, { ...pick(current, fields), ...chosen });
        page.redraw();
        return;
      }
      if (op.fresh) drop(page.model, op);
      else Object.assign(shown, op.base);
      page.outbox.mark(op, null);
      page.redraw();
      // What was typed comes back into the form, with the reasons beside the fields.
      page.reopen(op.claim, this.typed(op));
      const seen = page.card(op.claim)?.questions.fail(problem.fields, op.fields);
      const [reason] = Object.values(problem.fields);
      if (!seen || !reason) toast(reason || problem.message, "error");
    },
  };
}

export const QUESTIONS = {
  "question.save": {
    ...saving({
      path: "questions/",
      find: questionOf,
      drop(model, op) {
        const claim = model.claim(op.claim);
        claim.questions = claim.questions.filter((question) => question.uid !== op.on);
      },
      parent: (op) => ({ claim: op.claim }),
      fields: ["text"],
      again: (page, op, shown, fields) => page.actions.saveQuestion(page.model.claim(op.claim), shown, fields),
      draft: (op) => ({ kind: "question", uid: op.fresh ? null : op.on, fields: op.fields }),
    }),
    apply(model, op) {
      const claim = model.claim(op.claim);
      if (!claim) return;
      let question = questionOf(model, op);
      if (!question) {
        question = { id: null, uid: op.on, asked_by: model.me, revision: 0, answers: [] };
        claim.questions.push(question);
      }
      Object.assign(question, op.fields);
    },
  },

  "question.withdraw": {
    apply(model, op) {
      const claim = model.claim(op.claim);
      if (claim) claim.questions = claim.questions.filter((question) => question.uid !== op.on);
    },
    request: (op) => ["POST", `questions/${op.on}/withdraw/`, { revision: op.revision }],
  },

  "answer.save": {
    ...saving({
      path: "answers/",
      find: answerOf,
      drop(model, op) {
        const question = questionOf(model, op);
        question.answers = question.answers.filter((answer) => answer.uid !== op.on);
      },
      parent: (op) => ({ question: op.question }),
      fields: ANSWER_FIELDS,
      goesWith: { source_url: "snapshot" },
      again: (page, op, shown, fields) => page.actions.saveAnswer(
        page.model.claim(op.claim), questionOf(page.model, op), shown, fields,
      ),
      draft: (op) => ({ kind: "answer", question: op.question, uid: op.fresh ? null : op.on, fields: op.fields }),
    }),
    apply(model, op) {
      const question = questionOf(model, op);
      if (!question) return;
      let answer = answerOf(model, op);
      if (!answer) {
        answer = { id: null, uid: op.on, added_by: model.me, revision: 0 };
        question.answers.push(answer);
      }
      Object.assign(answer, op.fields);
    },
  },

  "answer.withdraw": {
    apply(model, op) {
      const question = questionOf(model, op);
      if (question) question.answers = question.answers.filter((answer) => answer.uid !== op.on);
    },
    request: (op) => ["POST", `answers/${op.on}/withdraw/`, { revision: op.revision }],
  },
};
