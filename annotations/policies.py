"""Who may do what. Membership decides what is seen; the role decides the rest.

An object that a person may not see doesn't exist for them (404); one that they see but may
not change is refused (403).
"""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from annotations.domain.vocabulary import Role, Scope
from annotations.errors import Conflict, MissingScope, NotAllowed
from annotations.models import Corpus, Membership, User

_ORDER = {Role.REVIEWER: 1, Role.ADJUDICATOR: 2, Role.ADMIN: 3}

# The least role that each action needs.
ACTIONS: dict[str, Role] = {
    "suggestion.decide": Role.REVIEWER,
    "claim.create": Role.REVIEWER,
    "claim.update": Role.REVIEWER,
    "claim.withdraw": Role.REVIEWER,
    "evidence.write": Role.REVIEWER,
    "question.write": Role.REVIEWER,
    "verdict.give": Role.REVIEWER,
    "verdict.adjudicate": Role.ADJUDICATOR,
    "comment.write": Role.REVIEWER,
    "thread.resolve": Role.REVIEWER,
    "thread.read": Role.REVIEWER,
    "article.review": Role.REVIEWER,
    "article.extract": Role.REVIEWER,
    "article.write": Role.ADMIN,
    "article.assign": Role.ADMIN,
    "job.manage": Role.ADMIN,
    "corpus.update": Role.ADMIN,
    "corpus.members": Role.ADMIN,
    "corpus.export": Role.REVIEWER,
    "corpus.import": Role.ADMIN,
    "release.read": Role.REVIEWER,
    "release.make": Role.ADMIN,
    "publication.update": Role.ADMIN,
    "factcheck.publish": Role.ADMIN,
    "report.handle": Role.ADMIN,
    "corpus.clone": Role.ADMIN,
    "corpus.archive": Role.ADMIN,
    "corpus.delete": Role.ADMIN,
    "article.delete": Role.ADMIN,
}
# What an archived corpus still allows: to read it, to say who may, and to end that state.
WHILE_ARCHIVED = frozenset(
    {
        "thread.read",
        "corpus.members",
        "corpus.export",
        "release.read",
        "release.make",
        "corpus.clone",
        "corpus.archive",
        "corpus.delete",
    }
)


# What is no more than reading, whatever the role.
_READING = {"corpus.export", "release.read"}


def role_in(user: User, corpus: Corpus) -> Role | None:
    """The person's role, or None for an outsider. Site administrators are admins everywhere.

    In a deleted corpus it is the one that they had: it says who may restore it.
    """
    if not user.is_active or not reaches(user, corpus):
        return None
    if user.is_superuser:
        return Role.ADMIN
    role = (
        Membership.objects.filter(user=user, corpus=corpus).values_list("role", flat=True).first()
    )
    return Role(role) if role else None


def reaches(user: User, corpus: Corpus) -> bool:
    """Is the token, if they came by one, for this corpus?"""
    return user.token is None or user.token.corpus_id in (None, corpus.pk)


def at_least(role: Role, other: Role) -> bool:
    return _ORDER[role] >= _ORDER[other]


def allowed(role: Role | None, action: str) -> bool:
    return role is not None and _ORDER[role] >= _ORDER[ACTIONS[action]]


def is_open(corpus: Corpus, action: str) -> bool:
    """Does the state of the corpus allow the action to anybody?"""
    if corpus.deleted_at is not None:
        return action == "corpus.delete"
    return not corpus.is_archived or action in WHILE_ARCHIVED


def can(user: User, action: str, corpus: Corpus) -> bool:
    return (
        is_open(corpus, action)
        and has_scope(user, scope_of(action))
        and allowed(role_in(user, corpus), action)
    )


def can_create_corpora(user: User) -> bool:
    """Site administrators, whoever has Django's permission for it, or anybody if so set.

    A token that is for one corpus makes no other.
    """
    if not user.is_active or (user.token is not None and user.token.corpus_id is not None):
        return False
    return bool(settings.ANYONE_CREATES_CORPORA) or user.has_perm("annotations.add_corpus")


def require_can_create_corpora(actor: User | None) -> None:
    require_scope(actor, Scope.MANAGE)
    if actor is not None and not can_create_corpora(actor):
        raise NotAllowed(_("An administrator of the site decides who creates corpora."))


def require(actor: User | None, action: str, corpus: Corpus) -> None:
    """Refuse an actor whose role doesn't allow the action. None is the system itself.

    What the state of the corpus rules out is refused to everybody: ``Conflict``.
    """
    require_scope(actor, scope_of(action))
    if actor is not None and not allowed(role_in(actor, corpus), action):
        raise NotAllowed(
            _("Your role in “%(corpus)s” doesn't allow this; it takes at least: %(role)s.")
            % {"corpus": corpus.name, "role": ACTIONS[action].value}
        )
    if closed := closed_words(corpus, action):
        raise Conflict(closed)


def closed_words(corpus: Corpus, action: str) -> str:
    """Why the state of the corpus rules the action out for everybody; empty where it doesn't."""
    if is_open(corpus, action):
        return ""
    if corpus.deleted_at is not None:
        return _("“%(corpus)s” was deleted.") % {"corpus": corpus.name}
    return _("“%(corpus)s” is archived, so it is read only. An admin of it can reopen it.") % {
        "corpus": corpus.name
    }


def scope_of(action: str) -> Scope:
    """What a token has to be for, by which somebody does this."""
    if action in _READING:
        return Scope.READ
    return Scope.MANAGE if ACTIONS[action] == Role.ADMIN else Scope.ANNOTATE


def has_scope(user: User, scope: Scope) -> bool:
    """Whoever came without a token, on the site itself, isn't bound by any scope."""
    return user.token is None or scope in user.token.scopes


def require_scope(actor: User | None, scope: Scope) -> None:
    """Refuse an actor whose token isn't made for this."""
    if actor is not None and not has_scope(actor, scope):
        raise MissingScope(
            _("This token lacks the scope “%(scope)s”; it has: %(scopes)s.")
            % {"scope": scope.value, "scopes": ", ".join(actor.token.scopes)}  # type: ignore[union-attr]
        )
