"""Licences that data is usually given under, by their SPDX identifiers."""

from __future__ import annotations

LICENCES: dict[str, tuple[str, str]] = {
    "CC0-1.0": (
        "Creative Commons Zero 1.0 Universal",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    "CC-BY-4.0": (
        "Creative Commons Attribution 4.0 International",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "CC-BY-SA-4.0": (
        "Creative Commons Attribution-ShareAlike 4.0 International",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
    "CC-BY-NC-4.0": (
        "Creative Commons Attribution-NonCommercial 4.0 International",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    "CC-BY-NC-SA-4.0": (
        "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International",
        "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    ),
    "ODbL-1.0": (
        "Open Data Commons Open Database License v1.0",
        "https://opendatacommons.org/licenses/odbl/1-0/",
    ),
    "ODC-By-1.0": (
        "Open Data Commons Attribution License v1.0",
        "https://opendatacommons.org/licenses/by/1-0/",
    ),
}


def licence_words(licence: str, text: str) -> str:
    """The file ``LICENSE.txt``."""
    name, url = LICENCES.get(licence, (licence, ""))
    lines = [f"{name} ({licence})" if name != licence else name]
    if url:
        lines.append(url)
    if text:
        lines += ["", text.strip()]
    lines += [
        "",
        "The texts of the articles, and what is quoted from sources, belong to those who wrote",
        "them; the licence covers what was added to them here.",
    ]
    return "\n".join(lines) + "\n"
