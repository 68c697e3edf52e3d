"""The site of ``compose.yaml``: its own commands, on PostgreSQL and RabbitMQ here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bench.live import Client, rows, wait_until_extracted, write_articles
from tests.fleet import Fleet, fleet
from tests.services_needed import require
from tests.stack import ROOT, wait_until

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]


def test_every_command_and_setting_is_in_the_docs() -> None:
    guide = (ROOT / "docs" / "deployment.md").read_text()
    settings = (ROOT / "docs" / "settings.md").read_text()
    for name in ("web", "worker", "worker-bulk"):
        assert SERVICES[name]["command"] in guide, name
    assert shlex.split(SERVICES["migrate"]["command"])[2] in guide
    for variable in SERVICES["web"]["environment"]:
        assert variable in settings or variable in guide, variable
    # Nothing has a password of its own, and nothing but the web server has a port.
    assert not re.search(r"(PASSWORD|SECRET_KEY)\S*:\s+[^$\s]", (ROOT / "compose.yaml").read_text())
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    require("postgres", "rabbitmq")
    with fleet(tmp_path_factory.mktemp("deployment")) as site:
        site.command("web", SERVICES["web"]["command"])
        site.command("worker", SERVICES["worker"]["command"])
        site.command("worker-bulk", SERVICES["worker-bulk"]["command"])
        yield site


_BULK_WORKERS = "SELECT DISTINCT worker FROM annotations_job WHERE bulk"


def _seen(site: Fleet) -> list[tuple[bool]]:
    return rows(site.stack(), "SELECT bulk FROM annotations_workerheartbeat ORDER BY bulk")


@pytest.mark.broker
@pytest.mark.slow
def test_the_site_stands(site: Fleet) -> None:
    wait_until(lambda: site.answers("/readyz"), 60, "the site is ready")
    wait_until(lambda: _seen(site) == [(False,), (True,)], 60, "both workers were seen")
    with Client(site.base_url) as anyone:
        page = anyone.get("/accounts/login/")
        assert page.status == 200
        styles = re.findall(r'href="(/static/[^"]+\.css)"', page.body)
        sheet = anyone.get(styles[0])
        assert sheet.status == 200
        assert "immutable" in sheet.headers["Cache-Control"]


@pytest.mark.broker
@pytest.mark.slow
def test_a_single_article_overtakes_a_bulk_run(site: Fleet, tmp_path: Path) -> None:
    write_articles(tmp_path / "texts", 120, seed=9, sentences=60)
    stack = site.stack()
    site.manage("import_corpus", str(tmp_path / "texts"), "--corpus", "Bulk", "--background")

    def count(condition: str) -> int:
        query = f"SELECT count(*) FROM annotations_job WHERE kind = 'extraction' AND {condition}"  # noqa: S608
        return int(rows(stack, query)[0][0])

    wait_until(lambda: count("bulk AND state = 'running'") > 0, 60, "the bulk run is under way")
    site.shell(
        "from annotations.models import Corpus\n"
        "from annotations.services.articles import article_create\n"
        "corpus = Corpus.objects.get(name='Bulk')\n"
        "article_create(actor=None, corpus=corpus, title='Urgent', text='Ferries doubled.')\n"
    )
    wait_until(lambda: count("NOT bulk AND state = 'done'") == 1, 20, "the single one is extracted")
    assert count("bulk AND state = 'queued'") > 0, "the bulk run was over already"
    wait_until_extracted(stack, 120)
    # The worker that is kept free took none of the bulk run.
    took = {int(worker.rpartition(":")[2]) for (worker,) in rows(stack, _BULK_WORKERS)}
    assert took == {site.processes["worker-bulk"].pid}
    site.manage("verify_events")
