"""What a release is, for whoever uses it: as data, and as words (T. Gebru and others, 2021,
“Datasheets for Datasets”). Everything in it is counted in the frozen records."""

from __future__ import annotations

from typing import Any

from annotations.domain.agreement import Agreement
from annotations.exporting.base import PARTS, Report

from .facts import Facts
from .licences import LICENCES
from .survey import NO_VERDICT, TIE, Survey

# So many sources and pairs of people are named.
MOST_SOURCES = 1000
MOST_PAIRS = 100
DIGITS = 4


def datasheet(
    facts: Facts,
    survey: Survey,
    reports: dict[str, Report],
    leakage: dict[str, Any],
    tombstones: int,
) -> dict[str, Any]:
    """The machine-readable one. ``reports`` are those of the formats as a whole."""
    state, totals, by = facts.state, survey.totals, survey.by
    head = state["head"]
    sources = survey.one("SELECT count(DISTINCT source) FROM articles")
    used = by["guideline_versions"]
    return {
        "release": facts.as_json(),
        "corpus": {
            "name": head["name"],
            "description": head["description"],
            "language": head["language"],
            "claim_type_scheme": head["claim_type_scheme"],
            "rating_scale": head["rating_scale"],
        },
        "counts": {
            name: totals[name]
            for name in (
                "articles",
                "claims",
                "verdicts",
                "verdicts_standing",
                "adjudications",
                "evidence",
                "evidence_protected",
                "questions",
                "answers",
                "suggestions",
                "discussions",
            )
        }
        | {"tombstones": tombstones},
        "dates": {
            of: {
                "first": survey.days.get(of, [None, None])[0],
                "last": survey.days.get(of, [None, None])[1],
                "undated": totals[f"{of}_undated"],
            }
            for of in ("articles", "claims", "verdicts")
        },
        "sources": {
            "count": sources,
            "articles_without": totals["articles_without_source"],
            "largest": [
                {"name": name, "articles": articles, "claims": claims}
                for name, articles, claims in survey.rows(
                    "SELECT min(name), count(*), sum(claims) FROM articles GROUP BY source "
                    "ORDER BY count(*) DESC, source LIMIT ?",
                    MOST_SOURCES,
                )
            ],
        },
        **{
            name: _most_first(by[name])
            for name in (
                "article_states",
                "claim_states",
                "claim_types",
                "ratings",
                "flags",
                "languages",
                "detectors",
            )
        },
        "reviewers": len(survey.judges),
        "judges_per_claim": dict(sorted(by["judges_per_claim"].items(), key=lambda i: int(i[0]))),
        "guidelines": {
            "versions": len(head["guidelines"]),
            "verdicts_by_version": dict(sorted(used.items())),
        },
        "agreement": _agreement(survey.agreement),
        "split": leakage,
        "formats": [
            {
                "name": one.name,
                "version": one.version,
                "unit": one.unit,
                "written": reports[one.name].written,
                "left_out": dict(sorted(reports[one.name].left_out.items())),
                "loses": sorted(one.loses),
            }
            for one in facts.formats
        ],
        "limits": {
            "articles_not_extracted": totals["articles_not_extracted"],
            "claims_without_verdict": by["ratings"][NO_VERDICT],
            "ties": by["ratings"][TIE],
            "evidence_protected": totals["evidence_protected"],
            "left_out": state["left_out"],
        },
        "software": facts.software,
        "citation": citation(facts),
    }


def _most_first(counted: Any) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _agreement(found: Agreement) -> dict[str, Any] | None:
    """None where no claim was judged by two."""
    if not found.n:
        return None
    return {
        "claims": found.n,
        "nominal_alpha": _rounded(found.nominal),
        "ordinal_alpha": _rounded(found.ordinal) if found.n_ordinal else None,
        "ordinal_claims": found.n_ordinal,
        "pairs_of_verdicts": found.pairs_n,
        "same": _rounded(found.pairs_agreed / found.pairs_n),
        "people": [
            {
                "reviewers": list(pair.people),
                "claims": pair.n,
                "same": _rounded(pair.agreed / pair.n),
                "kappa": _rounded(pair.kappa),
            }
            for pair in found.pairs[:MOST_PAIRS]
        ],
        "pairs": len(found.pairs),
    }


def _rounded(value: float | None) -> float | None:
    # Minus nothing is nothing.
    return None if value is None else round(value, DIGITS) + 0.0


