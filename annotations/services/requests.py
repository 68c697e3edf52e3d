"""A request that is sent again, because its answer was lost on the way."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.db import models

from annotations.errors import NotAllowed

Made = TypeVar("Made", bound=models.Model)


def made_before(
    rows: models.Manager[Made], uid: uuid.UUID | None, taken: str, **by: object
) -> Made | None:
    """What the request with this ``uid`` made when it was first sent; None where it is new.

    ``by`` are conditions on what it made: its maker, and what it belongs to. ``NotAllowed``,
    saying ``taken``, where they don't hold, so that the uid is another request's.
    """
    known = rows.filter(uid=uid).first() if uid is not None else None
    if known is not None and not rows.filter(pk=known.pk, **by).exists():
        raise NotAllowed(taken)
    return known
