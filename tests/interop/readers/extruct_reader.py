"""extruct finds the ClaimReview in the page of a running site, and in its feed and our exports the
reviews have what Google requires of each."""

import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import extruct

files = Path(sys.argv[1])


def check(review, host):
    """https://developers.google.com/search/docs/appearance/structured-data/factcheck"""
    assert review["@type"] == "ClaimReview"
    for field in ("claimReviewed", "reviewRating", "url"):
        assert review[field], field
    # On the same domain as the page.
    assert urlsplit(review["url"]).netloc == host, review["url"]
    rating = review["reviewRating"]
    assert rating["@type"] == "Rating"
    assert rating["alternateName"]
    if "ratingValue" in rating:
        assert int(rating["bestRating"]) > int(rating["worstRating"]) >= 1
        assert int(rating["worstRating"]) <= int(rating["ratingValue"]) <= int(rating["bestRating"])
    assert review["author"]["name"]
    # Nobody is the author of a claim but who made it.
    claim = review["itemReviewed"]
    assert claim["@type"] == "Claim"
    assert claim.get("author", {}).get("name") != review["author"]["name"]
    appearance = claim.get("appearance", {"url": "nowhere"})
    assert appearance.get("url") or appearance.get("headline"), appearance


# The page as it is published, with all that there is in it beside.
page = json.loads((files / "published.json").read_text())["url"]
host = urlsplit(page).netloc
html = (files / "published.html").read_text(encoding="utf-8")
found = extruct.extract(html, base_url=page, syntaxes=["json-ld"])["json-ld"]
(review,) = [item for item in found if item["@type"] == "ClaimReview"]
check(review, host)
assert review["url"] == page
assert len(review["claimReviewed"]) < 75
assert review["reviewRating"]["alternateName"] in html
print("published:", review["claimReviewed"], "–", review["reviewRating"]["alternateName"])

feed = json.loads((files / "published-feed.json").read_text())
assert feed["@type"] == "DataFeed"
listed = [review for element in feed["dataFeedElement"] for review in element["item"]]
assert page in [review["url"] for review in listed]
for review in listed:
    check(review, host)

exported = json.loads((files / "claimreview.jsonld").read_text())["@graph"]
assert len(exported) == 6, len(exported)
for review in exported:
    check(review, "ex.org")
elements = json.loads((files / "datafeed.json").read_text())["dataFeedElement"]
assert all(element["@type"] == "DataFeedItem" and element["item"] for element in elements)
print(len(exported), "exported:", sorted({r["reviewRating"]["alternateName"] for r in exported}))
