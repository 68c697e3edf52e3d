"""Fingerprinted static files, ES module imports included."""

import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN_SCRIPTS = "annotations/js/"
# Comments that have lines to themselves, as all of ours have.
_COMMENTS = re.compile(rb"^[ \t]*(?://[^\n]*|/\*\*.*?\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites ``import … from "./x.js"`` to the fingerprinted name, to be cached for ever.

    In our own scripts alone: others' are no modules, and looking for imports in their megabytes,
    anew in each pass, took most of a first start. Ours are served without their comments, which
    are a fifth of what a page would load.
    """

    patterns = tuple(
        (glob, rules)
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
        if glob == "*.css"
    )
    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        f"{OWN_SCRIPTS}*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
    # A pass for each step of the longest chain of imports.
    max_post_process_passes = 12

    def _save(self, name: str, content: Any) -> str:
        if name.startswith(OWN_SCRIPTS) and name.endswith(".js"):
            content.seek(0)
            content = ContentFile(_COMMENTS.sub(b"", content.read()))
        saved: str = super()._save(name, content)
        return saved
