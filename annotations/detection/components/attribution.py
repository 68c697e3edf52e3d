"""``claim_attribution``: who says what, into ``doc.spans["attributions"]``.

A span covers the words attributed and carries ``span._.speaker``; its label is ``direct`` (stands
in quotation marks), ``indirect`` (reported in a sentence) or ``transcript`` (follows ``NAME:``).
``doc.spans["speech_cues"]`` holds the words that report, such as "said".
"""

from __future__ import annotations

from bisect import bisect_right

from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.boundaries import paragraph_starts, transcript_labels
from annotations.detection.components.extensions import Tokens, read_tokens, tokens_between
from annotations.detection.components.speakers import Memory, Speaker, SpeakerFinder, Text
from annotations.detection.lexicon import PhraseIndex, Tokenize, lowered, read_lexicon

_OPENING = frozenset("\"“«\u2018'")
_PAUSES = frozenset({",", ":", ".", "that", *_OPENING})


@Language.factory(
    "claim_attribution",
    requires=["doc.sents", "doc.spans", "doc._.people", "span._.canonical"],
    assigns=["doc.spans", "span._.speaker"],
    default_config={
        "spans_key": "attributions",
        "cues_key": "speech_cues",
        "quotes_key": "quotes",
        "names_key": "names",
        "verbs": "reporting_verbs",
        "verbs_that": "reporting_verbs_that",
        "phrases": "reporting_phrases",
        "skips": "cue_skips",
        "determiners": "determiners",
        "function_words": "function_words",
        "no_speakers": "no_speakers",
        "pronoun_reach": 3,
        "max_subject": 6,
        "scare_quote_words": 3,
    },
)
def create_claim_attribution(
    nlp: Language,
    name: str,
    spans_key: str,
    cues_key: str,
    quotes_key: str,
    names_key: str,
    verbs: str,
    verbs_that: str,
    phrases: str,
    skips: str,
    determiners: str,
    function_words: str,
    no_speakers: str,
    pronoun_reach: int,
    max_subject: int,
    scare_quote_words: int,
) -> ClaimAttribution:
    """``pronoun_reach`` counts sentences, ``max_subject`` tokens; a quotation of at most
    ``scare_quote_words`` words takes its speaker from its own sentence or has none."""

    def tokenize(phrase: str) -> list[str]:
        return [token.text for token in nlp.make_doc(phrase)]

    finder = SpeakerFinder(
        skips=frozenset(read_lexicon(skips)),
        determiners=frozenset(read_lexicon(determiners)),
        function_words=frozenset(read_lexicon(function_words)),
        no_speakers=frozenset(read_lexicon(no_speakers)),
        reach=pronoun_reach,
        max_subject=max_subject,
    )
    lexicons = (read_lexicon(verbs), read_lexicon(verbs_that), read_lexicon(phrases))
    keys = (spans_key, cues_key, quotes_key, names_key)
    return ClaimAttribution(keys, lexicons, finder, scare_quote_words, tokenize)


