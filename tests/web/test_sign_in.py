"""Where the sign-in page begins."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.services.cast import Cast

pytestmark = pytest.mark.django_db


def focused(page: str) -> list[str]:
    fields = re.findall(r"<input [^>]*autofocus[^>]*>", page)
    return [name for field in fields for name in re.findall(r'name="(\w+)"', field)]


def test_it_begins_in_the_name_and_after_a_wrong_password_in_that(
    client: Client, cast: Cast
) -> None:
    address = reverse("account_login")
    page = client.get(address).content.decode()
    assert focused(page) == ["login"]
    assert re.search(r'<input [^>]*autocomplete="username"', page)
    wrong = {"login": cast.reviewer.username, "password": "not this one"}
    page = client.post(address, wrong).content.decode()
    assert focused(page) == ["password"]
    assert f'value="{cast.reviewer.username}"' in page
    assert 'role="alert" id="problems"' in page
    # By which the page's script goes to the field, and not to the message.
    assert re.findall(r'<input [^>]*name="(\w+)"[^>]*aria-invalid="true"', page) == ["password"]
    assert 'aria-describedby="problems"' in page
    assert focused(client.post(address, {}).content.decode()) == ["login"]
