"""Counts that are kept, so that no page counts a corpus. Depends on corpora by key only."""

from __future__ import annotations

from django.db import models


class Tally(models.Model):
    """How many ``what`` of a corpus are in a ``state``: the sum of ``n`` over its rows.

    Written by the database's triggers (``annotations.tallies``), which also make the table, so it
    is always what counting would give; rows of it are no use to anybody else.
    """

    corpus_id = models.BigIntegerField()
    what = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    n = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "annotations_tally"

    def __str__(self) -> str:
        return f"{self.corpus_id}: {self.n} × {self.what} {self.state}"
