"""Fingerprinted static files, ES module imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites ``import … from "./x.js"`` to the fingerprinted name, to be cached for ever.

    In our own scripts alone: others' are no modules, and looking for imports in their megabytes,
    anew in each pass, took most of a first start.
    """

    patterns = tuple(
        (glob, rules)
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
        if glob == "*.css"
    )
    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "annotations/js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
    # A pass for each step of the longest chain of imports.
    max_post_process_passes = 12
