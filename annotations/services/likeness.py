"""Articles that say nearly the same: agency reports, corrected versions, reprints.

Each text has a MinHash signature over its sequences of five words. Signatures are cut into bands;
texts that share a band are compared, and linked where they have most of their sequences in
common. Both are tables, so that a new text finds its likes among any number of others with one
query. Broder (1997), “On the resemblance and containment of documents”; the library is datasketch.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Window
from django.db.models.functions import RowNumber

from annotations.models import (
    Article,
    ArticleSketch,
    ArticleText,
    Corpus,
    NearDuplicate,
    SketchBand,
)

from .bulk import rows_insert
from .keyset import listed

if TYPE_CHECKING:
    from datasketch import MinHash

NUMBERS = 64
BANDS = 8
SEQUENCE = 5
# Of 8 bands of 8 numbers, two texts that share 80 % have one in common 3 times of 4, and those
# that share 90 % 99 times of 100.
THRESHOLD = 0.8
# Links of one article; what is copied a thousand times needs no million links.
MOST_LINKS = 5
MOST_COMPARED = 50
_WORD = re.compile(r"\w+")
_PACKED = struct.Struct(f"<{NUMBERS}I")
_BAND = struct.Struct("<q")

Signature = tuple[int, ...]


# Odd multipliers, one for each place in a sequence, so that its hash depends on the order.
_PLACES = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)


@cache
def _empty() -> MinHash:
    # Loaded with the first import: no other process needs it. The numbers that it is given are
    # hashes already.
    from datasketch import MinHash

    return MinHash(num_perm=NUMBERS, seed=1, hashfunc=int)


def signature_of(text: str, *, sequence: int = SEQUENCE) -> Signature:
    """``NUMBERS`` numbers below 2³². The share that two have in common estimates the share of
    word sequences that their texts have in common. ``sequence`` words each, five at most."""
    import numpy as np

    words = [zlib.crc32(word.encode()) for word in _WORD.findall(text.casefold())]
    words += [0] * (sequence - len(words))
    hashes = np.array(words, dtype=np.uint64)
    count = len(words) - sequence + 1
    sequences = np.zeros(count, dtype=np.uint64)
    for place, factor in enumerate(_PLACES[:sequence]):
        sequences += hashes[place : place + count] * np.uint64(factor)
    mixed = np.unique((sequences ^ (sequences >> np.uint64(29))) & np.uint64(0xFFFFFFFF))
    sketch = _empty().copy()
    sketch.update_batch(mixed.tolist())
    return tuple(sketch.hashvalues.tolist())


def similarity(left: Sequence[int], right: Sequence[int]) -> float:
    return sum(a == b for a, b in zip(left, right, strict=True)) / NUMBERS


def bands_of(signature: Signature) -> list[int]:
    """Signed 64-bit numbers, one a band; equal only for equal bands at the same place."""
    width = NUMBERS // BANDS
    stored = packed(signature)
    return [
        _BAND.unpack(
            hashlib.blake2b(
                stored[number * width * 4 : (number + 1) * width * 4],
                digest_size=8,
                salt=bytes([number]),
            ).digest()
        )[0]
        for number in range(BANDS)
    ]


def likeness_rows(
    corpus: Corpus, sketched: Sequence[tuple[Article, Signature]]
) -> Iterator[ArticleSketch | SketchBand | NearDuplicate]:
    """The rows for new articles: their sketches, and links to those that were there before.

    Articles of ``sketched`` come in their order; each is linked to the ones before it too.
    """
    bands = [bands_of(signature) for _, signature in sketched]
    owners = owners_of(corpus, {band for of_one in bands for band in of_one})
    known = signatures_of({pk for pks in owners.values() for pk in pks})
    # Of the chunk itself, by place.
    fresh: dict[int, list[int]] = defaultdict(list)
    earlier: dict[int, Signature] = {}
    for number, (article, signature) in enumerate(sketched):
        yield ArticleSketch(article=article, signature=packed(signature))
        yield from _links(article, signature, bands[number], owners, known)
        for shared, other in alike(signature, bands[number], fresh, earlier)[:MOST_LINKS]:
            yield NearDuplicate(article=article, earlier=sketched[other][0], similarity=shared)
        earlier[number] = signature
        for band in bands[number]:
            fresh[band].append(number)
            yield SketchBand(corpus=corpus, article=article, band=band)


def _links(
    article: Article,
    signature: Signature,
    bands: Iterable[int],
    owners: dict[int, list[int]],
    known: dict[int, Signature],
) -> Iterator[NearDuplicate]:
    for shared, pk in alike(signature, bands, owners, known)[:MOST_LINKS]:
        yield NearDuplicate(article=article, earlier_id=pk, similarity=shared)


def alike(
    signature: Signature,
    bands: Iterable[int],
    owners: Mapping[int, Sequence[int]],
    known: Mapping[int, Signature],
) -> list[tuple[float, int]]:
    """Those of ``known`` that share a band and say nearly the same, with how much they share; the
    likest first."""
    candidates = sorted({pk for band in bands for pk in owners.get(band, ())})[:MOST_COMPARED]
    shares = [(similarity(signature, known[pk]), pk) for pk in candidates if pk in known]
    found = [(shared, pk) for shared, pk in shares if shared >= THRESHOLD]
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def owners_of(corpus: Corpus, bands: set[int]) -> dict[int, list[int]]:
    """Band → the corpus's articles that have it, some of them where it is many."""
    owners: dict[int, list[int]] = defaultdict(list)
    found = SketchBand.objects.filter(corpus=corpus, article__deleted_at=None)
    for band, pk in of_bands(found, bands, "article_id"):
        owners[band].append(pk)
    return owners


