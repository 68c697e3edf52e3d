"""Questions, answers and the whole verdict, by keyboard, looked for in the API."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

Open = Callable[[int], Page]
Settle = Callable[[], None]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def ask(page: Page, question: str) -> None:
    press(page, "q")
    page.keyboard.type(question)
    press(page, "Control+Enter")
    # Answering it comes next.
    expect(page.get_by_role("button", name=f"Answer: {question}")).to_be_focused()


def test_a_question_its_answers_and_a_verdict_on_them(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    press(page, "j", "a")
    ask(page, "What was the rate in 2024?")
    press(page, "Enter")
    page.keyboard.type("Extr")
    press(page, "Tab")
    page.keyboard.type("4.1 % in December 2024")
    press(page, "Tab")
    page.keyboard.type("https://stat.example/2024")
    press(page, "Control+Enter", "Enter")
    page.keyboard.type("Bool")
    press(page, "Tab", "Space", "Tab")
    page.keyboard.type("Twice 4.1 is about 8.")
    press(page, "Control+Enter")
    settle()
    (claim,) = site.claims(article)
    (question,) = claim["questions"]
    assert question["text"] == "What was the rate in 2024?"
    extractive, boolean = question["answers"]
    assert (extractive["text"], extractive["source_url"], extractive["source_medium"]) == (
        "4.1 % in December 2024",
        "https://stat.example/2024",
        "Web text",
    )
    assert (boolean["answer_type"], boolean["text"], boolean["boolean_explanation"]) == (
        "Boolean",
        "Yes",
        "Twice 4.1 is about 8.",
    )
    # The corpus asks for evidence, and an answer with a source is some. Nothing is chosen before.
    card = page.locator(".item.current")
    expect(card.locator("input[type=radio]:checked")).to_have_count(0)
    press(page, "Escape", "1")
    page.keyboard.type("It **doubled**.")
    press(page, "Tab", "Enter")
    expect(card.get_by_role("region", name="Preview").locator("strong")).to_have_text("doubled")
    press(
        page, "Tab", "Space", "ArrowRight", "Tab", "Tab", "Enter", "Tab", "Space", "Control+Enter"
    )
    settle()
    (claim,) = site.claims(article)
    (verdict,) = claim["verdicts"]
    assert (verdict["rating"]["label"], verdict["rationale"]) == ("True", "It **doubled**.")
    assert (verdict["confidence"], verdict["strategies"]) == ("medium", ["Written Evidence"])
    given = card.locator(".verdicts li")
    expect(given.locator(".markdown strong")).to_have_text("doubled")
    expect(given).to_contain_text("Confidence: medium · Written Evidence")


def test_questions_are_reworded_removed_and_brought_back(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    press(page, "j", "a")
    ask(page, "Since when?")
    settle()
    page.get_by_role("button", name="Edit: Since when?").press("Enter")
    press(page, "Control+a")
    page.keyboard.type("Since which year?")
    press(page, "Control+Enter")
    settle()
    page.get_by_role("button", name="Answer: Since which year?").press("Enter")
    page.keyboard.type("Una")
    press(page, "Control+Enter")
    settle()

    def questions() -> list[tuple[str, list[str]]]:
        (claim,) = site.claims(article)
        return [(q["text"], [a["answer_type"] for a in q["answers"]]) for q in claim["questions"]]

    assert questions() == [("Since which year?", ["Unanswerable"])]
    page.get_by_role("button", name="Remove: Since which year?").press("Enter")
    settle()
    assert questions() == []
    press(page, "Escape", "u")
    expect(page.locator("#toasts")).to_contain_text("Undone")
    expect(page.locator(".questions .question")).to_have_text("Since which year?")
    assert questions() == [("Since which year?", ["Unanswerable"])]


def test_what_is_refused_comes_back_into_the_form(
    site: Site, open_page: Open, settle: Settle
) -> None:
    article = site.article()
    page = open_page(article)
    press(page, "j", "a")
    ask(page, "How much?")
    press(page, "Enter", "Control+Enter")
    form = page.get_by_role("form", name="Answer: How much?")
    expect(form).to_contain_text("Say how the answer was found.")
    page.keyboard.type("Abs")
    press(page, "Tab")
    page.keyboard.type("Much")
    press(page, "Tab")
    page.keyboard.type("ftp://stat.example/")
    press(page, "Control+Enter")
    expect(form).to_contain_text("begins with http:// or https://")
    expect(form.get_by_label("Answer", exact=True)).to_have_value("Much")
    expect(form.get_by_label("Source", exact=True)).to_be_focused()
    (claim,) = site.claims(article)
    assert claim["questions"][0]["answers"] == []
    # What is typed and not saved is there again after a reload.
    page.wait_for_timeout(500)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    press(page, "j")
    expect(form.get_by_label("Answer", exact=True)).to_have_value("Much")
    form.get_by_label("Source", exact=True).fill("https://stat.example/")
    form.get_by_label("Source", exact=True).press("Control+Enter")
    settle()
    (claim,) = site.claims(article)
    assert [a["text"] for a in claim["questions"][0]["answers"]] == ["Much"]
