"""Made-up training data in the form and under the names of the real archives, small enough to
train on in a test."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

ATTRIBUTION = Path(__file__).parent / "data" / "attribution"

PLACES = ("Ohio", "Iowa", "Utah", "Texas", "Maine")
TYPES = {
    "quantity": "Unemployment in {} fell by {} percent last year.",
    "causation": "The strike in {} happened because of {} new taxes.",
    "law": "In {} it is illegal to own {} guns.",
    "prediction": "Next year {} will build {} schools.",
    "personal_experience": "When I lived in {} I lost my job {} times.",
    "other": "The governor of {} met {} ministers.",
    "not_a_claim": "I think {} is a great place for {} of us.",
}
WORTH = frozenset({"quantity", "causation", "law", "other"})


def write_data(folder: Path) -> Path:
    """Write everything that ``train_detector`` reads; returns the file of claim type labels."""
    treebank = "".join(_document(number) for number in range(12))
    for name in ("train", "dev"):
        _write(folder / "ud-english-ewt" / f"en_ewt-ud-{name}.conllu", treebank)
        news = folder / "polnear" / "data" / name
        shutil.copytree(ATTRIBUTION, news, dirs_exist_ok=True)
        silver = []
        for number in range(12):
            text = f"Ann sees {number + 2} dogs in {PLACES[number % 5]}."
            _write(news / "text" / f"silver{number}.txt", text)
            silver.append(_silver(number, text))
        _write(folder / "polnear-corenlp" / f"{name}.conllu", "".join(silver))
    records = [
        {"sentence_id": number, "text": text.format(place, count), "label": int(kind in WORTH)}
        for number, (kind, text, place, count) in enumerate(
            (kind, text, place, count)
            for kind, text in TYPES.items()
            for place in PLACES
            for count in (3, 12)
        )
    ]
    _write(folder / "claimbuster" / "kfold_25ncs.json", json.dumps(records))
    for year in (2019, 2020):
        for debate in range(4):
            _write(folder / f"checkthat{year}" / f"{debate}.tsv", _debate(year, debate, records))
    kinds = [kind for kind in TYPES for _ in range(10)]
    rows = ["source\tid\tsha256\ttype"]
    for record, kind in zip(records, kinds, strict=True):
        digest = hashlib.sha256(str(record["text"]).encode()).hexdigest()[:16]
        rows.append(f"claimbuster\t{record['sentence_id']}\t{digest}\t{kind}")
    return _write(folder / "types.tsv", "\n".join(rows) + "\n")


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _debate(year: int, number: int, records: list[dict[str, object]]) -> str:
    rows = []
    for line, record in enumerate(records[number::4], 1):
        speaker = "MODERATOR" if line % 3 == 0 else "SMITH"
        text = f"{record['text']} That was in {year - line}."
        label = int(bool(record["label"]) and line % 3 != 0)
        rows.append(f"{line}\t{speaker}\t{text}\t{label}")
    return "\n".join(rows) + "\n"


def _document(number: int) -> str:
    rows = [f"# newdoc id = d{number}"]
    for name in ("Ann", "Bob"):
        for verb, lemma in (("sees", "see"), ("likes", "like")):
            rows += [
                f"1\t{name}\t{name}\tPROPN\tNNP\t_\t2\tnsubj\t_\t_",
                f"2\t{verb}\t{lemma}\tVERB\tVBZ\t_\t0\troot\t_\t_",
                "3\tdogs\tdog\tNOUN\tNNS\t_\t2\tobj\t_\tSpaceAfter=No",
                "4\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_",
                "",
            ]
    return "\n".join(rows) + "\n"


def _silver(number: int, text: str) -> str:
    tags = ("NNP", "VBZ", "CD", "NNS", "IN", "NNP", ".")
    heads = (2, 0, 4, 2, 6, 2, 2)
    deps = ("nsubj", "root", "nummod", "dobj", "case", "nmod", "punct")
    kinds = ("PERSON", "O", "NUMBER", "O", "O", "LOCATION", "O")
    rows = [f"# newdoc id = silver{number}", "# sent_id = 1"]
    at = 0
    for place, word in enumerate([*text.removesuffix(".").split(), "."]):
        start = text.index(word, at)
        at = start + len(word)
        misc = f"start={start}|end={at}|NER={kinds[place]}"
        gold = f"{tags[place]}\t_\t{heads[place]}\t{deps[place]}"
        rows.append(f"{place + 1}\t{word}\t{word}\t_\t{gold}\t_\t{misc}")
    return "\n".join(rows) + "\n\n"
