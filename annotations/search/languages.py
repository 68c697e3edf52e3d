"""Which stemmer a language has: Snowball's on PostgreSQL, while SQLite has an English one alone."""

from __future__ import annotations

# Primary subtag of a language → its Snowball stemmer, of those that PostgreSQL 14 brings.
STEMMERS = {
    "ar": "arabic",
    "hy": "armenian",
    "eu": "basque",
    "ca": "catalan",
    "da": "danish",
    "nl": "dutch",
    "en": "english",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "el": "greek",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "ga": "irish",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nb": "norwegian",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "es": "spanish",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}


def stemmer_of(language: str) -> str:
    """The algorithm for a BCP 47 tag ("en-GB"), or "" where there is none."""
    return STEMMERS.get(language.replace("_", "-").partition("-")[0].lower(), "")
