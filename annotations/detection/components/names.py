"""``claim_names``: names in capitals, and which of them are the same person.

Writes ``doc.spans["names"]`` with the labels PERSON, PLACE, ROLE (a bare title such as "the
Secretary-General") and NAME (anything else), and ``doc._.people``, in order of first mention.
"""

from __future__ import annotations

from spacy.attrs import ENT_TYPE
from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.components.extensions import is_capitalised, read_tokens
from annotations.detection.components.people import LINKS, Mention, resolve_people
from annotations.detection.lexicon import PhraseIndex, Tokenize, lowered, read_lexicon

_MALE = frozenset({"mr", "mr.", "sir", "lord", "king", "prince", "pope", "congressman"})
_FEMALE = frozenset({"mrs", "mrs.", "ms", "ms.", "miss", "dame", "lady", "queen", "congresswoman"})


@Language.factory(
    "claim_names",
    requires=["doc.sents"],
    assigns=["doc.spans", "doc._.people", "span._.canonical", "span._.role", "span._.gender"],
    default_config={
        "spans_key": "names",
        "titles": "titles",
        "places": "places",
        "organisation_words": "organisation_words",
        "calendar": "calendar",
        "given_names": "given_names",
        "openers": "sentence_openers",
        "max_name_tokens": 10,
    },
)
def create_claim_names(
    nlp: Language,
    name: str,
    spans_key: str,
    titles: str,
    places: str,
    organisation_words: str,
    calendar: str,
    given_names: str,
    openers: str,
    max_name_tokens: int,
) -> ClaimNames:
    """All arguments but ``spans_key`` and ``max_name_tokens`` are names of lexicons."""

    def tokenize(phrase: str) -> list[str]:
        return [token.text for token in nlp.make_doc(phrase)]

    genders = dict(line.rsplit(" ", 1) for line in read_lexicon(given_names))
    return ClaimNames(
        spans_key=spans_key,
        titles=read_lexicon(titles),
        places=read_lexicon(places),
        organisation_words=frozenset(read_lexicon(organisation_words)),
        not_names=frozenset(read_lexicon(calendar)) | {"i"},
        genders=genders,
        openers=frozenset(read_lexicon(openers)),
        max_name_tokens=max_name_tokens,
        tokenize=tokenize,
    )


