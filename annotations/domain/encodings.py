"""Which encoding a text is in that doesn't say it, and what the labels of web pages mean."""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import islice

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What charset-normalizer is given.
GUESSED_BYTES = 256_000
# How many words that aren't ASCII are weighed.
_WEIGHED = 2000
_TOKEN = re.compile(rb"[^\s\x80-\xff]{0,30}[\x80-\xff]\S*")
# Words, and signs that stand together.
_PIECE = re.compile(r"[^\W\d_¹²³¼½¾]+|(?:[^\w\x00-\x7f]|[¹²³¼½¾])+")
# Latin alphabets beyond ASCII, each with its common letters before its rare ones. Where a text is
# read in the wrong encoding, its letters are no one language's.
_WESTERN = (
    "äöüß éàç", "éèàêç âîôûëïùœæüÿñ", "áéíóñ úüç", "àèéçóí ïòúüñ", "ãçáéíó àâêôõúü",
    "àèéìòù íîóú", "éëï áäèêíóöúüç", "éèêïñçöü â", "åäö éöüà", "äö åšžé", "æøå éäöü",
    "áéíóúýþæöð", "äõüö šž",
)  # fmt: skip
_CENTRAL = (
    "áčěířšýžéů ďňóťú", "áčíšýžéľúť äďĺňóôŕ", "ąęłóśż ćńź", "áéöóőíü úű", "čćšž đ", "ăâîşţ",
)  # fmt: skip
_TURKISH = ("çğıöşüİ âîû",)
_BALTIC = ("ąėįšųūž čę", "āīēšņū čģķļž", "äõüö šž")
_RARE = 0.8
# What stands for bytes that an encoding hasn't got, and for control characters.
_NONE = "\ufffd"


def _weights(alphabet: str) -> dict[str, float]:
    common, _, rare = alphabet.partition(" ")
    return {" ": 1.0, _NONE: -1.0, **dict.fromkeys(rare, _RARE), **dict.fromkeys(common, 1.0)}


# The likeliest first, for where several fit alike: what Windows in Western Europe writes.
_LATIN = {
    encoding: [_weights(alphabet) for alphabet in alphabets]
    for encoding, alphabets in (
        ("cp1252", _WESTERN),
        ("cp1250", _CENTRAL),
        ("cp1254", _TURKISH),
        ("cp1257", _BALTIC),
        ("iso8859_15", _WESTERN),
        ("iso8859_2", _CENTRAL),
        ("mac_roman", _WESTERN),
        ("cp850", _WESTERN),
        ("cp852", _CENTRAL),
    )
}
_SIGNS = frozenset("“”„‘’\u201a«»\u2039\u203a–—…•·€£¥§°©®™¹²³¼½¾±×÷µ¡¿†‰\xa0\xad")
# Those that stand inside of words too.
_INNER = frozenset("’‘·–—\xad\xa0")
# From which on no other reading is asked for.
_SURE = 0.8
# By how much one has to fit better than a likelier one: in letters, and below that as a share.
_A_LETTER = 0.75
_CLEARLY = 0.05
# Windows' encodings, of which a page gives the subset's name: https://encoding.spec.whatwg.org.
_LABELS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    # Not of pages but of host names; the time of the first grows with the square of the text.
    "punycode": "",
    "idna": "",
    "utf-7": "",
}


def marked(head: bytes) -> str:
    """The encoding that a byte order mark says; empty where there is none."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "")


def unmarked_utf16(head: bytes) -> str:
    """UTF-16 or 32 without a mark, of a text that begins in ASCII; empty where it is neither."""
    encoding = json.detect_encoding(head)
    if not encoding.startswith(("utf-16", "utf-32")):
        return ""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeError:
        return ""
    return "" if any(c < " " and c not in "\t\n\r\f" for c in text) else encoding


def labelled(label: str) -> str:
    """The codec that a web page's charset stands for; empty for what is none."""
    try:
        found = codecs.lookup(label.strip())
    except (LookupError, ValueError):
        return ""
    if not found._is_text_encoding or "escape" in found.name:
        return ""
    return _LABELS.get(found.name, found.name)


def mostly_utf8(raw: bytes) -> bool:
    """Is it UTF-8 with a few bad bytes? Letters of other encodings are hardly ever UTF-8's."""
    text = raw.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(not c.isascii() for c in text) - bad >= 4 * bad


def guess(raw: bytes) -> str:
    """The encoding of a text that isn't UTF-8; empty where it is none that can be told."""
    latin, fit = _latin(raw)
    if fit >= _SURE:
        return latin
    # Loaded with the first such text.
    from charset_normalizer import from_bytes

    best = from_bytes(raw[:GUESSED_BYTES]).best()
    if best is None:
        return ""
    letters = [c for c in str(best)[:GUESSED_BYTES] if not c.isascii() and c.isalpha()]
    of_latin = sum(unicodedata.name(c, "").startswith("LATIN") for c in letters)
    # What it takes for one of many Latin encodings can as well be another one of them.
    return latin if 2 * of_latin > len(letters) else best.encoding


def _latin(raw: bytes) -> tuple[str, float]:
    """The Latin encoding in which a text's letters fit one language best, and how well they do."""
    tokens = (found[0] for found in _TOKEN.finditer(raw[:GUESSED_BYTES]))
    sample = b" ".join(islice(tokens, _WEIGHED))
    fits, count = {}, 1
    for encoding, alphabets in _LATIN.items():
        found = Counter(_letters(sample.decode(encoding, "replace")))
        count = max(found.total(), 1)
        fits[encoding] = max(
            sum(times * weights.get(letter, 0) for letter, times in found.items()) / count
            for weights in alphabets
        )
    most = max(fits.values())
    # One letter is no clear difference; and of many languages, as in names, none fits well.
    margin = max(_A_LETTER / count, 0 if most >= _SURE else _CLEARLY)
    return next(encoding for encoding, fit in fits.items() if fit >= most - margin), most


def _letters(text: str) -> Iterator[str]:
    """Each letter that isn't ASCII, in small; a space for each sign that may stand where it does,
    and nothing for what no Latin text has: signs in words, capitals in their midst, many signs
    together, words without any letter of ASCII."""
    padded = f" {text} "
    for found in _PIECE.finditer(text):
        piece = found[0]
        if piece.isascii():
            continue
        if not piece.isalpha():
            inside = padded[found.start()].isalpha() and padded[found.end() + 1].isalpha()
            fitting = _INNER if inside else _SIGNS
            yield from (_sign(sign, fitting if len(piece) < 3 else frozenset()) for sign in piece)
            continue
        foreign = len(piece) > 1 and not any(c.isascii() for c in piece)
        for before, letter in zip(" " + piece, piece, strict=False):
            if letter in "ªº":
                yield " " if letter == piece[-1] else ""
            elif not letter.isascii():
                odd = foreign or (letter.isupper() and before.islower())
                yield "" if odd else letter if letter == "İ" else letter.lower()


def _sign(sign: str, fitting: frozenset[str]) -> str:
    if sign == _NONE or "\x80" <= sign <= "\x9f":
        return _NONE
    return " " if sign in fitting else ""
