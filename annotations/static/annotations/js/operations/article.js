// What concerns the article as a whole.

import { announce, toast } from "../dom.js";

const took = (word) => ({
  request: (op) => ["POST", `articles/${op.article}/${word}/`, { uid: op.uid }],
  async done(page, op, answer) {
    await page.refresh();
    page.undone(word, answer);
  },
  refused(page, op, problem) {
    page.outbox.mark(op, null);
    toast(problem.message);
    announce(problem.message);
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