def citation(facts: Facts) -> str:
    """BibTeX."""
    who = facts.creators or facts.state["head"]["name"]
    year = facts.frozen_at.year
    key = f"release-{facts.uid[:8]}"
    return (
        f"@misc{{{key},\n"
        f"  title = {{{_braced(facts.title)}}},\n"
        f"  author = {{{{{_braced(who)}}}}},\n"
        f"  year = {{{year}}},\n"
        f"  version = {{{facts.number}}},\n"
        f"  note = {{Release {facts.number} of {_braced(facts.state['head']['name'])}, "
        f"SHA-256 of its records {facts.source_sha256}. Licence: {_braced(facts.licence)}}}\n"
        "}\n"
    )


def _braced(words: str) -> str:
    """What BibTeX would take as its own is left away."""
    return " ".join(words.translate({ord(c): " " for c in "{}\\@"}).split())


# --- In words ----------------------------------------------------------------------------------


def in_words(sheet: dict[str, Any]) -> str:
    """The same as Markdown: the archive's ``README.md``."""
    release, corpus, counts = sheet["release"], sheet["corpus"], sheet["counts"]
    licence = release["licence"]
    name, url = LICENCES.get(licence, (licence, ""))
    parts = [
        f"# {_line(release['title'])}",
        f"Release {release['number']} of {_line(corpus['name'])}, as it was at "
        f"{release['frozen_at']}.",
        "## Motivation",
        release["motivation"] or "Nothing was said about it.",
        "## What is in it",
        _table(["what", "how many"], [[k.replace("_", " "), n] for k, n in counts.items()]),
        _line(corpus["description"]),
        f"Main language: {_line(corpus['language'])}. Articles by language:",
        _counted("language", sheet["languages"]),
        _dates(sheet["dates"]),
        "## Sources",
        _sources(sheet["sources"]),
        "## Labels",
        f"Rating scale: {_line(corpus['rating_scale']['name'])}. What was found about a claim is "
        "its latest adjudication, else the rating that most reviewers gave, else a tie. Labels in "
        f"the files: {release['labels'] or 'what suits each format'}.",
        _counted("found", sheet["ratings"]),
        _counted("claim type", sheet["claim_types"]),
        _counted("flag", sheet["flags"]),
        _counted("state of the claim", sheet["claim_states"]),
        _counted("state of the article", sheet["article_states"]),
        "## Who judged, and by which guidelines",
        f"{sheet['reviewers']} reviewers, under pseudonyms of this release alone. Claims by how "
        "many people judged them, adjudications aside:",
        _counted("people", sheet["judges_per_claim"]),
        f"The guidelines have {sheet['guidelines']['versions']} versions. Verdicts by version:",
        _counted("version", sheet["guidelines"]["verdicts_by_version"]),
        "## Agreement",
        _agreement_words(sheet["agreement"]),
        "## Split",
        _split_words(sheet["split"]),
        "## Known limits",
        _limits(sheet),
        "## Licence",
        f"{_line(name)}{f' — <{url}>' if url else ''}. See `LICENSE.txt`. The texts of the "
        "articles, and what is quoted from sources, belong to those who wrote them.",
        "## How it was made",
        "All files were made of one state of the data, frozen before; made again of the frozen "
        "records with the same software, they are the same bytes. `SHA256SUMS` has the sum of "
        "each. Claims that an earlier release had and that were withdrawn or deleted since are in "
        "`tombstones.jsonl`, without their content. Names of people were replaced; of protected "
        "sources it says no more than that they exist. "
        f"Filters: `{release['selection'] or 'none'}`.",
        _table(["software", "version"], [[k, v] for k, v in sheet["software"].items()]),
        "## How to cite it",
        f"```bibtex\n{sheet['citation']}```",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _dates(dates: dict[str, Any]) -> str:
    return _table(
        ["dates of", "first", "last", "undated"],
        [[of, d["first"] or "–", d["last"] or "–", d["undated"]] for of, d in dates.items()],
    )


def _sources(sources: dict[str, Any]) -> str:
    shown = sources["largest"][:50]
    rows = [[one["name"], one["articles"], one["claims"]] for one in shown]
    more = sources["count"] - len(shown)
    return "\n\n".join(
        [
            f"{sources['count']} sources: publishers, or the domain where no publisher is known. "
            f"Of {sources['articles_without']} articles neither is known; each counts as its own.",
            _table(["source", "articles", "claims"], rows),
            *([f"And {more} more, see `datasheet.json`."] if more > 0 else []),
        ]
    )


def _agreement_words(found: dict[str, Any] | None) -> str:
    if found is None:
        return "Not measured: no claim was judged by two people."
    ordinal = (
        f"{_number(found['ordinal_alpha'])} (n = {found['ordinal_claims']} claims with two or more "
        "ratings on the true–false axis)"
        if found["ordinal_claims"]
        else "not measured: no claim has two ratings on the true–false axis"
    )
    people = [
        [" / ".join(p["reviewers"]), p["claims"], _number(p["same"]), _number(p["kappa"])]
        for p in found["people"][:20]
    ]
    return "\n\n".join(
        [
            f"Of reviews that stand, on the n = {found['claims']} claims that two or more people "
            "judged, adjudications aside:",
            f"- Krippendorff's alpha, nominal: {_number(found['nominal_alpha'])}\n"
            f"- Krippendorff's alpha, ordinal: {ordinal}\n"
            f"- the same rating in {_number(found['same'])} of {found['pairs_of_verdicts']} pairs "
            "of reviews",
            f"Pairs of people: {found['pairs']}.",
            _table(["reviewers", "claims", "the same", "Cohen's kappa"], people),
        ]
    )


def _number(value: float | None) -> str:
    return "not defined (one rating only)" if value is None else f"{value:.3f}"


WORDS = {
    "near_identical_claims": "groups of near-identical claims",
    "near_identical_articles": "groups of near-identical articles",
    "articles": "articles",
    "sources": "sources",
    "domains": "domains",
    "article_addresses": "addresses of articles",
    "evidence_pages": "pages cited as evidence",
    "claimants": "claimants",
}


def _split_words(split: dict[str, Any]) -> str:
    if not split:
        return "It is not divided into parts."
    rows = [
        [
            p["name"], "–" if p["wanted"] is None else f"{p['wanted']} %", p["articles"],
            p["claims"], p["first"] or "–", p["last"] or "–",
        ]
        for p in split["parts"]
    ]  # fmt: skip
    labels = sorted({label for p in split["parts"] for label in p["ratings"]})
    across = [[WORDS[k], a["count"], a["entries"]] for k, a in split["across"].items()]
    without = split["without_part"]
    return "\n\n".join(
        [
            f"Divided by {split['by']}. In no part: {without['articles']} articles and "
            f"{without['claims']} claims.",
            _table(["part", "wanted", "articles", "claims", "first day", "last day"], rows),
            _table(
                ["found", *(p["name"] for p in split["parts"])],
                [
                    [label, *(p["ratings"].get(label, 0) for p in split["parts"])]
                    for label in labels
                ],
            ),
            "### Leakage",
            "What is in more than one part, and how many entries those are; examples are in "
            "`leakage.json`. Near-identical texts are found by MinHash, which misses some.",
            _table(["in several parts", "how many", "entries"], across),
        ]
    )


def _limits(sheet: dict[str, Any]) -> str:
    limits = sheet["limits"]
    lines = [
        f"{limits['articles_not_extracted']} articles that no detector has read.",
        f"{limits['claims_without_verdict']} claims without a verdict, {limits['ties']} ties.",
        f"{limits['evidence_protected']} pieces of evidence from protected sources, of which "
        "nothing is said.",
        *(
            []
            if sheet["release"]["discussions"]
            else ["What people said to each other about claims was left out."]
        ),
        *(f"Left out: {n} × {reason}." for reason, n in limits["left_out"].items()),
    ]
    for one in sheet["formats"]:
        left = "; ".join(f"{n} × {reason}" for reason, n in one["left_out"].items())
        loses = "; ".join(str(PARTS[part]) for part in one["loses"])
        lines.append(
            f"`{one['name']}`: {one['written']} {one['unit']}. It has no room for: "
            f"{loses or 'nothing; it holds all'}. Left out: {left or 'no single thing'}."
        )
    return "\n".join(f"- {words}" for words in lines)


def _counted(name: str, counts: dict[str, int]) -> str:
    return _table([name, "how many"], [[key, n] for key, n in counts.items()]) if counts else ""


def _table(columns: list[str], rows: list[list[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in row) + " |" for row in lines)


def _line(words: str) -> str:
    return " ".join(words.split())


def _cell(value: Any) -> str:
    return _line(str(value)).replace("|", "\\|")
