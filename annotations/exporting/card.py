"""The dataset card of a Parquet export: ``README.md``, with the front matter for Hugging Face."""

from __future__ import annotations

import json

from .base import Context, iso

_SIZES = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")]


def card(context: Context) -> str:
    """For after the tables were written, when their counts are known."""
    corpus, report = context.head(), context.report
    size = next((name for limit, name in _SIZES if report.claims < limit), "n>1M")
    scale = corpus["rating_scale"]
    ratings = [
        f"| {_cell(r['label'])} | {'–' if r['number'] is None else r['number']} |"
        for r in scale["ratings"]
    ]
    left_out = [f"- {reason}: {n}" for reason, n in sorted(report.left_out.items())]
    chosen = json.dumps(context.chosen, ensure_ascii=False, sort_keys=True)
    # JSON is YAML, and its quoting stands whatever a corpus is called.
    return f"""---
pretty_name: {json.dumps(corpus["name"])}
language:
- {json.dumps(corpus["language"])}
task_categories:
- text-classification
- token-classification
tags:
- fact-checking
- claim-detection
size_categories:
- {size}
configs:
- config_name: claims
  default: true
  data_files:
  - split: train
    path: data/claims-*.parquet
- config_name: articles
  data_files:
  - split: train
    path: data/articles-*.parquet
---

# {_line(corpus["name"])}

{corpus["description"] or "A corpus of fact-checked claims."}

Written at {iso(context.exported_at)}: {report.articles} articles, {report.claims} claims,
{report.verdicts} verdicts.
Chosen: `{chosen}`.

## Labels
`verdict` is what was found: the latest adjudication, else the rating that most reviewers gave;
null where nobody judged or nobody leads (`tie`). `verdicts` are each reviewer's that stand.
These labels were asked for: {context.labels}.

| {_cell(scale["name"])} | 1 false to 5 true |
| --- | --- |
{chr(10).join(ratings)}

## Fields
Offsets (`spans`, `sentences`) are Unicode code points, half-open, into the text of the article
with that `text_revision`. `was_known` is true only for evidence that was surely published no later
than the claim. Of a protected source is only said that it exists.

## Left out
{chr(10).join(left_out) or "Nothing."}
"""


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")
