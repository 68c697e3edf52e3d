"""What a running site publishes: ``python -m tests.interop.site FOLDER``.

A whole site of its own takes in the JSONL that is in the folder; its fact-check's page and the feed
of all are then fetched as a reader fetches them.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

import httpx

from tests.stack import running_stack


def main(folder: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="factcheck-interop-site-") as var,
        running_stack(Path(var), worker=False) as stack,
    ):
        base = stack.base_url.rstrip("/")
        stack.manage("import_corpus", str(folder / "jsonl.jsonl"), "--corpus", "Published")
        listed = _get(f"{base}/fact-checks/")
        path = re.search(r'href="(/fact-checks/[^"/]+/)"', listed)
        assert path is not None, listed
        page = f"{base}{path[1]}"
        (folder / "published.html").write_text(_get(page), encoding="utf-8")
        feed = _get(f"{base}/fact-checks/feed.json")
        (folder / "published-feed.json").write_text(feed, encoding="utf-8")
        (folder / "published.json").write_text(json.dumps({"url": page}), encoding="utf-8")


def _get(url: str) -> str:
    return httpx.get(url, timeout=30).raise_for_status().text


if __name__ == "__main__":
    main(Path(sys.argv[1]))
