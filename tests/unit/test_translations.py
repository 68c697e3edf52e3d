"""The German catalogues: complete, compiled, and true to what the program fills in."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
DOMAINS = ("django", "djangojs")
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
CATALOGUES = [(language, domain) for language in LANGUAGES for domain in DOMAINS]
# %(name)s, %s and %%, and {name} as templates of strings have it.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*\}")

pytestmark = pytest.mark.parametrize(("language", "domain"), CATALOGUES)


def folder(language: str, root: Path = ROOT) -> Path:
    return root / "annotations" / "locale" / language / "LC_MESSAGES"


def catalogue(language: str, domain: str, root: Path = ROOT) -> Catalog:
    with (folder(language, root) / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def messages(language: str, domain: str) -> list[Message]:
    found = [message for message in catalogue(language, domain) if message.id]
    assert found
    return found


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    """A message has one form, or one for each plural."""
    return [text] if isinstance(text, str) else list(text)


def identity(message: Message) -> tuple[str | None, tuple[str, ...]]:
    return message.context, tuple(forms(message.id))


def test_everything_is_translated_and_nothing_is_guessed(language: str, domain: str) -> None:
    found = messages(language, domain)
    assert [m.id for m in found if not all(forms(m.string))] == []
    assert [m.id for m in found if m.fuzzy] == []
    # What the program no longer says is no ballast either.
    assert list(catalogue(language, domain).obsolete) == []


def test_what_is_filled_in_is_the_same(language: str, domain: str) -> None:
    for message in messages(language, domain):
        wanted = Counter(PLACEHOLDER.findall(forms(message.id)[-1]))
        for translation in forms(message.string):
            assert Counter(PLACEHOLDER.findall(translation)) == wanted, message.id


def test_ends_and_spaces_are_the_same(language: str, domain: str) -> None:
    """A sentence stays one, and what is joined to something else keeps its joint."""
    for message in messages(language, domain):
        first = forms(message.id)[0]
        for translation in forms(message.string):
            assert (first[:1].isspace(), first[-1:].isspace()) == (
                translation[:1].isspace(),
                translation[-1:].isspace(),
            ), first
            assert (first[-1] in ".?:") == (translation[-1] in ".?:"), first


def test_the_compiled_catalogue_is_the_written_one(language: str, domain: str) -> None:
    """Who installs the program has no gettext, so the compiled file is kept beside the other."""
    with (folder(language) / f"{domain}.mo").open("rb") as file:
        # What Python itself reads at run time, by original and number of the plural.
        compiled = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    compiled.pop("")
    written: dict[object, str] = {}
    for message in messages(language, domain):
        single = forms(message.id)[0]
        key = f"{message.context}\x04{single}" if message.context else single
        if message.pluralizable:
            written |= {(key, n): text for n, text in enumerate(forms(message.string))}
        else:
            written[key] = message.string
    assert compiled == written


def test_every_text_of_the_sources_is_in_the_catalogue(
    language: str, domain: str, tmp_path: Path
) -> None:
    """Collected anew by ``makemessages`` from a copy, so that the test changes nothing."""
    if not shutil.which("xgettext"):
        pytest.skip("xgettext isn't installed: texts that were never collected can't be found")
    for part in ("annotations", "factcheck"):
        shutil.copytree(
            ROOT / part,
            tmp_path / part,
            ignore=shutil.ignore_patterns("*.mo", "__pycache__", "model", "*.npz"),
        )
    shutil.copy(ROOT / "manage.py", tmp_path)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", language, "-d", domain, "-v0"],
        cwd=tmp_path,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "DEBUG": "true", "VAR_DIR": str(tmp_path)},
        check=True,
        capture_output=True,
        timeout=120,
    )
    fresh = {identity(m) for m in catalogue(language, domain, tmp_path) if m.id}
    kept = {identity(m) for m in messages(language, domain)}
    assert fresh - kept == set(), "Run makemessages, and translate."
    assert kept - fresh == set(), "These are no longer said anywhere."


def test_texts_marked_without_django_are_collected(language: str, domain: str) -> None:
    from annotations.detection.features import LABELS
    from annotations.domain.actions import ACTIONS, GROUPS

    if domain != "django":
        return
    texts = {forms(m.id)[0] for m in messages(language, domain)}
    marked = {action.label for action in ACTIONS.values()} | set(GROUPS.values())
    assert marked | set(LABELS.values()) <= texts
