"""``manage.py verify_releases``: are the releases still what they were?"""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.models import Release
from annotations.services.release_runs import release_check
from annotations.services.releases import kept_of


class Command(BaseCommand):
    help = (
        "Make releases again from their frozen records, here and now, and compare every file; "
        "read the stored archives too. Of those that were withdrawn, compare what is kept with the "
        "history."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "uid",
            nargs="*",
            type=uuid.UUID,
            help="of releases; all that ever were ready otherwise",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Release.objects.finished().order_by("pk")
        rows = rows.select_related("corpus", "previous")
        wanted = options["uid"]
        if wanted:
            rows = rows.filter(uid__in=wanted)
            if missing := set(wanted) - set(rows.values_list("uid", flat=True)):
                named = ", ".join(sorted(map(str, missing)))
                raise CommandError(f"no release that was ready: {named}")
        bad = 0
        for release in rows:
            name = f"{release.corpus.name}, release {release.number}"
            if release.withdrawn_at:
                kept = kept_of(release)
                lost = f"differs in {', '.join(kept['differs'])}"
                self.stdout.write(
                    f"{name}: withdrawn; what is kept {'is the same' if kept['same'] else lost}"
                )
                bad += not kept["same"]
                continue
            try:
                found = release_check(release)
            except OSError as error:
                self.stdout.write(f"{name}: can't be read: {error}")
                bad += 1
                continue
            if found["same"] and found["stored"]:
                self.stdout.write(f"{name}: the same, {release.sha256}")
                continue
            bad += 1
            if not found["stored"]:
                self.stdout.write(f"{name}: the stored archive was changed")
            if not found["same"]:
                self.stdout.write(f"{name}: made again it differs in {', '.join(found['differs'])}")
            for part, (was, here) in found["software"].items():
                self.stdout.write(f"  {part}: made with {was}, here is {here}")
        if bad:
            raise CommandError(f"{bad} of them not as they were")
