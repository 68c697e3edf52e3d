// One discussion: its comments, the form below them, and whether it is settled.

import { CommentForm } from "./comment_form.js";
import { h, setWords, unfinished } from "./dom.js";
import { rendered } from "./markdown.js";
import { joinedReplies } from "./typed.js";

const moment = (time) => new Date(time)
  .toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

export class ThreadView {
  #drawn = "";

  constructor(thread, { model, actions }) {
    Object.assign(this, { thread, model, actions });
    this.form = null;
    this.state = h("p.thread-state");
    this.comments = h("ol.comments");
    this.reply = h("button", { type: "button", onclick: () => this.open() }, gettext("Reply"));
    this.settle = h("button.quiet", { type: "button", onclick: () => this.#settle() });
    this.slot = h("div", {});
    this.buttons = h("div.buttons", {}, this.reply, this.settle);
    this.element = h("li.thread", {}, this.state, this.comments, this.slot, this.buttons);
  }

  get resolved() {
    return Boolean(this.thread.resolved_by);
  }

  /** Draw the thread anew where it changed; a form that is open stays as it is. */
  update(thread) {
    this.thread = thread;
    const signature = JSON.stringify(thread);
    if (signature === this.#drawn) return;
    this.#drawn = signature;
    this.element.classList.toggle("resolved", this.resolved);
    this.element.dataset.thread = thread.uid;
    this.state.replaceChildren(
      this.resolved ? h("span.tick", {}, h("span", { "aria-hidden": "true" }, "✓ "),
        interpolate(gettext("Resolved by %s"), [thread.resolved_by.name])) : "",
      thread.unread ? h("span.count", {}, interpolate(ngettext("%s new", "%s new", thread.unread), [thread.unread])) : "",
    );
    this.state.hidden = !this.state.textContent;
    this.settle.textContent = this.resolved ? gettext("Reopen") : gettext("Resolve");
    const { activeElement: focused } = document;
    const place = this.comments.contains(focused) ? [focused.closest(".comment").dataset.comment, focused.textContent] : null;
    this.comments.replaceChildren(...thread.comments.map((comment) => this.#comment(comment)));
    if (place) (this.#button(...place) || this.form || this.reply).focus();
  }

  /** The button of a comment that is labelled so. */
  #button(uid, label) {
    const comment = [...this.comments.children].find(({ dataset }) => dataset.comment === uid);
    return [...comment?.querySelectorAll("button") || []].find(({ textContent }) => textContent === label);
  }

  #comment(comment) {
    const mine = comment.author.id === this.model.me.id;
    const head = h("p.comment-head", {}, h("bdi.author", {}, comment.author.name),
      comment.created_at ? h("time.muted", { datetime: comment.created_at }, moment(comment.created_at)) : null,
      comment.edited_at && !comment.withdrawn ? h("span.muted", { title: moment(comment.edited_at) }, gettext("edited")) : null);
    if (comment.withdrawn) return h("li.comment", {}, head, h("p.muted", {}, gettext("Withdrawn by its author.")));
    return h("li.comment", { dataset: { comment: comment.uid } }, head, this.#words(comment),
      mine ? h("div.row-actions", {},
        h("button.link", { type: "button", onclick: () => this.open({ edit: comment.uid, text: comment.text }) }, gettext("Edit")),
        h("button.link", { type: "button", onclick: () => this.actions.withdrawComment(this.thread, comment) }, gettext("Withdraw"))) : null);
  }

  #words(comment) {
    if (!comment.html) return h("p.as-typed", { dir: "auto" }, comment.text);
    const words = h("div.markdown", {}, rendered(comment.html));
    const me = this.model.people.find(({ id }) => id === this.model.me.id);
    for (const name of words.querySelectorAll(".mention")) {
      name.classList.toggle("me", name.title === `@${me?.username}`);
    }
    return words;
  }

  #settle() {
    if (this.resolved) this.actions.reopenThread(this.thread);
    else this.actions.resolveThread(this.thread);
    this.settle.focus();
  }

  /** Open the form, for a reply or for changing a comment. What was typed for the same stays. */
  open({ edit = null, text = "" } = {}, focus = true) {
    const typed = focus ? this.draft() : null;
    if (typed && this.edited !== edit) unfinished();
    if (!typed && (!this.form || this.edited !== edit || text)) {
      this.edited = edit;
      this.form = new CommentForm({
        label: edit ? gettext("Your comment") : gettext("Reply"),
        button: edit ? gettext("Save") : gettext("Reply"),
        people: this.model.people,
        send: (words) => this.#send(words),
        cancel: () => this.close(),
      });
      this.form.text.value = text;
      this.slot.replaceChildren(this.form.element);
      this.buttons.hidden = true;
    }
    if (focus) this.form.focus();
  }

  /** Show what was typed before; what was begun since stays, and those words follow it. */
  restore(typed) {
    const begun = this.draft();
    if (begun) setWords(this.form.text, joinedReplies(begun, typed).text);
    else this.open(typed, false);
  }

  #send(words) {
    const { edited } = this;
    this.close();
    const comment = edited && this.thread.comments.find(({ uid }) => uid === edited);
    if (comment) this.actions.editComment(this.thread, comment, words);
    else this.actions.addComment(this.thread, words);
  }

  close() {
    this.form = null;
    this.slot.replaceChildren();
    this.buttons.hidden = false;
    this.reply.focus();
  }

  draft() {
    if (!this.form) return null;
    const before = this.edited ? this.thread.comments.find(({ uid }) => uid === this.edited)?.text : "";
    const text = this.form.value;
    return text && text !== before ? { edit: this.edited, text } : null;
  }
}
