"""spaCy's own English tokenizer, kept to linear time on hostile text.

The standard tokenizer peels punctuation off a word one character at a time, copying what is
left: a single "word" of a million brackets would take hours. Words longer than a limit are cut
into pieces instead; everything else is tokenized as always.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_prefix_regex, compile_suffix_regex, registry

_WORD = re.compile(r"\S+")
_RUN = r"(?:[!?]{2,}|={2,}|\*{2,}|_{2,}|-{3,}|~{2,}|#{2,}|<{2,}|>{2,}|\${2,})"
_SURROGATES = re.compile("[\ud800-\udfff]")


class GuardedTokenizer:
    """Delegates to a standard tokenizer, which it serialises as its own state."""

    def __init__(self, inner: Tokenizer, max_word: int) -> None:
        self.inner = inner
        self.vocab = inner.vocab
        self.max_word = max_word

    def __call__(self, text: str) -> Doc:
        # A lone surrogate cannot be stored as UTF-8; one for one, so that offsets hold.
        text = _SURROGATES.sub("\ufffd", text)
        if all(len(word) <= self.max_word for word in text.split()):
            doc: Doc = self.inner(text)
            return doc
        return self._tokenize_in_parts(text)

    def _tokenize_in_parts(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []

        def standard(part: str) -> None:
            for token in self.inner(part):
                words.append(token.text)
                spaces.append(bool(token.whitespace_))

        done = 0
        for match in _WORD.finditer(text):
            if match.end() - match.start() <= self.max_word:
                continue
            if done < match.start():
                standard(text[done : match.start()])
            for at in range(match.start(), match.end(), self.max_word):
                words.append(text[at : min(at + self.max_word, match.end())])
                spaces.append(False)
            done = match.end()
        if done < len(text):
            standard(text[done:])
        return Doc(self.vocab, words=words, spaces=spaces)

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterable[Doc]:
        for text in texts:
            yield self(text)

    def to_bytes(self, **kwargs: Any) -> bytes:
        return bytes(self.inner.to_bytes(**kwargs))

    def from_bytes(self, data: bytes, **kwargs: Any) -> GuardedTokenizer:
        self.inner.from_bytes(data, **kwargs)
        return self

    def to_disk(self, path: str | Path, **kwargs: Any) -> None:
        self.inner.to_disk(path, **kwargs)

    def from_disk(self, path: str | Path, **kwargs: Any) -> GuardedTokenizer:
        self.inner.from_disk(path, **kwargs)
        return self


@registry.tokenizers("factcheck.GuardedTokenizer.v1")  # type: ignore[untyped-decorator]
def create_guarded_tokenizer(
    max_word: int, whole_runs: bool = False
) -> Callable[[Language], GuardedTokenizer]:
    """``max_word``: the longest run of non-space characters tokenized in the standard way.
    ``whole_runs``: "!!!" and "-----" are one token each, as in the English treebanks."""

    def create(nlp: Language) -> GuardedTokenizer:
        inner = registry.tokenizers.get("spacy.Tokenizer.v1")()(nlp)
        if whole_runs:
            prefixes = [_RUN, *(nlp.Defaults.prefixes or ())]
            suffixes = [_RUN, *(nlp.Defaults.suffixes or ())]
            inner.prefix_search = compile_prefix_regex(prefixes).search
            inner.suffix_search = compile_suffix_regex(suffixes).search
        return GuardedTokenizer(inner, max_word)

    return create
