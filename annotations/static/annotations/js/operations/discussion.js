// What is said about a claim. A comment is shown as it was typed until the server has rendered it.

import { toast } from "../dom.js";
import { joinedWords } from "../typed.js";

const threadOf = (model, op) => model.threads[op.claim]?.find((thread) => thread.uid === op.thread);
const commentOf = (model, op) => threadOf(model, op)?.comments.find((comment) => comment.uid === op.on);

const comment = (model, uid, text) => ({
  id: null, uid, text, html: "", author: model.me, mentions: [], withdrawn: false,
  created_at: null, edited_at: null, revision: 1,
});

/** What was typed comes back into its form, with the reason. */
function giveBack(page, op, problem, typed) {
  page.outbox.mark(op, null);
  page.model.changed();
  page.redraw();
  page.reopen(op.claim, { discussion: typed });
  page.card(op.claim)?.discussion.fail(typed, problem.fields.text);
  if (!problem.fields.text) toast(problem.message, "error");
}

const settled = (word, by) => ({
  apply(model, op) {
    const thread = threadOf(model, op);
    if (thread) thread.resolved_by = by(model);
  },
  request: (op) => ["POST", `threads/${op.thread}/${word}/`, { revision: op.revision }],
  done(page, op, answer) {
    const thread = threadOf(page.model, op);
    if (thread) Object.assign(thread, answer);
    page.outbox.reapply(page.model, op.claim);
    page.redraw();
  },
});

export const DISCUSSION = {
  "thread.start": {
    apply(model, op) {
      const threads = model.threads[op.claim] ||= [];
      if (threads.some((thread) => thread.uid === op.thread)) return;
      threads.push({
        id: null, uid: op.thread, started_by: model.me, created_at: null, resolved_by: null,
        resolved_at: null, revision: 1, unread: 0, comments: [comment(model, op.comment, op.text)],
      });
    },
    request: (op) => ["POST", "threads/", {
      claim: op.claim, uid: op.thread, comment_uid: op.comment, text: op.text,
    }],
    done(page, op, answer) {
      const thread = threadOf(page.model, op);
      if (thread) Object.assign(thread, answer);
      page.outbox.reapply(page.model, op.claim);
      page.redraw();
    },
    typed: (op) => ({ discussion: { start: op.text } }),
    refused(page, op, problem) {
      const { threads } = page.model;
      threads[op.claim] = (threads[op.claim] || []).filter((thread) => thread.uid !== op.thread);
      // What was said in a thread that never came to be can't be sent: it comes back, too.
      const said = page.outbox.forget((other) => other.thread === op.thread);
      giveBack(page, op, problem, { start: said.map((other) => other.fields?.text ?? other.text).reduce(joinedWords, op.text) });
    },
  },

  "comment.add": {
    apply(model, op) {
      const thread = threadOf(model, op);
      if (!thread || commentOf(model, op)) return;
      thread.comments.push(comment(model, op.on, op.text));
    },
    request: (op) => ["POST", "comments/", { thread: op.thread, uid: op.on, text: op.text }],
    done(page, op, answer) {
      const here = commentOf(page.model, op);
      if (here) Object.assign(here, answer);
      page.outbox.reapply(page.model, op.claim);
      page.redraw();
    },
    typed: (op) => ({ discussion: { threads: { [op.thread]: { text: op.text } } } }),
    refused(page, op, problem) {
      const thread = threadOf(page.model, op);
      if (thread) thread.comments = thread.comments.filter((other) => other.uid !== op.on);
      giveBack(page, op, problem, this.typed(op).discussion);
    },
  },

  "comment.edit": {
    joins: true,
    apply(model, op) {
      const here = commentOf(model, op);
      if (here && here.text !== op.fields.text) Object.assign(here, op.fields, { html: "" });
    },
    request: (op) => ["PATCH", `comments/${op.on}/`, { revision: op.revision, ...op.fields }],
    done(page, op, answer) {
      const here = commentOf(page.model, op);
      if (here) Object.assign(here, answer);
      page.outbox.reapply(page.model, op.claim);
      page.redraw();
    },
    typed: (op) => ({ discussion: { threads: { [op.thread]: { edit: op.on, text: op.fields.text } } } }),
    refused(page, op, problem) {
      const here = commentOf(page.model, op);
      if (here) Object.assign(here, problem.current || op.base);
      // Changed in another window of one's own: that is shown, and this one's words are in the form.
      giveBack(page, op, problem, this.typed(op).discussion);
    },
  },

  "comment.withdraw": {
    apply(model, op) {
      const here = commentOf(model, op);
      if (here) Object.assign(here, { withdrawn: true, text: "", html: "", mentions: [] });
    },
    request: (op) => ["POST", `comments/${op.on}/withdraw/`, { revision: op.revision }],
    done(page, op, answer) {
      const here = commentOf(page.model, op);
      if (here) Object.assign(here, answer);
      page.redraw();
    },
  },

  "thread.resolve": settled("resolve", (model) => model.me),
  "thread.reopen": settled("reopen", () => null),
};
