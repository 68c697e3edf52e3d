"""A person who works through the API while processes are killed, and what becomes of her work.

She works where extraction is: claims in articles that are about to be read, decisions in those
that were, which she then has read again. What fails is sent again, under the name that it was
given first, as a browser does.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import uuid
from typing import Any

from tests.bench.live import Client, rows
from tests.fleet import Fleet

# Answers after which a request isn't sent again.
REFUSED = frozenset({400, 403, 404, 409, 412, 422})
# Whole rows as they are, of what people make in an article.
_OF_CLAIMS = "claim_id IN (SELECT id FROM annotations_claim WHERE {which})"
_WORK = {
    "claim": "{which}",
    "claimspan": _OF_CLAIMS,
    "claim_types": _OF_CLAIMS,
    "evidence": _OF_CLAIMS,
    "verdict": _OF_CLAIMS,
    "suggestiondecision": "{which} AND carried_from_id IS NULL",
}
Rows = dict[tuple[str, int], str]


def work_of_people(site: Fleet, which: str) -> Rows:
    """Rows of what people made, as text by table and id. ``which``: a condition on articles."""
    parts = [
        f"SELECT '{table}', t.id, to_jsonb(t)::text FROM annotations_{table} t"  # noqa: S608
        f" WHERE {condition.format(which=which)}"
        for table, condition in _WORK.items()
    ]
    return {(table, pk): row for table, pk, row in rows(site.stack(), " UNION ALL ".join(parts))}


class Person(threading.Thread):
    """``reached``: before which of the articles extraction is, to be said by whoever lets it on;
    ``ahead``: how many it is let to read at one time."""

    def __init__(
        self, site: Fleet, key: str, articles: list[tuple[int, str]], ahead: int, seed: int
    ) -> None:
        super().__init__(name="person", daemon=True)
        self.site, self.key, self.articles, self.ahead = site, key, articles, ahead
        self.reached = 0
        self.ended = threading.Event()
        self.chance = random.Random(seed)
        self.rating = rows(site.stack(), "SELECT min(id) FROM annotations_rating")[0][0]
        # Names of claims: all that she sent, and those that the server said it has.
        self.sent: set[str] = set()
        self.acknowledged: list[str] = []
        self.decided = self.asked = 0
        self.refused: list[tuple[str, Any]] = []
        # Her work as it was when she had just done it. She never comes back to any.
        self.kept: Rows = {}

    def run(self) -> None:
        turn = 0
        while not self.ended.is_set():
            turn += 1
            first = max(0, self.reached - self.ahead)
            last = min(len(self.articles), self.reached + self.ahead)
            article, text = self.articles[self.chance.randrange(first, last)]
            self._claim(article, text, judge=turn % 5 == 0)
            self._keep(article)
            if turn % 3 == 0 and self.reached > self.ahead:
                article, _ = self.articles[self.chance.randrange(self.reached - self.ahead)]
                if self._decide(article):
                    self._keep(article)
                    self.asked += self._send(f"articles/{article}/extract/", {}) is not None

    def _claim(self, article: int, text: str, *, judge: bool) -> None:
        word = self.chance.choice(list(re.finditer(r"\w{3,}", text)))
        span = {"start": word.start(), "end": word.end(), "quote": word[0]}
        claim = self._make("claims/", {"article": article, "spans": [span]})
        if claim is None or not judge:
            return
        of_it = {"claim": claim["id"], "uid": str(uuid.uuid4())}
        self._send("evidence/", of_it | {"stance": "REFUTES", "citation": "The yearbook, p. 7"})
        said = {"rating": self.rating, "rationale": "So.", "claim_revision": claim["revision"]}
        self._send("verdicts/", of_it | said)

    def _decide(self, article: int) -> bool:
        """Accept one suggestion and reject another; whether there were any."""
        listed = self._send(f"suggestions/?article={article}&outcome=pending")
        found = [suggestion["id"] for suggestion in (listed or {}).get("results", [])[:2]]
        for suggestion, outcome in zip(found, ("accept", "reject"), strict=False):
            path = f"suggestions/{suggestion}/{outcome}/"
            said = self._make(path, {}) if outcome == "accept" else self._send(path, {})
            self.decided += said is not None
        return bool(found)

    def _make(self, path: str, body: dict[str, Any]) -> Any:
        uid = str(uuid.uuid4())
        self.sent.add(uid)
        claim = self._send(path, body | {"uid": uid})
        if claim is not None:
            self.acknowledged.append(uid)
        return claim

    def _send(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Until it is answered; None if it was refused, or the end came first."""
        while not self.ended.wait(0.05):
            try:
                with Client(self.site.base_url, self.key) as client:
                    method = "GET" if body is None else "POST"
                    answer = client.send(method, f"/api/v1/{path}", body)
            except (OSError, ValueError, EOFError, http.client.HTTPException):
                # The server, or what stands behind it, is being killed or started.
                self.ended.wait(0.2)
                continue
            if answer.status < 300:
                return answer.body
            if answer.status in REFUSED:
                self.refused.append((path, answer.body))
                return None
            self.ended.wait(0.2)
        return None

    def _keep(self, article: int) -> None:
        import psycopg

        while not self.ended.is_set():
            try:
                self.kept |= work_of_people(self.site, f"article_id = {article}")
            except psycopg.OperationalError:
                self.ended.wait(0.2)
            else:
                return

    def problems(self) -> list[str]:
        """What she was refused, and whatever isn't as she left it."""
        found = [f"refused to the person: {path}: {body}" for path, body in self.refused[:5]]
        now = work_of_people(self.site, "true")
        for place, row in self.kept.items():
            if now.get(place) != row:
                found.append(f"somebody touched {place}: {row} is {now.get(place)}")
        claims = {json.loads(row)["uid"] for (table, _), row in now.items() if table == "claim"}
        lost = [uid for uid in self.acknowledged if uid not in claims]
        if lost:
            found.append(f"{len(lost)} claims were acknowledged and are gone: {lost[:5]}")
        if claims - self.sent:
            found.append(f"claims that nobody made: {sorted(claims - self.sent)[:5]}")
        return found
