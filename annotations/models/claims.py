"""Claims: what people say a text claims. Depends on articles and detection."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from annotations.domain.spans import Span, quote_of
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Flag, Outcome

from .articles import Article, ArticleText, SpanModel, of_visible_articles
from .corpora import ClaimType, Corpus
from .detection import Suggestion
from .people import User


def _in_claims(path: str) -> IsNull:
    """Is there a claim that names it, and can still be read?

    The first one is asked for, not whether there is any: PostgreSQL would make one join of that,
    and read all claims for a list of ten names.
    """
    here = Claim.objects.filter(**{path: models.OuterRef("pk")}, article__deleted_at=None)
    return IsNull(models.Subquery(here.order_by().values("pk")[:1]), False)


class ClaimantQuerySet(models.QuerySet["Claimant"]):
    def in_use(self) -> ClaimantQuerySet:
        """Whom to offer: those that a claim names which can still be read."""
        return self.filter(_in_claims("claimant"))


class Claimant(models.Model):
    """Who made a claim; the outlet's own voice is one too."""

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="claimants", db_index=False)
    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("role"), max_length=200, blank=True)
    wikidata_id = models.CharField(_("Wikidata id"), max_length=20, blank=True)

    objects = ClaimantQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["corpus", "name"], name="claimant_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class TagQuerySet(models.QuerySet["Tag"]):
    def in_use(self) -> TagQuerySet:
        """What to offer: tags of claims that can still be read."""
        return self.filter(_in_claims("tags"))


class Tag(models.Model):
    """A word of a corpus's own by which claims are found again."""

    MAX_NAME = 50

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="tags", db_index=False)
    name = models.CharField(_("name"), max_length=MAX_NAME)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                models.F("corpus"), models.functions.Lower("name"), name="tag_name_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: User) -> ClaimQuerySet:
        return self.filter(of_visible_articles(user, "article"))

    def standing(self) -> ClaimQuerySet:
        return self.exclude(state=ClaimState.WITHDRAWN)

    def with_details(self) -> ClaimQuerySet:
        """All that a claim's card or export line shows, in a fixed number of queries."""
        from .evidence import Evidence
        from .questions import Question
        from .verdicts import Verdict

        return self.select_related(
            "article", "claimant", "created_by", "suggestion"
        ).prefetch_related(
            "spans",
            "types",
            "tags",
            models.Prefetch(
                "evidence",
                Evidence.objects.standing().with_details().order_by("id"),
                to_attr="standing_evidence",
            ),
            models.Prefetch(
                "questions",
                Question.objects.standing().with_answers().order_by("id"),
                to_attr="standing_questions",
            ),
            models.Prefetch(
                "verdicts",
                Verdict.objects.standing()
                .select_related("rating", "reviewer", "guideline")
                .order_by("id"),
                to_attr="standing_verdicts",
            ),
        )


class Claim(models.Model):
    """A person's statement that the text claims something, with what is known about it."""

    STATES = [
        (ClaimState.OPEN, _("open")),
        (ClaimState.VERIFIED, _("verified")),
        (ClaimState.DISPUTED, _("disputed")),
        (ClaimState.ADJUDICATED, _("adjudicated")),
        (ClaimState.WITHDRAWN, _("withdrawn")),
    ]
    FLAGS = [
        (Flag.UNCLEAR, _("unclear what is claimed")),
        (Flag.UNCHECKABLE, _("can't be checked")),
        (Flag.NEEDS_EXPERT, _("needs an expert")),
        (Flag.OUTSIDE_GUIDELINES, _("the guidelines don't cover it")),
        (Flag.BAD_TEXT, _("the text is broken here")),
        (Flag.PRIVATE_PERSON, _("about a private person")),
        (Flag.OTHER, _("other")),
    ]
    MAX_NORMALISED = 500
    MAX_FLAG_NOTE = 500

    # Chosen by the client, so that sending a creation twice makes one claim.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="claims", db_index=False)
    # RESTRICT: gone only together with their article or corpus.
    text = models.ForeignKey(ArticleText, models.RESTRICT, related_name="claims")
    suggestion = models.ForeignKey(
        Suggestion, models.SET_NULL, null=True, blank=True, related_name="claims"
    )
    normalised = models.CharField(_("normalised claim"), max_length=MAX_NORMALISED, blank=True)
    types = models.ManyToManyField(ClaimType, related_name="claims", blank=True)
    claimant = models.ForeignKey(
        Claimant, models.RESTRICT, null=True, blank=True, related_name="claims"
    )
    claim_date = models.DateField(_("date of the claim"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    # Empty: not flagged. The state of the work stays what it is.
    flag = models.CharField(_("flag"), max_length=20, choices=FLAGS, blank=True)
    flag_note = models.CharField(_("note on the flag"), max_length=MAX_FLAG_NOTE, blank=True)
    tags = models.ManyToManyField(Tag, related_name="claims", blank=True)
    state = models.CharField(_("state"), max_length=20, choices=STATES, default=ClaimState.OPEN)
    # Of a withdrawn claim: the one that took it in.
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged", editable=False
    )
    # The import that brought it, with its article or to one that was there.
    source_import = models.ForeignKey(
        "Import", models.SET_NULL, null=True, related_name="claims", editable=False, db_index=False
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["article", "state", "id"], name="claim_article_state"),
            models.Index(
                fields=["source_import", "id"],
                condition=models.Q(source_import__isnull=False),
                name="claim_source_import",
            ),
            # Few claims among many, which every list of articles counts.
            models.Index(fields=["article"], condition=~models.Q(flag=""), name="claim_flagged"),
            models.Index(
                fields=["state", "article"],
                condition=models.Q(state=ClaimState.DISPUTED.value),
                name="claim_disputed",
            ),
        ]

    def __str__(self) -> str:
        return self.normalised or self.quote[:80] or f"claim {self.pk}"

    @property
    def quote(self) -> str:
        """The wording in the article, gaps between fragments marked."""
        return quote_of([Span(s.start, s.end, s.quote) for s in self.spans.all()])


class ClaimSpan(SpanModel):
    """A fragment of a claim. Fragments of one claim are in text order and don't overlap."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="spans", db_index=False)

    class Meta(SpanModel.Meta):
        ordering = ["claim", "start"]
        constraints = [
            *SpanModel.Meta.constraints,
            models.UniqueConstraint(fields=["claim", "start"], name="claimspan_start_unique"),
        ]

    def __str__(self) -> str:
        return self.quote[:80]


class SuggestionDecision(models.Model):
    """What a person decided about a suggestion: one decision, whoever came first.

    The one-to-one key is what refuses the second of two people who decide at once. Blind
    passes never show suggestions, so there are never two decisions to compare.
    """

    OUTCOMES = [(Outcome.ACCEPTED, _("accepted")), (Outcome.REJECTED, _("rejected"))]

    suggestion = models.OneToOneField(Suggestion, models.CASCADE, related_name="decision")
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=10, choices=OUTCOMES)
    # The claim that accepting made; null for a rejection.
    claim = models.ForeignKey(
        Claim, models.CASCADE, null=True, blank=True, related_name="decisions"
    )
    # A later run that proposes the same span again inherits what was decided about it; this
    # points at the decision that a person took, never at another inherited one.
    carried_from = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="carried_to"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions"
    )
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome=Outcome.REJECTED, claim=None)
                | models.Q(outcome=Outcome.ACCEPTED, claim__isnull=False),
                name="decision_claim_iff_accepted",
            )
        ]

    def __str__(self) -> str:
        return f"{self.suggestion_id} · {self.outcome}"
