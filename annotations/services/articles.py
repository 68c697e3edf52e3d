"""Articles: their arrival, and where the review of them stands."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.texts import MAX_CHARACTERS, content_hash, normalise, title_from
from annotations.domain.transitions import NOT_BEGUN, ArticleState
from annotations.errors import Conflict, InvalidInput
from annotations.models import Article, ArticleText, Corpus, User

from .events import event_record
from .jobs import extraction_queue


class AlreadyThere(Conflict):
    """The corpus has an article with this text. ``article_id`` names it."""

    code = "already_there"

    def __init__(self, article_id: int) -> None:
        super().__init__(f"This text is in the corpus already, as article {article_id}.")
        self.article_id = article_id


def article_create(
    *,
    actor: User | None,
    corpus: Corpus,
    text: str,
    title: str,
    published: dt.date | None = None,
    author: str = "",
    publisher: str = "",
    url: str = "",
    dateline: str = "",
    source_name: str = "",
) -> Article:
    """Store a text, normalised, as an article, with the job that will extract its claims.

    Raises ``AlreadyThere`` when the corpus has this text.
    """
    policies.require(actor, "article.write", corpus)
    text = normalise(text)
    _check(text, author=author, publisher=publisher, url=url, dateline=dateline)
    title = " ".join(title.split()) or title_from(text)
    digest = content_hash(text)
    try:
        with transaction.atomic():
            article = Article.objects.create(
                corpus=corpus,
                title=title[:500],
                author=author,
                publisher=publisher,
                url=url,
                published=published,
                dateline=dateline,
                language=corpus.language,
                source_name=source_name[:500],
                content_hash=digest,
            )
            ArticleText.objects.create(
                article=article, text=text, content_hash=digest, created_by=actor
            )
            extraction_queue(actor=actor, article=article)
            event_record(
                kind="article.created",
                actor=actor,
                target=article,
                corpus=corpus,
                article=article,
                before=None,
                after={"title": article.title, "content_hash": digest},
            )
            return article
    except IntegrityError:
        existing = Article.objects.filter(corpus=corpus, content_hash=digest).first()
        if existing is None:
            raise
        raise AlreadyThere(existing.pk) from None


def _check(text: str, **described: str) -> None:
    article = Article(**described)
    wrong: dict[str, str] = {}
    try:
        article.clean_fields(exclude={f.name for f in Article._meta.fields} - described.keys())
    except ValidationError as error:
        wrong = {name: " ".join(reasons) for name, reasons in error.message_dict.items()}
    if not text:
        wrong["text"] = gettext("there is no text")
    elif len(text) > MAX_CHARACTERS:
        wrong["text"] = gettext("it has %(text)s characters; %(max_characters)s at most") % {
            "text": f"{len(text):,}",
            "max_characters": f"{MAX_CHARACTERS:,}",
        }
    if wrong:
        raise InvalidInput(wrong)


def article_touch(article: Article) -> None:
    """A first decision or claim moves the article to in review, also one that no detector read:
    its job goes on saying why, and can be asked for again."""
    Article.objects.filter(pk=article.pk, state__in=NOT_BEGUN).update(state=ArticleState.IN_REVIEW)


def article_submit(*, actor: User, article: Article) -> Article:
    """The reviewer says that the article is done."""
    return _article_move(
        actor=actor,
        article=article,
        kind="article.submitted",
        allowed=[*NOT_BEGUN, ArticleState.IN_REVIEW],
        to=ArticleState.REVIEWED,
    )


def article_reopen(*, actor: User, article: Article) -> Article:
    """Back from reviewed to in review."""
    return _article_move(
        actor=actor,
        article=article,
        kind="article.reopened",
        allowed=[ArticleState.REVIEWED],
        to=ArticleState.IN_REVIEW,
    )


@transaction.atomic
def _article_move(
    *,
    actor: User,
    article: Article,
    kind: str,
    allowed: list[ArticleState],
    to: ArticleState,
) -> Article:
    policies.require(actor, "article.review", article.corpus)
    locked = (
        Article.objects.select_for_update(of=("self",), no_key=True)
        .select_related("corpus")
        .get(pk=article.pk)
    )
    if locked.state == to:
        return locked
    if locked.state not in allowed:
        raise Conflict(
            gettext("The article is %(state)s; that isn't possible from there.")
            % {"state": locked.get_state_display()}
        )
    before = locked.state
    locked.state = to
    locked.save(update_fields=["state"])
    event_record(
        kind=kind,
        actor=actor,
        target=locked,
        corpus=locked.corpus,
        article=locked,
        before={"state": before},
        after={"state": str(to)},
    )
    return locked
