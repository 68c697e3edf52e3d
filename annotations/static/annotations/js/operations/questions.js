// Questions about a claim, and their answers. Both are named by uid, so that a question can be
// answered before the server has it.

import { saving } from "./saving.js";

export const ANSWER_FIELDS = ["answer_type", "text", "boolean_explanation", "source_url", "source_medium", "snapshot"];

/** A claim's question, or one in the same words where somebody took it away; undefined where there is neither. */
export const standing = ({ questions }, uid, text) => questions.find((question) => question.uid === uid)
  || questions.find((question) => question.text === text);

const questionOf = (model, op) => model.claim(op.claim)?.questions.find((question) => question.uid === op.question);
const answerOf = (model, op) => questionOf(model, op)?.answers.find((answer) => answer.uid === op.on);

export const QUESTIONS = {
  "question.save": {
    ...saving({
      path: "questions/",
      section: "questions",
      find: questionOf,
      drop(model, op) {
        const claim = model.claim(op.claim);
        claim.questions = claim.questions.filter((question) => question.uid !== op.on);
      },
      parent: (op) => ({ claim: op.claim }),
      fields: ["text"],
      again: (page, op, shown, fields) => page.actions.saveQuestion(page.model.claim(op.claim), shown, fields),
      draft: (op) => ({ question: { kind: "question", uid: op.fresh ? null : op.on, fields: op.fields } }),
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
      section: "questions",
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
      draft: (op) => ({
        question: {
          kind: "answer", question: op.question, asked: op.asked, uid: op.fresh ? null : op.on, fields: op.fields,
        },
      }),
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
