"""What a site on a network is like when nobody has set anything but what must be set."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.environment import CHOSEN
from tests.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "annotations" / "static"


def manage(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in CHOSEN}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**clean, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


NEEDED = {"SECRET_KEY": "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyz", "ALLOWED_HOSTS": "x.org"}


def test_django_finds_nothing_to_warn_of() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **NEEDED)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"ALLOWED_HOSTS": "x.org"}, "SECRET_KEY must be set"),
        ({**NEEDED, "SECRET_KEY": "short"}, "SECRET_KEY must be set to at least 32"),
        ({"SECRET_KEY": NEEDED["SECRET_KEY"]}, "ALLOWED_HOSTS must list"),
        ({**NEEDED, "ALLOWED_HOSTS": "*"}, "'*' is refused outside DEBUG"),
        ({**NEEDED, "HTTPS": "perhaps"}, "HTTPS must be true or false, not 'perhaps'"),
        ({**NEEDED, "HSTS_SECONDS": "a year"}, "HSTS_SECONDS must be a whole number"),
    ],
)
def test_it_refuses_to_start_insecurely(env: dict[str, str], said: str) -> None:
    done = manage("check", **env)
    assert done.returncode != 0
    assert said in done.stderr


def test_cookies_are_secure_and_for_https_only() -> None:
    names = [
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SECURE_SSL_REDIRECT",
        "DEBUG",
    ]
    code = f"from django.conf import settings; print([getattr(settings, n) for n in {names}])"
    done = manage("shell", "-v0", "-c", code, **NEEDED)
    assert "[True, True, True, True, False]" in done.stdout, done.stderr


def test_the_running_site_is_fingerprinted_and_strict(page: Page, stack: Stack) -> None:
    """As browsers see it: every own script and style has its hash in its name, none is inline."""
    refused: list[str] = []
    page.on(
        "console",
        lambda message: refused.append(message.text) if message.type == "error" else None,
    )
    answer = page.goto(stack.base_url)
    assert answer is not None
    headers = answer.headers
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assets = page.evaluate(
        """() => [...document.querySelectorAll("script[src], link[rel=stylesheet]")]
            .map((e) => e.src || e.href)"""
    )
    assert assets
    for asset in assets:
        name = asset.rsplit("/", 1)[1]
        assert len(name.split(".")) == 3, f"{name} has no fingerprint"
        cached = page.request.get(asset)
        assert "immutable" in cached.headers["cache-control"]
    assert refused == []


def test_modules_import_each_other_by_fingerprint(stack: Stack) -> None:
    """Otherwise a browser would keep an old module beside a new one."""
    modules = list((stack.var / "static" / "annotations" / "js").glob("workbench.*.js"))
    assert modules
    imports = re.findall(r'from\s*"(\./[^"]+)"', modules[0].read_text())
    assert len(imports) > 5
    for target in imports:
        assert re.fullmatch(r"\./[\w/]+\.[0-9a-f]{12}\.js", target)


def test_our_scripts_are_served_without_their_comments(stack: Stack) -> None:
    """Without anything else's being taken: not what looks like one in the middle of a line."""
    ours, served = (folder / "annotations" / "js" for folder in (STATIC, stack.var / "static"))
    for written in ours.rglob("*.js"):
        folder = served / written.relative_to(ours).parent
        (found,) = (p for p in folder.glob(f"{written.stem}.*.js") if len(p.name.split(".")) == 3)
        lines = [line.strip() for line in written.read_text().splitlines()]
        code = [line for line in lines if not line.startswith(("//", "/**", "* ", "*/"))]
        kept = [line.strip() for line in found.read_text().splitlines()]
        # Addresses of modules have a fingerprint there.
        plain = [re.sub(r"\.[0-9a-f]{12}\.js", ".js", line) for line in kept]
        assert [re.sub(r"\s", "", line) for line in plain if line] == [
            re.sub(r"\s", "", line) for line in code if line
        ]


def test_secrets_of_the_first_run_are_the_owners_alone(stack: Stack) -> None:
    for name in ("secret_key", "first-passwords.txt"):
        assert (stack.var / name).stat().st_mode & 0o777 == 0o600
    assert stack.var.stat().st_mode & 0o777 == 0o700