class ClaimAttribution:
    def __init__(
        self,
        keys: tuple[str, str, str, str],
        lexicons: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
        finder: SpeakerFinder,
        scare_quote_words: int,
        tokenize: Tokenize,
    ) -> None:
        self.spans_key, self.cues_key, self.quotes_key, self.names_key = keys
        verbs, verbs_that, phrases = lexicons
        self.verbs = frozenset(verbs)
        self.phrases = PhraseIndex((*verbs, *verbs_that, *phrases, "according to"), tokenize)
        self.verbs_that = frozenset(verbs_that)
        self.finder = finder
        self.scare_quote_words = scare_quote_words

    def __call__(self, doc: Doc) -> Doc:
        quotes = list(doc.spans[self.quotes_key])
        in_quote = [False] * len(doc)
        for quote in quotes:
            if quote.end - quote.start - 2 > self.scare_quote_words:
                in_quote[quote.start : quote.end] = [True] * (quote.end - quote.start)
        tokens = read_tokens(doc)
        text = Text(
            words=tokens.words,
            lower=lowered(tokens.words),
            starts=tokens.starts,
            names=sorted(doc.spans[self.names_key], key=lambda name: name.start),
            people=doc._.people,
            in_quote=in_quote,
        )
        attributions, cues, by_sentence = self._read_sentences(doc, text)
        attributions += self._read_quotes(doc, quotes, tokens.text, by_sentence)
        attributions += self._read_transcript(doc, tokens)
        spans = []
        for first, stop, label, speaker in attributions:
            span = Span(doc, first, stop, label=label)
            span._.speaker = speaker
            spans.append(span)
        doc.spans[self.spans_key] = spans
        doc.spans[self.cues_key] = [Span(doc, first, stop, label="cue") for first, stop in cues]
        return doc

    def _read_sentences(
        self, doc: Doc, text: Text
    ) -> tuple[
        list[tuple[int, int, str, Speaker | None]],
        list[tuple[int, int]],
        dict[int, list[tuple[int, Speaker | None]]],
    ]:
        """Indirect speech, cue spans, and each sentence's (cue token, speaker)."""
        memory = Memory()
        attributions: list[tuple[int, int, str, Speaker | None]] = []
        cues: list[tuple[int, int]] = []
        by_sentence: dict[int, list[tuple[int, Speaker | None]]] = {}
        for number, sentence in enumerate(doc.sents):
            begin, end = sentence.start, sentence.end
            persons = [one for one in text.persons(begin, end) if not text.in_quote[one.start]]
            waiting = 0
            found: list[tuple[int, Speaker | None]] = []
            for first, stop in self.phrases.find(text.lower, begin, end):
                if text.in_quote[first] or text.name_at(first) is not None:
                    continue
                while waiting < len(persons) and persons[waiting].start < first:
                    person = persons[waiting]
                    memory.remember(number, person._.canonical, person._.gender)
                    waiting += 1
                known, speaker = self._read_cue(text, memory, first, stop, (begin, end), number)
                if known:
                    found.append((first, speaker))
                    cues.append((first, stop))
            # The first person named is what "he" in the next sentence most likely means.
            for person in reversed(persons[waiting:] or persons[:1]):
                memory.remember(number, person._.canonical, person._.gender)
            if found:
                by_sentence[begin] = found
                named = [speaker for _, speaker in found if speaker is not None]
                if named:
                    self._remember(memory, text, number, named[0])
                    attributions.append((begin, end, "indirect", named[0]))
        return attributions, cues, by_sentence

    def _remember(self, memory: Memory, text: Text, number: int, speaker: Speaker) -> None:
        for name, _, gender, _ in text.people:
            if name == speaker[0]:
                memory.remember(number, name, gender)

    def _read_cue(
        self,
        text: Text,
        memory: Memory,
        first: int,
        stop: int,
        sentence: tuple[int, int],
        number: int,
    ) -> tuple[bool, Speaker | None]:
        """Whether the words report speech here, and whose."""
        begin, end = sentence
        word = text.lower[first]
        following = text.lower[stop] if stop < end else "."
        previous = text.lower[first - 1] if first > begin else ""
        if word == "according":
            return True, self.finder.after(text, memory, stop - 1, end, number)
        if previous in {"to", "the", "a", "an", "of", "be", "been", "being"}:
            return False, None
        if stop == first + 1 and word in self.verbs_that:
            after_quote = text.in_quote[first - 1] if first > begin else False
            near = set(text.lower[stop : stop + 3]) & (_PAUSES - {",", "."})
            if following not in _PAUSES and not near and not after_quote:
                return False, None
        if word == "saying":
            return True, None  # its subject is that of the main clause, which is not read
        limit = max(begin, text.unquoted_from[first])
        # ``"...," said X`` and, closing a sentence, ``..., said X in a statement``.
        inverted = limit > begin and limit == first
        inverted = inverted or (previous == "," and end - stop <= 8 and following != "that")
        speaker = None
        if inverted:
            speaker = self.finder.after(text, memory, stop - 1, end, number)
        if speaker is None and limit < first:
            speaker = self.finder.before(text, memory, first, limit, number)
        if speaker is None and not inverted and previous == ",":
            speaker = self.finder.after(text, memory, stop - 1, end, number)
        return True, speaker

    def _read_quotes(
        self,
        doc: Doc,
        quotes: list[Span],
        text: str,
        by_sentence: dict[int, list[tuple[int, Speaker | None]]],
    ) -> list[tuple[int, int, str, Speaker | None]]:
        """Give each quotation the speaker of its sentence, or of its neighbours."""
        sentences = list(doc.sents)
        firsts = [sentence.start for sentence in sentences]
        paragraphs = paragraph_starts(text)
        rows: list[tuple[Span, int, Speaker | None]] = []
        for quote in quotes:
            paragraph = bisect_right(paragraphs, quote.start_char)
            place = bisect_right(firsts, quote.start) - 1
            options: list[tuple[int, int, Speaker]] = []
            while place < len(sentences) and sentences[place].start < quote.end:
                for cue, speaker in by_sentence.get(sentences[place].start, ()):
                    if speaker is not None:
                        after = cue >= quote.end
                        distance = cue - quote.end if after else (quote.start - cue) * 2
                        options.append((abs(distance), cue, speaker))
                place += 1
            rows.append((quote, paragraph, min(options)[2] if options else None))
        return self._carry(doc, rows, firsts, by_sentence)

    def _carry(
        self,
        doc: Doc,
        rows: list[tuple[Span, int, Speaker | None]],
        firsts: list[int],
        by_sentence: dict[int, list[tuple[int, Speaker | None]]],
    ) -> list[tuple[int, int, str, Speaker | None]]:
        """Quotations without a cue go on from the one before, or lead up to the next."""
        upcoming: list[Speaker | None] = [None] * len(rows)
        ahead: tuple[int, Speaker | None] = (-1, None)
        for at in range(len(rows) - 1, -1, -1):
            _, paragraph, speaker = rows[at]
            upcoming[at] = ahead[1] if ahead[0] == paragraph else None
            if speaker is not None:
                ahead = (paragraph, speaker)
        found: list[tuple[int, int, str, Speaker | None]] = []
        last: tuple[int, Speaker | None] = (-9, None)
        was_open = False
        for (quote, paragraph, own), later in zip(rows, upcoming, strict=True):
            speaker = own
            long = quote.end - quote.start - 2 > self.scare_quote_words
            if speaker is None and long:
                opens = bisect_right(firsts, quote.start) - 1
                if last[0] == paragraph or (was_open and last[0] == paragraph - 1):
                    speaker = last[1]
                elif later is not None:
                    speaker = later
                elif opens > 0 and firsts[opens] == quote.start:
                    earlier = [who for _, who in by_sentence.get(firsts[opens - 1], ()) if who]
                    speaker = earlier[0] if earlier else None
            if speaker is not None:
                last = (paragraph, speaker)
                found.append((quote.start, quote.end, "direct", speaker))
            was_open = quote.label_ == "open"
        return found

    def _read_transcript(
        self, doc: Doc, tokens: Tokens
    ) -> list[tuple[int, int, str, Speaker | None]]:
        text, starts = tokens.text, tokens.starts
        labels = transcript_labels(text)
        found: list[tuple[int, int, str, Speaker | None]] = []
        edges = [*(start for start, _ in labels[1:]), len(text)]
        for (start, end), until in zip(labels, edges, strict=False):
            if text[end:until].strip():
                name = text[start : end - 1].split("(")[0].strip()
                first, stop = tokens_between(starts, end, until)
                while first < stop and starts[first] < end:
                    first += 1
                if first < stop:
                    speaker = (_full_name(doc, name), start, start + len(name))
                    found.append((first, stop, "transcript", speaker))
        return found


def _full_name(doc: Doc, label: str) -> str:
    """A label in capitals under the fullest name the text gives, else in ordinary spelling."""
    last = label.split()[-1].lower()
    full = [name for name, _, _, _ in doc._.people if name.split()[-1].lower() == last]
    if len(full) == 1:
        return str(full[0])
    return label.title() if label.isupper() and len(label) > 4 else label
