"""The site of ``compose.yaml``: its own commands, on PostgreSQL and RabbitMQ here."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bench.live import Client, rows, wait_until_extracted, write_articles
from tests.fleet import Fleet, fleet
from tests.services_needed import require
from tests.stack import ROOT, wait_until
from tests.unit.test_docs import first_column, read

TEXT = (ROOT / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
GUIDE = (ROOT / "docs" / "deployment.md").read_text()
SITES = ("migrate", "web", "worker", "worker-bulk")


def test_every_command_and_setting_is_in_the_docs() -> None:
    settings = first_column(read("docs", "settings.md"))
    for name in ("web", "worker", "worker-bulk"):
        assert SERVICES[name]["command"] in GUIDE, name
    assert shlex.split(SERVICES["migrate"]["command"])[2] in GUIDE
    for variable in {*SERVICES["web"]["environment"], *re.findall(r"\$\{(\w+)", TEXT)}:
        assert variable in settings or f"`{variable}`" in GUIDE or f"{variable}=" in GUIDE, variable
    # Empty is not the same as not set: a number would be refused.
    for variable, value in SERVICES["web"]["environment"].items():
        assert not value.endswith(":-}"), variable
    for name in SITES:
        assert SERVICES[name]["env_file"] == [{"path": ".env", "required": False}]
    # Nothing has a password of its own, and nothing but the web server has a port.
    assert not re.search(r"(PASSWORD|SECRET_KEY)\S*:\s+[^$\s]", TEXT)
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]


def test_every_part_is_watched_and_waited_for() -> None:
    once = {"migrate", "bucket-made"}
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == once
    for service in SERVICES.values():
        for name, dependency in service.get("depends_on", {}).items():
            wanted = "completed_successfully" if name in once else "healthy"
            assert dependency["condition"] == f"service_{wanted}"
            # What a profile brings may be missing.
            assert dependency.get("required", True) is not ("profiles" in SERVICES[name]) or (
                "profiles" in service
            )
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in COMPOSE["volumes"]
        # One day's image is another day's, unless it says which.
        assert re.search(r":[\w.-]*\d", service["image"]) or service["image"] == "factcheck"
    assert all(SERVICES[name]["init"] for name in SITES)
    assert SERVICES["broker"]["hostname"]


def test_every_worker_of_a_host_has_a_name_of_its_own() -> None:
    """RabbitMQ gives a name's control queue to one of them only."""
    lines = [shlex.split(line) for line in GUIDE.splitlines() if line.startswith("celery ")]
    names = [line[line.index("-n") + 1] for line in lines]
    assert len(names) == len(set(names)) == 2
    assert all(name.endswith("@%h") for name in names)


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


def _healthy(site: Fleet, name: str) -> bool:
    """What Docker would find, by the check's own command."""
    _, *command = SERVICES[name]["healthcheck"]["test"]
    port = site.base_url.rpartition(":")[2]
    words = [sys.executable, *(word.replace("8000", port) for word in command[1:])]
    return subprocess.run(words, cwd=ROOT, env=site.env, check=False).returncode == 0


@pytest.mark.broker
@pytest.mark.slow
def test_the_health_checks_see_what_is_there(tmp_path: Path) -> None:
    require("postgres", "rabbitmq")
    with fleet(tmp_path, WORKER_SILENCE_SECONDS="3", ALLOWED_HOSTS="x.org") as site:
        site.command("web", SERVICES["web"]["command"])
        wait_until(lambda: _healthy(site, "web"), 60, "the web server answers")
        assert not _healthy(site, "worker")
        site.command("worker", SERVICES["worker"]["command"])
        wait_until(lambda: _healthy(site, "worker"), 60, "the worker is seen")
        site.kill("worker")
        wait_until(lambda: not _healthy(site, "worker-bulk"), 20, "the worker is missed")
        site.kill("web")
        assert not _healthy(site, "web")


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
