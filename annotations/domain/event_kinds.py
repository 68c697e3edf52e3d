"""The kinds of events that a corpus has: ``<entity>.<what was done>``."""

from __future__ import annotations

_DONE: dict[str, str] = {
    "action": "redone undone",
    "answer": "added updated withdrawn",
    "article": "created reopened submitted",
    "articles": "assigned deleted extraction_requested purged reopened restored unassigned",
    "assignment": "added removed",
    "bulk": "requested",
    "claim": "created merged split updated withdrawn",
    "comment": "added edited withdrawn",
    "corpus": "archived cloned created deleted purged restored unarchived updated",
    "evidence": "added updated withdrawn",
    "export": "done requested withheld",
    "factcheck": "corrected published withdrawn",
    "guideline": "added restored",
    "import": (
        "check_requested checked chunk configured created done file_purged removed requested "
        "rollback_requested rolled_back"
    ),
    "invitation": "accepted created revoked",
    "job": "cancelled failed requested retried",
    "membership": "removed set",
    "publication": "updated",
    "question": "asked updated withdrawn",
    "release": (
        "discarded frozen offered_again ready requested verification_requested verified withdrawn "
        "withheld"
    ),
    "report": "accepted contact_removed dismissed received",
    "run": "recorded",
    "snapshot": "fetched requested",
    "suggestion": "accepted rejected reopened",
    "thread": "reopened resolved started",
    "verdict": "given retracted",
    "webhook": "created disabled removed renewed updated",
}
KINDS: dict[str, tuple[str, ...]] = {
    entity: tuple(f"{entity}.{done}" for done in words.split()) for entity, words in _DONE.items()
}


def is_kind(kind: str) -> bool:
    """Is it one of them, or ``<entity>.*`` for all of an entity's?"""
    entity, _, done = kind.partition(".")
    return entity in KINDS and (done == "*" or kind in KINDS[entity])
