"""Corpora, their members and their guidelines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.detection import detector_trouble, shipped_detectors
from annotations.domain.vocabulary import Role, Scope
from annotations.errors import Conflict, InvalidInput, StaleRevision
from annotations.models import Claim, Corpus, Guideline, Membership, RatingScale, User, Verdict

from .assignments import assignments_end
from .corpus_fields import corpus_clean, corpus_save, description_check
from .events import event_record

# What an administrator may change of a corpus.
FIELDS = (
    "name",
    "description",
    "language",
    "rating_scale",
    "claim_type_scheme",
    "detector",
    "threshold",
    "requires_evidence",
)


@transaction.atomic
def corpus_create(
    *,
    actor: User | None,
    name: str,
    description: str = "",
    language: str = "en",
    rating_scale: RatingScale | None = None,
    claim_type_scheme: str = "fullfact",
    detector: str = "",
    threshold: float | None = None,
    requires_evidence: bool = True,
) -> Corpus:
    """A new corpus; its creator becomes its admin. The scale defaults to PolitiFact's."""
    policies.require_can_create_corpora(actor)
    corpus = Corpus(
        name=name.strip(),
        description=description,
        language=language,
        rating_scale=rating_scale
        or RatingScale.objects.filter(slug="politifact").order_by("-version")[0],
        claim_type_scheme=claim_type_scheme,
        detector=detector.strip(),
        threshold=threshold,
        requires_evidence=requires_evidence,
    )
    corpus_clean(corpus)
    description_check(corpus)
    _check_detector(corpus)
    corpus_save(corpus)
    event_record(
        kind="corpus.created",
        actor=actor,
        target=corpus,
        corpus=corpus,
        before=None,
        after={"name": corpus.name},
    )
    if actor is not None:
        membership_set(actor=None, corpus=corpus, user=actor, role=Role.ADMIN, by=actor)
    return corpus


def corpus_snapshot(corpus: Corpus) -> dict[str, Any]:
    """What an administrator may set on a corpus, as JSON values."""
    return {
        **{name: getattr(corpus, name) for name in FIELDS},
        "rating_scale": str(corpus.rating_scale),
    }


@transaction.atomic
def corpus_update(
    *, actor: User | None, corpus: Corpus, revision: int, fields: Mapping[str, Any]
) -> Corpus:
    """Change some of ``FIELDS`` of a corpus that is still at ``revision``.

    The scale is fixed once a verdict was given on it, and the types once a claim has one: what was
    said in the one can't be read in the other.
    """
    locked = Corpus.everything.select_for_update(of=("self",), no_key=True).get(pk=corpus.pk)
    policies.require(actor, "corpus.update", locked)
    if locked.revision != revision:
        raise StaleRevision(current=locked, expected=revision)
    before = corpus_snapshot(locked)
    scale, scheme = locked.rating_scale_id, locked.claim_type_scheme
    detector, language = locked.detector, locked.language
    for name in FIELDS:
        if name in fields:
            value = fields[name]
            setattr(locked, name, value.strip() if isinstance(value, str) else value)
    if locked.rating_scale_id != scale and has_verdicts(locked):
        raise InvalidInput(
            {"rating_scale": gettext("verdicts were given on the scale that is set")}
        )
    if locked.claim_type_scheme != scheme and has_claim_types(locked):
        raise InvalidInput(
            {"claim_type_scheme": gettext("claims have types of the scheme that is set")}
        )
    corpus_clean(locked)
    if locked.description != before["description"]:
        description_check(locked)
    if (locked.detector, locked.language) != (detector, language):
        _check_detector(locked)
    after = corpus_snapshot(locked)
    if after == before:
        return locked
    locked.revision += 1
    corpus_save(locked)
    event_record(
        kind="corpus.updated",
        actor=actor,
        target=locked,
        corpus=locked,
        before=before,
        after=after,
    )
    return locked


def _check_detector(corpus: Corpus) -> None:
    if corpus.detector and (wrong := detector_wrong(corpus.detector, corpus.language)):
        raise InvalidInput({"detector": wrong})


