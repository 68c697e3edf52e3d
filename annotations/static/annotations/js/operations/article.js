// What concerns the article as a whole.

import { toast } from "../dom.js";

/** What an action was about, or undefined where the page doesn't show it. */
function target({ claims, threads }, { target_type: type, target_id: id }) {
  const talk = Object.values(threads).flat();
  const all = {
    claim: () => claims,
    evidence: () => claims.flatMap(({ evidence }) => evidence),
    question: () => claims.flatMap(({ questions }) => questions),
    answer: () => claims.flatMap(({ questions }) => questions).flatMap(({ answers }) => answers),
    thread: () => talk,
    comment: () => talk.flatMap(({ comments }) => comments),
  };
  return all[type]?.().find((object) => object.id === id);
}

const took = (word) => ({
  reverses: true,
  request: (op) => ["POST", `articles/${op.article}/${word}/`, { uid: op.uid }],
  async done(page, op, answer) {
    // It went on by one revision. What one did to it meanwhile was meant for what this left: had
    // anybody else changed it, this would have been refused.
    const object = target(page.model, answer[`${word}ne`]);
    if (object) {
      object.revision += 1;
      page.outbox.learn(object.uid, object.revision);
    }
    await page.refresh();
    page.undone(word, answer);
  },
  refused(page, op, problem) {
    page.outbox.mark(op, null);
    toast(problem.message);
  },
});

export const ARTICLE = {
  "action.undo": took("undo"),
  "action.redo": took("redo"),

  "article.submit": {
    request: (op) => ["POST", `articles/${op.article}/submit/`, {}],
    refused(page, op, problem) {
      page.outbox.mark(op, null);
      toast(problem.message, "error");
    },
  },
};
