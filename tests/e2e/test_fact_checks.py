"""Publishing in a real browser: from the preview to the page that readers and machines see."""

from __future__ import annotations

import json

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site
from tests.e2e.signing import be_signed_in
from tests.e2e.test_looks import violations
from tests.services.publishing import PUBLISHER
from tests.stack import Stack


def judged_claim(site: Site) -> int:
    """Of a new article, with evidence and a verdict; in a corpus that has a publisher."""
    known = site.api("GET", "corpora/1/publication/", who="admin")
    site.api(
        "PATCH",
        "corpora/1/publication/",
        {**PUBLISHER, "revision": known["revision"]},
        who="admin",
    )
    article = site.add()
    text = site.api("GET", f"articles/{article}/")["text"]
    start = text.index("Unemployment")
    span = {"start": start, "end": text.index(",")}
    claim = site.api("POST", "claims/", {"article": article, "spans": [span]})
    piece = {"claim": claim["id"], "url": "https://stat.example/1", "stance": "REFUTES"}
    site.api("POST", "evidence/", {**piece, "quote": "</script><b>8 percent</b>"})
    ratings = site.api("GET", "corpora/1/")["rating_scale"]["ratings"]
    verdict = {
        "claim": claim["id"],
        "rating": ratings[-2]["id"],
        "rationale": "It was *12 percent*.",
        "claim_revision": claim["revision"],
    }
    site.api("POST", "verdicts/", verdict)
    return int(claim["id"])


def test_from_the_preview_to_readers(
    site: Site, page: Page, stack: Stack, browser: Browser
) -> None:
    claim = judged_claim(site)
    be_signed_in(page, stack, "admin")
    page.goto(f"{stack.base_url}/claims/{claim}/fact-check/")
    title = f"Unemployment in Exland doubled, says text {claim}"
    page.get_by_label("The claim, as readers read it").fill(title)
    found = {"form": violations(page)}
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    found["preview"] = violations(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("It is published.")).to_be_visible()
    address = page.get_by_role("link", name="The page as readers see it").get_attribute("href")
    page.goto(f"{stack.base_url}/corpora/1/fact-checks/?show=published")
    found["list"] = violations(page)

    reader = browser.new_context()
    public = reader.new_page()
    refused: list[str] = []
    public.on("console", lambda message: refused.append(message.text))
    public.set_viewport_size({"width": 400, "height": 800})
    for path in ("/fact-checks/", f"{address}report/", f"{address}"):
        public.goto(f"{stack.base_url}{path}")
        found[path] = violations(public)
        assert public.evaluate("document.documentElement.scrollWidth") <= 400
    public.emulate_media(color_scheme="dark")
    found["in the dark"] = violations(public)
    assert {name: seen for name, seen in found.items() if seen} == {}
    public.goto(f"{stack.base_url}{address}")
    # A data block is no script, so the policy that refuses inline scripts leaves it alone.
    markup = json.loads(public.locator('script[type="application/ld+json"]').inner_text())
    assert markup["claimReviewed"] == title
    assert markup["url"] == f"{stack.base_url}{address}"
    expect(public.locator("blockquote", has_text="</script><b>8 percent")).to_be_visible()
    assert refused == []
    public.get_by_role("link", name="Report an error").click()
    public.get_by_label("What is wrong").fill("It was 12 percent, see page 4.")
    public.get_by_role("button", name="Send the report").click()
    expect(public.get_by_role("heading", level=1)).to_have_text("Thank you")
    reader.close()
    page.goto(f"{stack.base_url}/corpora/1/reports/")
    expect(page.get_by_text("It was 12 percent, see page 4.")).to_be_visible()
