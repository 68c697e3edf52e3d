"""Readers' reports of errors: received from anybody, decided by admins.

Events say that there is a report and what became of it, never its words: a chain of hashes can't
forget, and readers may.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.publishing import ReportState
from annotations.errors import Conflict, InvalidInput
from annotations.models import ErrorReport, FactCheck, User

from .events import event_record


@transaction.atomic
def report_receive(*, fact_check: FactCheck, text: str, contact: str = "") -> ErrorReport:
    """A reader's report. How many one reader may send is for the way in to bound."""
    text, contact = text.strip(), contact.strip()
    wrong: dict[str, str] = {}
    if len(text) < ErrorReport.MIN_TEXT:
        wrong["text"] = gettext("say what is wrong, in a sentence or two")
    elif len(text) > ErrorReport.MAX_TEXT:
        wrong["text"] = gettext("%(most)s characters at most") % {"most": ErrorReport.MAX_TEXT}
    if len(contact) > ErrorReport.MAX_CONTACT:
        wrong["contact"] = gettext("%(most)s characters at most") % {
            "most": ErrorReport.MAX_CONTACT
        }
    if wrong:
        raise InvalidInput(wrong)
    report = ErrorReport.objects.create(fact_check=fact_check, text=text, contact=contact)
    _record("report.received", None, report)
    return report


@transaction.atomic
def report_accept(*, actor: User, report: ErrorReport, answer: str = "") -> ErrorReport:
    """The reader is right; a correction is to follow."""
    return _handle(actor, report, ReportState.ACCEPTED, answer)


@transaction.atomic
def report_dismiss(*, actor: User, report: ErrorReport, answer: str) -> ErrorReport:
    """Nothing is to be corrected; ``answer`` says why, for whoever looks at it later."""
    if not answer.strip():
        raise InvalidInput({"answer": gettext("say why nothing has to be corrected")})
    return _handle(actor, report, ReportState.DISMISSED, answer)


@transaction.atomic
def report_forget_contact(*, actor: User, report: ErrorReport) -> ErrorReport:
    """Remove how to reach the reader. It can't be brought back."""
    locked = _lock(actor, report)
    if not locked.contact:
        return locked
    locked.contact = ""
    locked.save()
    _record("report.contact_removed", actor, locked)
    return locked


def _handle(actor: User, report: ErrorReport, state: ReportState, answer: str) -> ErrorReport:
    locked = _lock(actor, report)
    if len(answer) > ErrorReport.MAX_ANSWER:
        raise InvalidInput(
            {"answer": gettext("%(most)s characters at most") % {"most": ErrorReport.MAX_ANSWER}}
        )
    if locked.state == state and locked.answer == answer.strip():
        return locked
    if locked.state != ReportState.NEW:
        raise Conflict(gettext("Somebody has decided about this report already."))
    locked.state = state
    locked.answer = answer.strip()
    locked.handled_by, locked.handled_at = actor, timezone.now()
    locked.save()
    _record(f"report.{state}", actor, locked)
    return locked


def _lock(actor: User, report: ErrorReport) -> ErrorReport:
    locked = (
        ErrorReport.objects.select_for_update(of=("self",))
        .select_related("fact_check__corpus", "fact_check__claim__article", "handled_by")
        .get(pk=report.pk)
    )
    policies.require(actor, "report.handle", locked.fact_check.corpus)
    return locked


def _record(kind: str, actor: User | None, report: ErrorReport) -> None:
    fact_check = report.fact_check
    event_record(
        kind=kind,
        actor=actor,
        target=report,
        corpus=fact_check.corpus,
        article=fact_check.claim.article,
        claim=fact_check.claim,
        before=None,
        after={
            "report": report.pk,
            "fact_check": fact_check.pk,
            "state": str(report.state),
            "has_contact": bool(report.contact),
        },
    )
