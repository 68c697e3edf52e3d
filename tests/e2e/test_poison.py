"""Articles that nothing good can be made of, among good ones: each fails alone and says why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import spacy

from tests.bench.live import (
    make_keys,
    verify_history,
    wait_until_extracted,
    write_articles,
)
from tests.stack import Stack, group_members, running_stack, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(300)]

GOOD = 10
FACT = "Unemployment in Ohio fell by 5 percent last year."
# What a worker may ever have taken, a third of it before it reads anything.
MAX_MIB = 1000
# A detector of somebody else's, that breaks on one text and takes its worker down on another.
PACKAGE = "en_poisoned_claims"
CODE = """
import os, signal
from pathlib import Path
from spacy.language import Language
from spacy.util import load_model_from_init_py

@Language.component("poisoned")
def poisoned(doc):
    if "BREAKS" in doc.text:
        raise KeyError("no such label")
    if "KILLS" in doc.text:
        os.kill(os.getpid(), signal.SIGKILL)
    return doc

def load(**rest):
    return load_model_from_init_py(__file__, **rest)
"""


def install(folder: Path) -> None:
    """The package as ``spacy package`` lays it out."""
    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("span_ruler", config={"spans_key": "claims"})
    ruler.add_patterns([{"label": "Quantity", "pattern": [{"LIKE_NUM": True}]}])
    home = folder / PACKAGE
    home.mkdir(parents=True)
    data = home / f"{PACKAGE}-1.0.0"
    nlp.to_disk(data)
    # The component is known only where the package is loaded.
    config = spacy.util.load_config(data / "config.cfg")
    config["nlp"]["pipeline"].append("poisoned")
    config["components"]["poisoned"] = {"factory": "poisoned"}
    config.to_disk(data / "config.cfg")
    facts = {"lang": "en", "name": PACKAGE[3:], "version": "1.0.0"}
    (home / "meta.json").write_text(json.dumps(facts))
    (home / "__init__.py").write_text(CODE)
    about = folder / f"{PACKAGE}-1.0.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0.0\n")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("poison")
    install(folder / "packages")
    with running_stack(folder, PYTHONPATH=str(folder / "packages")) as site:
        wait_until_extracted(site)
        yield site


@pytest.fixture
def api(site: Stack) -> Iterator[httpx.Client]:
    (key,) = make_keys(site, "admin")
    headers = {"Authorization": f"Token {key}"}
    with httpx.Client(base_url=f"{site.base_url}/api/v1/", headers=headers, timeout=60) as client:
        yield client


def ok(answer: httpx.Response) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


def brought_in(
    site: Stack, api: httpx.Client, folder: Path, name: str, bad: dict[str, bytes], **corpus: str
) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Bad files in the middle of good ones into a new corpus, through the worker: the status of
    each article by its file's name once all is done, and the import's problems."""
    made = ok(api.post("corpora/", json={"name": name, **corpus}))
    good = write_articles(folder, GOOD, seed=len(bad), sentences=10)
    files = [(path.name, path.read_bytes()) for path in good]
    files[GOOD // 2 : GOOD // 2] = bad.items()
    sent = [("file", file) for file in files]
    source = ok(api.post("imports/", data={"corpus": made["id"]}, files=sent))
    at = f"imports/{source['id']}/"
    ok(api.post(f"{at}start/"))
    wait_until(lambda: ok(api.get(at))["state"] in {"done", "failed"}, 120, "the import is done")
    assert ok(api.get(at))["state"] == "done"
    wait_until_extracted(site, 180)
    listed = ok(api.get("articles/", params={"corpus": made["id"], "page_size": 100}))["results"]
    found = {
        article["source_name"]: ok(api.get(f"articles/{article['id']}/status/"))
        for article in listed
    }
    for path in good:
        status = found[path.name]
        assert (status["state"], status["job"]["error"]) == ("ready", ""), path.name
        assert status["run"]
    return found, ok(api.get(f"{at}problems/"))["results"]


def highest_mib(site: Stack) -> float:
    """The most that any process of the worker ever had at one time."""
    leader = site.worker_pid()
    assert leader, "the worker is alive"
    told = [Path(f"/proc/{pid}/status").read_text() for pid in group_members(leader)]
    return max(
        int(found[1]) / 1024 for text in told if (found := re.search(r"VmHWM:\s+(\d+)", text))
    )


def test_texts_of_the_worst_kind(site: Stack, api: httpx.Client, tmp_path: Path) -> None:
    worker = site.worker_pid()
    found, problems = brought_in(
        site,
        api,
        tmp_path,
        "Bad texts",
        {
            "line.txt": b"x" * 10_000_000,
            "rows.jsonl": "".join(
                json.dumps({"text": text, "label": []}) + "\n"
                for text in (FACT, "x" * 10_000_000, f"{FACT}\0 \0\0{FACT}")
            ).encode(),
            "nuls.txt": f"{FACT}\0 \0\0{FACT}".encode(),
            "marks.txt": f"{FACT} e{chr(0x301) * 1_000_000}".encode(),
            "words.txt": f"{FACT} {'a ' * 400_000}".encode(),
            # As many words and marks as are read at all.
            "lines.txt": (FACT + "\n" + "a\n" * 149_990).encode(),
        },
    )
    assert {(p["file"], p["line"], p["reason"]) for p in problems} == {
        ("line.txt", None, "larger than 4 MB"),
        (
            "rows.jsonl",
            2,
            "the text has 10,000,000 characters; 1,000,000 at most;"
            " the row is not in the download: it has 10,000,025 characters",
        ),
        ("nuls.txt", None, "not a text file: it has zero bytes"),
    }
    words = found.pop("words.txt")
    assert (words["state"], words["job"]["attempts"], words["run"]) == ("failed", 1, None)
    assert re.search(r"\d+ words and marks; small reads at most 300000", words["job"]["error"])
    # Of the marks no more are kept than any script has, so that nothing is wrong with the rest.
    for name in ("marks.txt", "lines.txt"):
        assert (found[name]["state"], found[name]["suggestion_count"]) == ("ready", 1), name
    assert {status["job"]["attempts"] for status in found.values()} == {1}
    assert site.worker_pid() == worker
    assert highest_mib(site) < MAX_MIB
    verify_history(site)


def test_texts_that_break_the_detector(site: Stack, api: httpx.Client, tmp_path: Path) -> None:
    found, problems = brought_in(
        site,
        api,
        tmp_path,
        "Poison",
        {"breaks.txt": b"It BREAKS 1.", "kills.txt": b"It KILLS 2."},
        detector=PACKAGE,
    )
    assert problems == []
    for name, reason in (
        ("breaks.txt", "KeyError('no such label')"),
        ("kills.txt", "The worker was lost 3 times while extracting this article."),
    ):
        status = found.pop(name)
        assert (status["state"], status["run"]) == ("failed", None)
        assert (status["job"]["attempts"], status["job"]["error"]) == (3, reason)
    # Whoever was in one batch with the killer is tried again, but never together with it.
    assert {status["job"]["attempts"] for status in found.values()} <= {1, 2}
    assert site.worker_pid(), "a worker is there again"
    verify_history(site)