def detector_wrong(name: str, language: str) -> str:
    """What is wrong with a detector's name for a corpus in this language; "" where nothing is."""
    trouble = detector_trouble(name, language)
    if trouble is None:
        return ""
    known = ", ".join(shipped_detectors())
    package = name.partition("+")[2] or name
    said = {
        "unknown": gettext(
            "no detector is named “%(name)s”; there are %(known)s, and every spaCy pipeline that "
            "is installed here as a package"
        ),
        "not_added": gettext(
            "“%(package)s” can't be added; expected en_core_web_sm, _md, _lg or _trf after the plus"
        ),
        "not_installed": gettext("“%(package)s” is not installed here"),
        "damaged": gettext(
            "“%(package)s” is installed here and can't be loaded: its config.cfg or meta.json is "
            "damaged; install it again"
        ),
        "no_claims": gettext(
            "“%(name)s” finds no claims: expected a pipeline with a component whose spans_key is "
            "“claims”, or whose meta.json says so"
        ),
        "incomplete": gettext(
            "“%(name)s” needs what is not installed here (%(lacks)s): "
            "pip install -r requirements-accurate.txt"
        ),
        "language": gettext(
            "“%(name)s” reads texts in “%(reads)s”; the corpus's language is “%(language)s”"
        ),
    }[trouble.reason]
    return said % {
        "name": name,
        "package": package,
        "known": known,
        "reads": trouble.reads,
        "lacks": ", ".join(trouble.lacks),
        "language": language,
    }


def detector_warning(name: str, language: str) -> str:
    """What to expect where a corpus's detector doesn't read its language; "" where it does.

    To be said, not refused: people may do without suggestions.
    """
    name = name or settings.DETECTOR
    reads = _reads_another(name, language)
    if not reads:
        return ""
    return gettext(
        "The detector “%(name)s” reads texts in “%(reads)s”; the corpus's language is "
        "“%(language)s”. Its articles get no suggestions: their extraction fails, and people "
        "make the claims by hand."
    ) % {"name": name, "reads": reads, "language": language}


# What is installed changes with a restart, and every view of a corpus asks.
@lru_cache(maxsize=256)
def _reads_another(name: str, language: str) -> str:
    trouble = detector_trouble(name, language)
    return trouble.reads if trouble is not None and trouble.reason == "language" else ""


def has_verdicts(corpus: Corpus) -> bool:
    """Is the scale fixed?"""
    return Verdict.objects.filter(claim__article__corpus=corpus).exists()


def has_claim_types(corpus: Corpus) -> bool:
    """Is the scheme of the claim types fixed?"""
    return Claim.objects.filter(article__corpus=corpus, types__isnull=False).exists()


@transaction.atomic
def membership_set(
    *, actor: User | None, corpus: Corpus, user: User, role: str, by: User | None = None
) -> Membership:
    """Give a person a role in a corpus, whether they were a member or not.

    ``Conflict`` where the corpus would be left without an admin. ``by`` is whose doing it is where
    something else than their role allows it.
    """
    policies.require(actor, "corpus.members", corpus)
    if role not in list(Role):
        raise InvalidInput(
            {
                "role": gettext("expected one of %(role)s, not %(role2)r")
                % {"role": ", ".join(Role), "role2": role}
            }
        )
    # Two admins who each take the other's role away must not both succeed.
    Corpus.everything.select_for_update(of=("self",), no_key=True).filter(pk=corpus.pk).first()
    previous = (
        Membership.objects.select_for_update()
        .filter(corpus=corpus, user=user)
        .values_list("role", flat=True)
        .first()
    )
    if previous == role:
        return Membership.objects.get(corpus=corpus, user=user)
    if previous == Role.ADMIN:
        _another_admin(corpus, user)
    membership, _ = Membership.objects.update_or_create(
        corpus=corpus, user=user, defaults={"role": role}
    )
    event_record(
        kind="membership.set",
        actor=actor or by,
        target=membership,
        corpus=corpus,
        before={"user": user.pk, "role": previous} if previous else None,
        after={"user": user.pk, "role": role},
    )
    return membership


