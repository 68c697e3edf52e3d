"""What the fields of a corpus may be, whoever writes them."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from annotations.errors import InvalidInput
from annotations.models import Corpus

# As BCP 47 writes it.
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
# PostgreSQL takes no NUL.
_without_nul = ProhibitNullCharactersValidator()


def corpus_clean(corpus: Corpus) -> None:
    """``InvalidInput`` with all that is wrong, but for the length of the description."""
    wrong: dict[str, str] = {}
    try:
        corpus.full_clean(validate_constraints=False)
    except ValidationError as error:
        wrong = {k: " ".join(v) for k, v in error.message_dict.items()}
    try:
        _without_nul(corpus.description)
    except ValidationError as error:
        wrong["description"] = " ".join(error.messages)
    # Asked like this, NaN is refused as well.
    if corpus.threshold is not None and not 0 <= corpus.threshold <= 1:
        wrong["threshold"] = gettext("expected a number from 0 to 1")
    if "language" not in wrong and not _LANGUAGE.fullmatch(corpus.language):
        wrong["language"] = gettext("expected a language code such as en or pt-BR")
    if unfit := name_unfit(corpus):
        wrong["name"] = unfit
    elif name_taken(corpus):
        wrong["name"] = gettext("another corpus has this name")
    if wrong:
        raise InvalidInput(wrong)


def name_unfit(corpus: Corpus) -> str:
    """Why a corpus can't be called that, whatever others are called; "" where it can."""
    try:
        corpus.clean_fields(exclude={f.name for f in Corpus._meta.fields} - {"name"})
        _without_nul(corpus.name)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def name_taken(corpus: Corpus) -> bool:
    """Is another corpus called that? Of a deleted one: was the name given away meanwhile?"""
    return Corpus.objects.filter(name=corpus.name).exclude(pk=corpus.pk).exists()


def description_check(corpus: Corpus) -> None:
    """Of a description that somebody writes: one that is there may be longer."""
    if len(corpus.description) > Corpus.MAX_DESCRIPTION:
        most = f"{Corpus.MAX_DESCRIPTION:,}"
        raise InvalidInput(
            {"description": gettext("%(max_text)s characters at most") % {"max_text": most}}
        )


def corpus_save(corpus: Corpus) -> None:
    try:
        with transaction.atomic():
            corpus.save()
    except IntegrityError as error:
        # Somebody else's has got the name since it was looked for.
        raise InvalidInput({"name": gettext("another corpus has this name")}) from error
