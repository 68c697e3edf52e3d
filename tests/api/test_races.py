"""One request that arrives many times at one moment."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests import factories
from tests.api.conftest import Client


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["claims/", "evidence/"])
def test_one_request_sent_many_times_at_once(path: str, as_: Callable[..., Client]) -> None:
    cast = factories.make_cast()
    article = factories.make_extracted(cast.corpus)
    claim = factories.make_claim(article, cast.reviewer)
    sent: dict[str, Any] = {"uid": str(uuid.uuid4())}
    if path == "claims/":
        sent |= {"article": article.pk, "spans": [{"start": 3, "end": 15}]}
    else:
        sent |= {"claim": claim.pk, "citation": "x", "stance": "REFUTES"}
    clients = [as_(cast.reviewer) for _ in range(8)]
    answers: list[tuple[int, int]] = []
    start = threading.Barrier(len(clients))

    def send(client: Client) -> None:
        start.wait()
        response = client.post(path, sent)
        answers.append((response.status_code, response.json().get("id")))
        connection.close()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _ in answers} <= {200, 201}, answers
    assert len({made for _, made in answers}) == 1
