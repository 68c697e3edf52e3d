"""brat's files, read by another program than ours, and held to the rules that brat verifies.

The rules are those of ``server/src/verify_annotations.py`` and of the reader's own checks in
``annotation.py`` (https://github.com/nlplab/brat), which is on no package index: types that the
configuration names, no overlap of entities, a trigger for each event and none for anything else,
references to what is there, and words that are those of the text.
"""

import re
import sys
import zipfile
from pathlib import Path

from bratly import AttributeAnnotation, EntityAnnotation, NoteAnnotation

files, work = Path(sys.argv[1]), Path(sys.argv[2])
with zipfile.ZipFile(files / "brat.zip") as archive:
    archive.extractall(work)
sections: dict[str, list[str]] = {}
for line in (work / "annotation.conf").read_text().splitlines():
    # As its configuration's arguments are read.
    for argument in line.partition("\t")[2].split(","):
        assert not argument or re.match(r"^(\S*?):(\S*)$", argument.strip()), argument
    if line.startswith("["):
        current = sections.setdefault(line.strip("[]"), [])
    elif line.strip():
        current.append(line)
entities, events = set(sections["entities"]), set(sections["events"])
values = {
    line.split("\t")[0]: re.search(r"Value:(.*)", line)[1].split("|")
    for line in sections["attributes"]
}
checked = 0
for path in sorted(work.glob("*.ann")):
    text = path.with_suffix(".txt").read_text()
    spans: dict[str, tuple[str, list[tuple[int, int]]]] = {}
    triggers: dict[str, tuple[str, str]] = {}
    others = []
    for line in path.read_text().splitlines():
        key, body, *words = line.split("\t")
        if key[0] == "T":
            kind, _, offsets = body.partition(" ")
            places = [tuple(map(int, place.split(" "))) for place in offsets.split(";")]
            assert kind in entities | events, kind
            assert all(0 <= start < end <= len(text) for start, end in places)
            assert all(a[1] < b[0] for a, b in zip(places, places[1:]))
            assert not any("\n" in text[start:end] for start, end in places)
            assert words == [" ".join(text[start:end] for start, end in places)], line
            assert key not in spans
            spans[key] = (kind, places)
        elif key[0] == "E":
            triggers[key] = tuple(body.split(":"))
        else:
            others.append((key, body))
    for key, (kind, trigger) in triggers.items():
        assert spans[trigger][0] == kind in events, key
    of_events = {trigger for _, trigger in triggers.values()}
    assert of_events == {key for key, (kind, _) in spans.items() if kind in events}
    for key, body in others:
        name, about, *value = body.split(" ", 2)
        assert about in (spans.keys() | triggers.keys()) - of_events, (key, about)
        if key[0] == "A":
            assert value[0] in values[name], (name, value)
            assert " " not in value[0]
    extents = [(places[0][0], places[-1][1]) for kind, places in spans.values() if kind in entities]
    for number, (start, end) in enumerate(extents):
        for other in extents[:number]:
            assert not (start < other[1] and other[0] < end), "entities overlap"
    checked += len(spans)
assert checked == 4
print(checked, "claims, by brat's rules")
# bratly asks more of events than brat does: an argument beside the trigger.
read = 0
for path in sorted(work.glob("*.ann")):
    known = {}
    for line in path.read_text().splitlines():
        about = line.split("\t")[1].partition(" ")[2].split(" ")[0]
        if line[0] == "T":
            entity = EntityAnnotation.from_line(line)
            known[entity.id] = entity
            assert str(entity) == line
        elif line[0] == "A" and about in known:
            assert str(AttributeAnnotation.from_line(line, known)) == line
        elif line[0] == "#" and about in known:
            assert str(NoteAnnotation.from_line(line, known)) == line
        read += 1
print(read, "lines read by bratly, and written the same again")
