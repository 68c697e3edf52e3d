"""Short ways to an import in the tests: files from what is written here, jobs run on the spot."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from typing import Any

from annotations.models import Corpus, Import, User
from annotations.services.import_rollback import import_rollback_run
from annotations.services.import_runs import import_check_run, import_run
from annotations.services.imports import (
    import_check,
    import_create,
    import_rollback,
    import_start,
)

Content = str | bytes


def raw(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else content


def upload(
    corpus: Corpus, name: str, content: Content, *, actor: User | None = None, **options: Any
) -> Import:
    return import_create(
        actor=actor, corpus=corpus, files=[(name, io.BytesIO(raw(content)))], options=options
    )


def work(source: Import, run: Any = import_run) -> Import:
    """Do its job to the end, in as many turns as it takes."""
    for _ in range(1000):
        source = Import.objects.select_related("job", "corpus").get(pk=source.pk)
        if source.job is None or not source.job.is_active:
            return source
        run(first=source.job_id)
    raise AssertionError("it never ends")


def bring_in(
    corpus: Corpus, name: str, content: Content, *, actor: User | None = None, **options: Any
) -> Import:
    source = upload(corpus, name, content, actor=actor, **options)
    return work(import_start(actor=actor, source=source))


def check(corpus: Corpus, name: str, content: Content, **options: Any) -> Import:
    source = upload(corpus, name, content, **options)
    return work(import_check(actor=None, source=source), import_check_run)


def roll_back(source: Import, actor: User | None = None) -> Import:
    return work(import_rollback(actor=actor, source=source), import_rollback_run)


def zipped(members: Mapping[str, Content]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, raw(content))
    return target.getvalue()


def tarred(members: Mapping[str, Content]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw(content))
            archive.addfile(info, io.BytesIO(raw(content)))
    return target.getvalue()


def json_lines(*rows: Any) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def problems(source: Import, severity: str = "rejected") -> list[tuple[int | None, str]]:
    return [(p.line, p.reason) for p in source.problems.filter(severity=severity)]