def of_bands(
    rows: models.QuerySet[Any], bands: Iterable[int], owner: str
) -> Iterable[tuple[int, int]]:
    """Band and owner of rows, the first ``MOST_COMPARED`` of each band: a corpus may have the same
    words a hundred thousand times."""
    number = Window(RowNumber(), partition_by="band", order_by=owner)
    found: Any = rows.filter(band__in=listed(bands)).annotate(number=number)
    pairs: Iterable[tuple[int, int]] = (
        found.filter(number__lte=MOST_COMPARED).order_by(owner).values_list("band", owner)
    )
    return pairs


def packed(signature: Signature) -> bytes:
    """A signature as it is stored."""
    return _PACKED.pack(*signature)


def unpacked(stored: Any) -> Signature:
    return _PACKED.unpack(bytes(stored))


def signatures_of(articles: set[int]) -> dict[int, Signature]:
    """Article → its signature."""
    rows = ArticleSketch.objects.filter(pk__in=listed(articles))
    found: Any = rows.values_list("pk", "signature")
    return {pk: unpacked(signature) for pk, signature in found}


def sketch_missing(corpus: Corpus, limit: int) -> int:
    """Sketch articles that came before there were sketches, or by themselves; how many.

    Inside the caller's transaction. Their own likenesses are not looked for.
    """
    found = list(
        Article.objects.select_for_update(of=("self",), no_key=True)
        .filter(corpus=corpus, sketch=None)
        .order_by("pk")
        .only("pk", "corpus")[:limit]
    )
    # Another import may have been at them until they could be locked.
    there = set(ArticleSketch.objects.filter(pk__in=found).values_list("pk", flat=True))
    articles = [article for article in found if article.pk not in there]
    # The first of several comes last.
    texts = ArticleText.objects.filter(article__in=articles).order_by("-number")
    words = {text.article_id: text.text for text in texts}
    sketches, bands = [], []
    for article in articles:
        signature = signature_of(words[article.pk])
        sketches.append(ArticleSketch(article=article, signature=packed(signature)))
        bands += [
            SketchBand(corpus=corpus, article=article, band=band) for band in bands_of(signature)
        ]
    rows_insert(sketches)
    rows_insert(bands)
    return len(found)
