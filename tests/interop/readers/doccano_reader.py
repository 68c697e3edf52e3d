"""doccano's own import takes our JSON lines, on a database of its own."""

import json
import os
import sys
from pathlib import Path

files, work = Path(sys.argv[1]), Path(sys.argv[2])
os.environ.update(
    {
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "DATABASE_URL": f"sqlite:///{work / 'doccano.sqlite3'}",
        "DEBUG": "False",
    }
)
import backend

sys.path.insert(0, str(Path(backend.__file__).parent))
import django

django.setup()
from data_import.datasets import load_dataset
from data_import.pipeline.catalog import create_file_format
from data_import.pipeline.readers import FileName
from django.contrib.auth.models import User
from django.core.management import call_command
from examples.models import Example
from labels.models import Span
from projects.models import SequenceLabelingProject

call_command("migrate", verbosity=0)
call_command("create_roles", verbosity=0)
user = User.objects.create_superuser("olga", "olga@example.org", "a password")
project = SequenceLabelingProject.objects.create(
    name="Claims", project_type="SequenceLabeling", created_by=user, allow_overlapping=True
)
path = str(files / "doccano.jsonl")
dataset = load_dataset(
    "SequenceLabeling",
    create_file_format("JSONL"),
    [FileName(full_path=path, generated_name=path, upload_name="doccano.jsonl")],
    project,
    column_data="text",
    column_label="label",
)
dataset.save(user, batch_size=100)
assert [str(error) for error in dataset.errors] == [], dataset.errors
sent = [json.loads(line) for line in Path(path).read_text().splitlines()]
assert Example.objects.count() == len(sent)
wanted = [(line["text"], *label) for line in sent for label in line["label"]]
got = [
    (span.example.text, span.start_offset, span.end_offset, span.label.text)
    for span in Span.objects.select_related("example", "label")
]
assert sorted(got) == sorted(wanted), (got, wanted)
meta = Example.objects.exclude(text="Nothing here.").get().meta
assert meta["title"] == "=1+1, said the minister"
print(len(sent), "texts,", len(got), "spans; metadata:", sorted(meta)[:5])
