// The questions that a claim raises, with their answers, and one form that asks or answers.

import { AnswerForm, typeName } from "./answer_form.js";
import { CopyWatch, savedCopy } from "./copies.js";
import { announce, field, h, unfinished } from "./dom.js";
import { ariaKeys, kbd, shownKey } from "./keymap.js";
import { standing } from "./operations/questions.js";
import { withLater } from "./typed.js";
import { termName } from "./vocabulary.js";

class QuestionForm {
  constructor({ text = "" }) {
    this.text = h("textarea", { rows: 2, name: "question", dir: "auto", maxlength: 500, value: text });
    this.boxes = { text: field(gettext("Question"), this.text, gettext("What has to be known to judge the claim?")) };
    this.parts = [this.boxes.text];
    this.save = gettext("Save the question");
  }

  focus() {
    this.text.focus();
  }

  typed() {
    return { text: this.text.value.trim() };
  }

  wrong() {
    return this.typed().text ? {} : { text: gettext("Write the question.") };
  }

  fail(fields) {
    this.boxes.text.fail(fields.text);
  }

  closed() {}
}

export class QuestionsSection {
  constructor(card) {
    this.card = card;
    this.list = h("ol.questions");
    this.none = h("p.muted.none", {}, gettext("None yet."));
    this.ask = h("button", {
      type: "button", onclick: () => this.open(), "aria-keyshortcuts": ariaKeys("question"),
    }, gettext("Ask a question"), " ", kbd("question"));
    this.element = h("section.part", { "aria-label": gettext("Questions") },
      h("h3", {}, gettext("Questions")), this.list, this.none, this.ask);
    this.copies = new CopyWatch(this);
    // What was refused while another one was begun, as drafts with `wrong`, to be opened after that.
    this.later = [];
    this.#shut();
  }

