"""The list of kinds is what the services write, and what the docs say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.conf import settings

from annotations import policies
from annotations.domain.event_kinds import KINDS, is_kind

KIND = re.compile(r"[a-z_]+\.[a-z_]+")
# Made of a state; of the site and not of a corpus; and names of something else.
MADE_UP = {"report.accepted", "report.dismissed"}
OF_THE_SITE = {"token.", "user."}
OTHERS = {"annotations.change_apitoken", "annotations.deliver"}


def test_the_services_write_these_and_no_other() -> None:
    services = Path(settings.BASE_DIR) / "annotations" / "services"
    written = {
        node.value
        for file in services.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and KIND.fullmatch(node.value)
    }
    written -= {*policies.ACTIONS, *OTHERS}
    written = {kind for kind in written if not kind.startswith(tuple(OF_THE_SITE))}
    assert written | MADE_UP == {kind for kinds in KINDS.values() for kind in kinds}


def test_the_docs_list_them() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text(encoding="utf-8")
    for entity, kinds in KINDS.items():
        listed = ", ".join(f"`{kind}`" for kind in kinds)
        assert f"| `{entity}.*` | {listed} |\n" in page


def test_one_or_all_of_an_entity() -> None:
    assert all(map(is_kind, ("claim.created", "claim.*", "articles.deleted")))
    assert not any(map(is_kind, ("claim", "*", "claim.create", "nothing.*", "claim.*.x", "")))
