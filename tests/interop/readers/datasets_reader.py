"""Hugging Face ``datasets`` loads Parquet with its card, and the JSON lines."""

import sys
import zipfile
from pathlib import Path

from datasets import load_dataset

files, work = Path(sys.argv[1]), Path(sys.argv[2])
with zipfile.ZipFile(files / "parquet.zip") as archive:
    archive.extractall(work / "hub")
for config, rows in (("claims", 4), ("articles", 2)):
    loaded = load_dataset(str(work / "hub"), config, split="train", cache_dir=str(work / "cache"))
    assert len(loaded) == rows, (config, len(loaded))
    print(config, len(loaded), sorted(loaded.features)[:6])
claims = load_dataset(str(work / "hub"), "claims", split="train", cache_dir=str(work / "cache"))
articles = {
    a["id"]: a
    for a in load_dataset(
        str(work / "hub"), "articles", split="train", cache_dir=str(work / "cache")
    )
}
for claim in claims:
    for span in claim["spans"]:
        text = articles[claim["article_id"]]["text"]
        assert text[span["start"] : span["end"]] == span["quote"]
for name in ("jsonl", "fever", "doccano", "prodigy"):
    loaded = load_dataset(
        "json",
        data_files=str(files / f"{name}.jsonl"),
        split="train",
        cache_dir=str(work / "cache"),
    )
    print(name, len(loaded), "rows")
    assert len(loaded) == {"jsonl": 3, "fever": 4, "doccano": 2, "prodigy": 2}[name]
