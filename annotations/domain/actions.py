"""The actions of the workbench, their usual keys, and the presets of keys that differ from these.

Labels are marked for translation, and translated where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .marking import gettext_noop as _

Keys = tuple[str, ...]

# When an action's keys hold: while one reads and decides, while words are chosen by keyboard,
# or in both. Keys of BROWSE and CURSOR never meet; those of ALWAYS meet both.
BROWSE, CURSOR, ALWAYS = "browse", "cursor", "always"

GROUPS: dict[str, str] = {
    "moving": _("Moving"),
    "deciding": _("Deciding"),
    "editing": _("Editing the claim"),
    "spans": _("Words of the claim"),
    "evidence": _("Evidence and verdict"),
    "discussion": _("Discussion"),
    "article": _("Article"),
    "page": _("Page"),
    "choosing": _("While choosing words by keyboard"),
}


@dataclass(frozen=True)
class Action:
    """``name`` is the one that the page's functions have."""

    name: str
    group: str
    keys: Keys
    label: str
    context: str = BROWSE
    # Keys that always belong to it, whatever a person chooses besides.
    fixed: Keys = ()
    # The first key stands for 1, the second for 2, and so on.
    series: bool = False
    # Holding the key down repeats it; a decision is never made by a key that was held too long.
    repeats: bool = False


def _moves(name: str, keys: Keys, label: str) -> Action:
    return Action(name, "choosing", keys, label, CURSOR, repeats=True)


_ALL = (
    Action("next", "moving", ("j", "ArrowDown"), _("Next claim or suggestion"), repeats=True),
    Action("previous", "moving", ("k", "ArrowUp"), _("Previous claim or suggestion"), repeats=True),
    Action("skip", "moving", ("Space",), _("Skip to the next undecided suggestion")),
    Action("search", "moving", ("/",), _("Search the list")),
    Action("accept", "deciding", ("a",), _("Accept the suggestion")),
    Action("reject", "deciding", ("x",), _("Reject the suggestion, or withdraw the claim")),
    Action("flag", "deciding", ("f",), _("Flag the claim for somebody to look at")),
    Action("undo", "deciding", ("u", "Ctrl+z"), _("Undo the last action")),
    Action("redo", "deciding", ("Shift+u", "Ctrl+Shift+z", "Ctrl+y"), _("Redo what was undone")),
    Action("edit", "editing", ("Enter",), _("Edit the claim")),
    Action("startFromWording", "editing", ("w",), _("Start the normalised claim from the wording")),
    Action("type", "editing", ("t",), _("Claim type")),
    Action("claimant", "editing", ("p",), _("Claimant")),
    Action("claimDate", "editing", ("d",), _("Date of the claim")),
    Action("place", "editing", ("l",), _("Place of the claim")),
    Action("tags", "editing", ("#",), _("Tags")),
    Action(
        "newClaim", "spans", ("n",), _("New claim: from the selection, or choose words by keyboard")
    ),
    Action("addFragment", "spans", ("+", "Shift+n"), _("Add the selected words to the claim")),
    Action("useSelection", "spans", ("=",), _("Move the claim to the selected words")),
    Action("startLeft", "spans", ("[",), _("Move the start one word left"), repeats=True),
    Action("startRight", "spans", ("{",), _("Move the start one word right"), repeats=True),
    Action("endRight", "spans", ("]",), _("Move the end one word right"), repeats=True),
    Action("endLeft", "spans", ("}",), _("Move the end one word left"), repeats=True),
    Action("merge", "spans", ("m",), _("Merge with the next claim")),
    Action("split", "spans", ("s",), _("Split the claim in two")),
    Action("evidence", "evidence", ("e",), _("Add evidence")),
    Action("question", "evidence", ("q",), _("Ask a question")),
    Action(
        "rate", "evidence", tuple("123456789"), _("Choose a rating for the verdict"), series=True
    ),
    Action("rationale", "evidence", ("r",), _("Rationale of the verdict")),
    Action("comment", "discussion", ("c",), _("Comment")),
    Action("guidelines", "discussion", ("g",), _("Read the guidelines")),
    Action(
        "submit",
        "article",
        (),
        _("Submit the article and go to the next; in a form, save the form"),
        fixed=("Ctrl+Enter",),
    ),
    Action("previousArticle", "article", ("ArrowLeft",), _("Previous article")),
    Action("nextArticle", "article", ("ArrowRight",), _("Next article")),
    Action("leave", "page", (), _("Leave a field or a mode"), fixed=("Escape",)),
    Action("help", "page", ("?",), _("Show the keys"), ALWAYS),
    _moves("wordLeft", ("ArrowLeft",), _("One word left")),
    _moves("wordRight", ("ArrowRight",), _("One word right")),
    _moves("sentenceUp", ("ArrowUp",), _("Previous sentence")),
    _moves("sentenceDown", ("ArrowDown",), _("Next sentence")),
    _moves("paragraphUp", ("Ctrl+ArrowUp", "PageUp"), _("Previous paragraph")),
    _moves("paragraphDown", ("Ctrl+ArrowDown", "PageDown"), _("Next paragraph")),
    Action("sentence", "choosing", ("s",), _("The whole sentence"), CURSOR),
    Action("paragraph", "choosing", ("p",), _("The whole paragraph"), CURSOR),
    _moves("grow", ("Shift+ArrowRight", "]"), _("Take one word more at the end")),
    _moves("shrink", ("Shift+ArrowLeft", "}"), _("Give back the last word")),
    _moves("growStart", ("[",), _("Take one word more at the start")),
    _moves("shrinkStart", ("{",), _("Give back the first word")),
    _moves(
        "growSentence",
        ("Shift+ArrowDown", "End"),
        _("Take more at the end, to the end of a sentence"),
    ),
    _moves("shrinkSentence", ("Shift+ArrowUp", "Shift+End"), _("Give back the last sentence")),
    _moves("growStartSentence", ("Home",), _("Take more at the start, to the start of a sentence")),
    _moves("shrinkStartSentence", ("Shift+Home",), _("Give back the first sentence")),
    Action("take", "choosing", ("Enter", "n"), _("Make a claim of the chosen words"), CURSOR),
    Action(
        "takeFragment",
        "choosing",
        ("+", "Shift+n"),
        _("Add the chosen words to the open claim"),
        CURSOR,
    ),
    Action("takeSpan", "choosing", ("=",), _("Move the open claim to the chosen words"), CURSOR),
    Action("drop", "choosing", (), _("Choose nothing"), CURSOR, fixed=("Escape",)),
)

ACTIONS: dict[str, Action] = {action.name: action for action in _ALL}


@dataclass(frozen=True)
class Preset:
    label: str
    # What differs from the actions' own keys.
    keys: Mapping[str, Keys]


DEFAULT_PRESET = "factcheck"
PRESETS: dict[str, Preset] = {
    DEFAULT_PRESET: Preset("Factcheck", {}),
    # Its hands know a, x, Space, f and the digits already.
    "prodigy": Preset("Prodigy", {"help": ("h", "?"), "submit": ("Ctrl+s",)}),
    "label_studio": Preset(
        "Label Studio",
        {
            "skip": ("Ctrl+Space", "Space"),
            "leave": ("u",),
            "undo": ("Ctrl+z",),
            "redo": ("Ctrl+Shift+z", "Ctrl+y"),
            "previousArticle": ("Ctrl+ArrowLeft",),
            "nextArticle": ("Ctrl+ArrowRight",),
        },
    ),
}
