"""The one true thread, in a real browser on the stack that ``make run`` starts."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.signing import open_article, sign_in
from tests.stack import Stack

NATO = "Jens Stoltenberg"


@pytest.fixture
def saved(page: Page) -> Any:
    """Waits until the page says that everything is saved."""
    return lambda: expect(page.locator("#save-state")).to_have_text("All saved")


def export(stack: Stack, token: str, corpus: int) -> list[dict[str, Any]]:
    """What a researcher's program gets: the lines of the JSONL export."""
    request = urllib.request.Request(  # noqa: S310  our own server
        f"{stack.base_url}/api/v1/corpora/{corpus}/export/?format=jsonl",
        headers={"Authorization": f"Token {token}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return [json.loads(line) for line in answer.read().splitlines()]


def select_words(page: Page, words: str) -> None:
    """Select words of the text with the mouse."""
    boxes = page.evaluate(
        """(words) => {
            const text = document.getElementById("text");
            const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words);
                if (at === -1) continue;
                node.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
                const box = (i) => {
                    const range = document.createRange();
                    range.setStart(node, i);
                    range.setEnd(node, i + 1);
                    return range.getBoundingClientRect();
                };
                const [first, last] = [box(at), box(at + words.length - 1)];
                const middle = (line) => line.top + line.height / 2;
                return [first.left + 1, middle(first), last.right - 0.5, middle(last)];
            }
        }""",
        words,
    )
    page.mouse.move(boxes[0], boxes[1])
    page.mouse.down()
    page.mouse.move(boxes[2], boxes[3], steps=8)
    page.mouse.up()


def test_from_sign_in_to_export(page: Page, stack: Stack, saved: Any) -> None:
    sign_in(page, stack)
    open_article(page, NATO)
    corpus = int((page.locator(".crumbs a").nth(1).get_attribute("href") or "").split("/")[2])

    # The worker's suggestions come by themselves.
    items = page.locator("#items .item.suggestion")
    expect(items.first).to_be_visible(timeout=30_000)
    # On the screen only what is near is painted, on paper everything.
    painted = page.evaluate(
        """() => {
            dispatchEvent(new Event("beforeprint"));
            return ["weak", "medium", "strong"]
                .reduce((sum, name) => sum + CSS.highlights.get(name).size, 0);
        }"""
    )
    assert painted == items.count() >= 5

    # Accept one, by mouse.
    troops = items.filter(has_text="troop movements")
    troops.get_by_role("button").first.click()
    page.get_by_role("button", name="Accept").click()
    claim = page.locator("#items .item.claim.current")
    expect(claim).to_contain_text("troop movements")
    saved()

    # Evidence and a verdict on it.
    claim.get_by_label("Normalised claim").fill(
        "Russia moved major forces towards Ukraine in 2021."
    )
    claim.get_by_role("button", name="Add evidence").click()
    claim.get_by_label("Address").fill("https://monitor.example/2021/movements")
    claim.get_by_label("Quote", exact=True).fill("Satellite pictures show the columns.")
    claim.get_by_label("Stance").select_option(label="supports")
    claim.get_by_role("button", name="Save evidence").click()
    expect(claim.get_by_role("link", name="monitor.example")).to_be_visible()
    claim.get_by_label("Mostly True").check()
    claim.get_by_label("Rationale").fill("Several independent sources saw them.")
    claim.get_by_role("button", name="Give the verdict").click()
    expect(claim.locator(".verdicts")).to_contain_text("Mostly True")
    saved()

    # Reject one, by keyboard.
    rejected = items.filter(has_text="Riga")
    rejected.get_by_role("button").first.click()
    page.keyboard.press("x")
    expect(page.get_by_text("1 rejected")).to_be_visible()
    saved()

    # One of one's own, from a selection.
    select_words(page, "categorically rejected Russia's right")
    page.get_by_role("button", name="Make a claim").click()
    expect(page.locator("#items .item.claim")).to_have_count(2)
    saved()

    # A token made in the browser, as a researcher would.
    page.goto(f"{stack.base_url}/accounts/tokens/")
    page.get_by_label("Name").fill("export")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator("#new-key").inner_text()

    lines = export(stack, token, corpus)
    article = next(line for line in lines if line.get("title", "").startswith(NATO))
    text = article["text"]
    claims = sorted(article["claims"], key=lambda c: c["spans"][0]["start"])
    for exported in claims:
        for span in exported["spans"]:
            assert text[span["start"] : span["end"]] == span["quote"]
    own, accepted = claims
    assert [span["quote"] for span in own["spans"]] == ["categorically rejected Russia's right"]
    assert own["suggestion"] is None
    assert "troop movements" in accepted["spans"][0]["quote"]
    assert accepted["normalised"] == "Russia moved major forces towards Ukraine in 2021."
    (evidence,) = accepted["evidence"]
    assert evidence["url"] == "https://monitor.example/2021/movements"
    assert evidence["quote"] == "Satellite pictures show the columns."
    assert evidence["stance"] == "SUPPORTS"
    (verdict,) = accepted["verdicts"]
    assert verdict["rationale"] == "Several independent sources saw them."
    outcomes = {s["quote"]: s["outcome"] for s in article["suggestions"]}
    (riga,) = [outcome for quote, outcome in outcomes.items() if "Riga" in quote]
    assert riga == "rejected"
    assert sorted(filter(None, outcomes.values())) == ["accepted", "rejected"]
