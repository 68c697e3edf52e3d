"""extruct finds the ClaimReviews in a page, and they have what Google requires."""

import json
import sys
from pathlib import Path

import extruct

files = Path(sys.argv[1])
listed = json.loads((files / "claimreview.jsonld").read_text())
page = (
    "<!doctype html><html><head><title>Fact-check</title>"
    + "".join(
        '<script type="application/ld+json">'
        + json.dumps({"@context": listed["@context"], **review}).replace("<", "\\u003c")
        + "</script>"
        for review in listed["@graph"]
    )
    + "</head><body></body></html>"
)
found = extruct.extract(page, base_url="https://ex.org/fc/1", syntaxes=["json-ld"])["json-ld"]
assert len(found) == len(listed["@graph"]) == 6, len(found)
for review in found:
    assert review["@type"] == "ClaimReview"
    for field in ("claimReviewed", "reviewRating", "url"):
        assert review[field], field
    assert review["url"].startswith("https://ex.org/")
    rating = review["reviewRating"]
    assert rating["alternateName"]
    if "ratingValue" in rating:
        assert rating["bestRating"] > rating["worstRating"] >= 1
    # Nobody is the author of a claim but who made it.
    assert review["itemReviewed"].get("author", {}).get("name") != "Ex News"
print(len(found), "reviews:", sorted({r["reviewRating"]["alternateName"] for r in found}))
feed = json.loads((files / "datafeed.json").read_text())
assert feed["@type"] == "DataFeed"
assert all(e["@type"] == "DataFeedItem" and e["item"] for e in feed["dataFeedElement"])