  update() {
    const { questions } = this.card.claim;
    const signature = JSON.stringify(questions);
    if (signature === this.drawn) return;
    this.drawn = signature;
    this.#showGone();
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.list.replaceChildren(...questions.map((question) => this.#question(question)));
    this.list.hidden = !questions.length;
    this.none.hidden = questions.length > 0;
    if (focused) (this.#button(focused) || this.ask).focus();
    for (const { uid, saved_copy: copy } of questions.flatMap(({ answers }) => answers)) {
      this.copies.watch(copy, () => this.card.claim.questions.flatMap(({ answers }) => answers)
        .find((other) => other.uid === uid));
    }
  }

  #button(key) {
    return [...this.list.querySelectorAll("button")].find((button) => button.dataset.key === key);
  }

  #link(key, label, about, onclick) {
    return h("button.link", { type: "button", dataset: { key }, onclick, "aria-label": `${label}: ${about}` }, label);
  }

  #question(question) {
    const { actions, claim } = this.card;
    const { uid, text } = question;
    return h("li", {},
      h("p.question", { dir: "auto" }, text),
      question.answers.length ? h("ul.answers", {}, question.answers.map((answer) => this.#answer(question, answer))) : null,
      h("span.row-actions", {},
        this.#link(`answer ${uid}`, gettext("Answer"), text, () => this.openAnswer(question)),
        question.id === null ? null : [
          this.#link(`edit ${uid}`, gettext("Edit"), text, () => this.open(question)),
          this.#link(`remove ${uid}`, gettext("Remove"), text, () => actions.withdrawQuestion(claim, question)),
        ]));
  }

  #answer(question, answer) {
    const { actions, claim } = this.card;
    const { uid, answer_type: type } = answer;
    const words = answer.text || gettext("can't be answered");
    const explained = type === "Boolean";
    return h("li", {},
      h(explained ? "strong" : type === "Unanswerable" ? "em.muted" : "span", { dir: "auto" },
        explained ? (answer.text === "Yes" ? gettext("Yes") : gettext("No")) : words),
      explained ? h("span", { dir: "auto" }, ` – ${answer.boolean_explanation}`) : null,
      h("span.muted.by", {},
        type === "Unanswerable" ? null : h("span", {}, typeName(type)),
        this.#source(answer), h("bdi", {}, answer.added_by.name), savedCopy(answer.saved_copy)),
      answer.id === null ? null : h("span.row-actions", {},
        this.#link(`edit ${uid}`, gettext("Edit"), words, () => this.openAnswer(question, answer)),
        this.#link(`remove ${uid}`, gettext("Remove"), words, () => actions.withdrawAnswer(claim, question, answer))));
  }

  #source({ source_url: url, source_medium: medium }) {
    // Only addresses of the web become links; the server refuses others too.
    if (!/^https?:\/\//i.test(url)) return null;
    const host = URL.canParse(url) ? new URL(url).hostname : url;
    return h("span", {}, h("a", { href: url, target: "_blank", rel: "noreferrer noopener", title: url }, host),
      medium && medium !== "Web text" ? ` (${termName(medium)})` : "");
  }

  /** Open the form for a new question, or for one to reword. What was typed stays until it is saved. */
  open(question = null, typed = {}, focus = true) {
    if (this.#keeps({ kind: "question", question, before: question }, typed)) return;
    this.#show({ kind: "question", question, before: question },
      new QuestionForm({ text: typed.text ?? question?.text }), gettext("Question"), focus);
  }

  /** The same for an answer, new or to be changed. */
  openAnswer(question, answer = null, typed = {}, focus = true) {
    if (this.#keeps({ kind: "answer", question, before: answer }, typed)) return;
    const fields = new AnswerForm(this.card, answer, typed);
    this.gone = h("p.gone", { hidden: true });
    fields.parts.unshift(h("p.question", { dir: "auto" }, question.text), this.gone);
    this.#show({ kind: "answer", question, before: answer }, fields, `${gettext("Answer")}: ${question.text}`, focus);
    this.#showGone();
  }

  /** Somebody took the question away that is being answered: what is typed stays, and it can be asked again. */
  #showGone() {
    if (this.now?.kind !== "answer" || !this.form) return;
    const { uid, text } = this.now.question;
    const gone = !standing(this.card.claim, uid, text);
    if (gone === !this.gone.hidden) return;
    this.gone.hidden = !gone;
    this.gone.textContent = gone ? gettext("This question was taken away. Saving the answer asks it again.") : "";
    if (gone) announce(this.gone.textContent);
  }

  /** Does the form stay that is open? Where it is the same one, or half filled; typed values come from it. */
  #keeps({ kind, question, before }, typed) {
    if (!this.form || Object.keys(typed).length) return false;
    const { now } = this;
    const same = now.kind === kind && now.question?.uid === question?.uid && now.before?.uid === before?.uid;
    if (!same && !this.#typed()) return false;
    if (!same) unfinished();
    this.fields.focus();
    return true;
  }

  #show(now, fields, label, focus) {
    this.form?.remove();
    this.fields?.closed(true);
    Object.assign(this, { now, fields });
    this.form = h("form.inset", { novalidate: true, "aria-label": label, onsubmit: (event) => this.#submit(event) },
      fields.parts,
      h("div.buttons", {},
        h("button.primary", { type: "submit" }, fields.save, " ", h("kbd", {}, shownKey("Ctrl+Enter"))),
        h("button.quiet", { type: "button", onclick: () => this.#cancel() }, gettext("Cancel"))));
    this.ask.hidden = true;
    this.element.append(this.form);
    if (focus) fields.focus();
  }

  #cancel() {
    this.#shut();
    if (!this.#openLater()) this.ask.focus();
  }

  #shut(kept = false) {
    this.form?.remove();
    this.fields?.closed(kept);
    this.form = this.fields = null;
    this.ask.hidden = false;
  }

  #openLater() {
    const next = this.later.shift();
    if (!next) return false;
    this.#open(next, true);
    this.fail(next.wrong || {});
    return true;
  }

  /** What is typed in an open form, or null; with it, what waits behind it. */
  draft() {
    return withLater(this.#typed(), this.later);
  }

  #typed() {
    if (!this.form) return null;
    const { kind, question, before } = this.now;
    const fields = this.fields.typed();
    const changed = Object.entries(fields).some(([name, value]) => (value ?? "") !== (before?.[name] ?? "") && name !== "source_medium");
    if (!changed) return null;
    return { kind, question: question?.uid || null, asked: question?.text, uid: before?.uid || null, fields };
  }

  /** Open the form with values that were typed before, or keep them for when the one is shut that is half filled. */
  restore({ later = [], ...typed }) {
    if (this.#typed()) this.later.push(typed);
    else this.#open(typed, false);
    this.later.push(...later);
  }

  #open({ kind, question: about, asked, uid, fields }, focus) {
    const { claim } = this.card;
    if (kind === "question") {
      this.open(claim.questions.find((other) => other.uid === uid) || null, fields, focus);
      return;
    }
    const question = standing(claim, about, asked) || { uid: about, text: asked || "", answers: [] };
    this.openAnswer(question, question.answers.find((other) => other.uid === uid) || null, fields, focus);
  }

  /** Put the server's reasons beside the fields they are about, or keep them with `typed`; false where it waits. */
  fail(reasons, typed = null) {
    const waiting = this.later.find(({ fields }) => fields === typed);
    if (waiting) waiting.wrong = reasons;
    else if (this.form) {
      this.fields.fail(reasons);
      if (Object.keys(reasons).length) this.form.querySelector("[aria-invalid=true]")?.focus();
    }
    return !waiting;
  }

  #submit(event) {
    event.preventDefault();
    const wrong = this.fields.wrong();
    this.fail(wrong);
    if (Object.keys(wrong).length) return;
    const { actions, claim } = this.card;
    const { kind, question, before } = this.now;
    const fields = this.fields.typed();
    this.#shut(true);
    const uid = kind === "question"
      ? actions.saveQuestion(claim, before, fields) : actions.saveAnswer(claim, question, before, fields);
    // Answering it comes next, most often.
    if (!this.#openLater()) (this.#button(`answer ${uid}`) || this.ask).focus();
  }
}