@transaction.atomic
def membership_remove(*, actor: User | None, membership: Membership) -> None:
    """End a membership, and what was assigned under it. What the person did stays theirs.

    One's own everybody may end. ``Conflict`` where the corpus would be left without an admin.
    """
    policies.require_scope(actor, Scope.MANAGE)
    if actor is None or actor.pk != membership.user_id:
        policies.require(actor, "corpus.members", membership.corpus)
    corpus = Corpus.everything.select_for_update(of=("self",), no_key=True)
    corpus.filter(pk=membership.corpus_id).first()
    if membership.role == Role.ADMIN:
        _another_admin(membership.corpus, membership.user)
    # Whoever assigns something to them at this moment is waited for, or finds no member.
    Membership.objects.select_for_update(of=("self",)).filter(pk=membership.pk).first()
    assignments_end(actor=actor, corpus=membership.corpus, user=membership.user)
    event_record(
        kind="membership.removed",
        actor=actor,
        target=membership,
        corpus=membership.corpus,
        before={"user": membership.user_id, "role": membership.role},
        after=None,
    )
    membership.delete()


def _another_admin(corpus: Corpus, user: User) -> None:
    others = Membership.objects.filter(corpus=corpus, role=Role.ADMIN, user__is_active=True)
    if not others.exclude(user=user).exists():
        raise Conflict(
            gettext(
                "%(person)s is the only admin of “%(corpus)s”: make somebody else an admin first."
            )
            % {"person": user.name, "corpus": corpus.name}
        )


@transaction.atomic
def guideline_add(
    *, actor: User | None, corpus: Corpus, text: str, based_on: int | None = None
) -> Guideline:
    """A new version of the corpus's guidelines; earlier ones stay for the verdicts under them.

    ``based_on`` is the version that the text was made from, 0 where there was none: if another
    one came since, ``StaleRevision``. The text of the current version makes no new one.
    """
    policies.require(actor, "corpus.update", corpus)
    Corpus.everything.select_for_update(of=("self",), no_key=True).get(pk=corpus.pk)
    current = corpus.guidelines.order_by("-version").first()
    text = text.replace("\r\n", "\n").strip()
    if current is not None and current.text == text:
        return current
    if based_on is not None and based_on != (current.version if current else 0):
        if current is None:
            raise InvalidInput({"based_on": gettext("there is no version yet; expected 0")})
        raise StaleRevision(current=current, expected=based_on)
    if not text:
        raise InvalidInput({"text": gettext("write something")})
    if len(text) > Guideline.MAX_TEXT:
        raise InvalidInput(
            {"text": gettext("%(max_text)s characters at most") % {"max_text": Guideline.MAX_TEXT}}
        )
    guideline = Guideline.objects.create(
        corpus=corpus,
        version=current.version + 1 if current else 1,
        text=text,
        created_by=actor,
    )
    event_record(
        kind="guideline.added",
        actor=actor,
        target=guideline,
        corpus=corpus,
        before=None,
        after={"version": guideline.version},
    )
    return guideline


@transaction.atomic
def guidelines_restore(*, corpus: Corpus, records: Sequence[Mapping[str, Any]]) -> None:
    """Give a corpus that has no guidelines the versions of an export of ours.

    Each is ``{"version", "text", "created_by": {"username", "name"} | null, "created_at"}``; an
    author whom this site doesn't know is left out.
    """
    if corpus.guidelines.exists():
        raise Conflict(gettext("The corpus has guidelines already."))
    for record in records:
        author = record.get("created_by")
        guideline = Guideline.objects.create(
            corpus=corpus,
            version=int(record["version"]),
            text=str(record["text"])[: Guideline.MAX_TEXT],
            created_by=User.objects.filter(username=author["username"]).first() if author else None,
        )
        Guideline.objects.filter(pk=guideline.pk).update(created_at=record["created_at"])
    if records:
        event_record(
            kind="guideline.restored",
            actor=None,
            target=corpus,
            corpus=corpus,
            before=None,
            after={"versions": [int(record["version"]) for record in records]},
        )
