// What concerns the article as a whole.

import { toast } from "../dom.js";

/** What has this uid, or undefined where the page doesn't show it. */
function object({ claims, threads }, uid) {
  const questions = claims.flatMap((claim) => claim.questions);
  const talk = Object.values(threads).flat();
  return [
    ...claims, ...claims.flatMap(({ evidence }) => evidence), ...questions,
    ...questions.flatMap(({ answers }) => answers), ...talk, ...talk.flatMap(({ comments }) => comments),
  ].find((one) => one.uid === uid);
}

const took = (word) => ({
  reverses: true,
  request: (op) => ["POST", `articles/${op.article}/${word}/`, { uid: op.uid }],
  // What one did to it meanwhile was meant for what this left: had anybody else changed it, this
  // would have been refused.
  left: ({ target }) => target,
  async done(page, op, answer) {
    const shown = answer.target && object(page.model, answer.target.uid);
    if (shown) shown.revision = answer.target.revision;
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