class ClaimNames:
    def __init__(
        self,
        *,
        spans_key: str,
        titles: tuple[str, ...],
        places: tuple[str, ...],
        organisation_words: frozenset[str],
        not_names: frozenset[str],
        genders: dict[str, str],
        openers: frozenset[str],
        max_name_tokens: int,
        tokenize: Tokenize,
    ) -> None:
        self.spans_key = spans_key
        self.titles = PhraseIndex(titles, tokenize)
        self.places = PhraseIndex(places, tokenize)
        self.organisation_words = organisation_words
        self.not_names = not_names
        self.genders = genders
        self.openers = openers
        self.max_name_tokens = max_name_tokens

    def __call__(self, doc: Doc) -> Doc:
        # A hyphen between spaces is a dash: it joins no name.
        tokens = read_tokens(doc)
        words = [
            "\u2013" if word == "-" and spaced else word
            for word, spaced in zip(tokens.words, tokens.spaced, strict=True)
        ]
        lower = lowered(words)
        seen_lower = {word for word in words if word[:1].islower()}
        mentions: list[Mention] = []
        for sentence in doc.sents:
            for first, stop in self._runs(words, lower, sentence.start, sentence.end, seen_lower):
                mentions.extend(self._read_run(words, lower, first, stop, sentence.start))
        self._ask_entities(doc, mentions, lower)
        people = resolve_people(mentions, words, lower, self.titles)
        spans = []
        for mention in mentions:
            span = Span(doc, mention.first, mention.stop, label=mention.kind)
            span._.canonical = mention.canonical or span.text
            if mention.role:
                span._.role = mention.role
            if mention.gender:
                span._.gender = mention.gender
            spans.append(span)
        doc.spans[self.spans_key] = spans
        doc._.people = people
        return doc

    def _ask_entities(self, doc: Doc, mentions: list[Mention], lower: list[str]) -> None:
        """Where a recogniser ran before, let it decide what the word lists leave open."""
        kinds = doc.to_array(ENT_TYPE)
        strings = doc.vocab.strings
        if not kinds.any():
            return
        for mention in mentions:
            found = kinds[mention.first : mention.stop].tolist()
            kind = strings[found[-1]] if found and found[-1] and len(set(found)) == 1 else ""
            certain = bool(mention.role or mention.gender)
            if mention.kind == "NAME" and kind == "PERSON":
                plain = all(
                    lower[at] not in self.organisation_words and lower[at] not in self.openers
                    for at in range(mention.first, mention.stop)
                )
                if plain and mention.stop - mention.first >= 2:
                    mention.kind = "PERSON"
            elif mention.kind == "NAME" and kind == "LOC":
                mention.kind = "PLACE"
            elif mention.kind == "PERSON" and not certain and kind in {"ORG", "LOC", "MISC"}:
                mention.kind = "PLACE" if kind == "LOC" else "NAME"

    def _runs(
        self, words: list[str], lower: list[str], begin: int, end: int, seen_lower: set[str]
    ) -> list[tuple[int, int]]:
        """Runs of capitalised tokens that may hold names."""
        letters = [at for at in range(begin, end) if words[at][:1].isalpha()]
        capitals = sum(1 for at in letters if is_capitalised(words[at]))
        if len(letters) >= 6 and capitals * 10 >= len(letters) * 8:
            return []  # a headline: every word is in capitals
        runs = []
        at = begin
        fresh = True  # nothing but punctuation since the sentence or a quotation began
        while at < end:
            word = words[at]
            if not word[:1].isalpha():
                fresh = fresh or word in '"“\u2018:(['
                at += 1
                continue
            was_fresh, fresh = fresh, False
            if not is_capitalised(word) or lower[at] in self.not_names:
                at += 1
                continue
            if was_fresh and lower[at] in self.openers and word not in {"US", "U.S."}:
                at += 1
                fresh = at < end and is_capitalised(words[at]) and lower[at] in self.openers
                continue
            stop = self._run_end(words, lower, at, end)
            lone_common = stop == at + 1 and was_fresh and lower[at] in seen_lower
            if not lone_common:
                runs.append((at, stop))
            at = stop
        return runs

    def _run_end(self, words: list[str], lower: list[str], at: int, end: int) -> int:
        stop = at + 1
        limit = min(end, at + self.max_name_tokens)
        while stop < limit:
            word = words[stop]
            if is_capitalised(word) and lower[stop] not in self.not_names:
                stop += 1
            elif (
                (
                    word in LINKS
                    or word == "-"
                    or (word in {"on", "for"} and lower[stop - 1] in self.organisation_words)
                )
                and stop + 1 < limit
                and is_capitalised(words[stop + 1])
            ):
                stop += 2
            elif (
                word == "of"
                and stop + 2 < limit
                and lower[stop + 1] == "the"
                and (is_capitalised(words[stop + 2]))
            ):
                stop += 3
            else:
                break
        return stop

    def _read_run(
        self, words: list[str], lower: list[str], first: int, stop: int, begin: int
    ) -> list[Mention]:
        """Split a run into title and name, and say what kind of name it is."""
        title_stop = first
        titled = False
        for start, end in self.titles.find(lower, first, stop):
            # Whatever stands before a title in the same run describes it ("NATO Secretary").
            if end < stop or start == first or self._only_describes(words, lower, first, start):
                title_stop, titled = end, True
        role = " ".join(lower[first:title_stop]).replace(" - ", "-") if titled else ""
        if titled and (title_stop == stop or words[title_stop] in LINKS):
            # "Secretary-General of NATO": a bare title, and perhaps whose it is.
            rest = Mention(title_stop + 1, stop)
            rest.words = tuple(words[title_stop + 1 : stop])
            bare = Mention(first, title_stop, "ROLE", role=role)
            return [bare, rest] if title_stop + 1 < stop and rest.words[0] != "the" else [bare]
        if not titled:
            before = first
            for width in (3, 2, 1):
                if first - width >= begin and (
                    self.titles.match_at(lower, first - width, first) == first
                ):
                    before = first - width
                    break
            role = " ".join(lower[before:first])
        name_first = title_stop if titled else first
        found = [] if not titled else self._places(lower, first, title_stop)
        mention = Mention(name_first, stop, role=role)
        mention.words = tuple(words[name_first:stop])
        place_stop = self.places.match_at(lower, name_first, stop)
        gender = self.genders.get(lower[name_first], "")
        if place_stop == stop:
            mention.kind = "PLACE"
        elif self._is_person(mention, lower, bool(role), bool(gender)):
            mention.kind = "PERSON"
            mention.gender = gender
            parts = set(role.split())
            if parts & _MALE:
                mention.gender = "m"
            elif parts & _FEMALE:
                mention.gender = "f"
        else:
            found.extend(self._places(lower, name_first, stop))
        return [*found, mention]

    def _places(self, lower: list[str], first: int, stop: int) -> list[Mention]:
        return [Mention(a, b, "PLACE") for a, b in self.places.find(lower, first, stop)]

    def _only_describes(self, words: list[str], lower: list[str], first: int, stop: int) -> bool:
        """Whether the tokens before a title are a place or an organisation ("NATO")."""
        return all(
            self.places.match_at(lower, at, stop) > 0
            or words[at].isupper()
            or lower[at] in self.organisation_words
            or not words[at][:1].isalpha()
            or lower[at] in self.openers
            for at in range(first, stop)
        )

    def _is_person(self, mention: Mention, lower: list[str], titled: bool, given: bool) -> bool:
        names = [word for word in mention.words if word[:1].isalpha()]
        if not names or len(names) > 5 or any(word.isdigit() for word in mention.words):
            return False
        if any(word.lower() in self.organisation_words for word in names):
            return False
        if any(word.lower() in self.openers for word in names):
            return False
        if titled:
            return not names[0].isupper() or len(names[0]) <= 2 or names[0].endswith(".")
        if given:
            return len(names) >= 2
        if len(names) < 2 or "of" in mention.words or "&" in mention.words:
            return False
        if self.places.find(lower, mention.first, mention.stop):
            return False
        return all(not word.isupper() or word.endswith(".") or len(word) == 1 for word in names)
