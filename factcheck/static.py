"""Fingerprinted static files, ES module imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites ``import … from "./x.js"`` to the fingerprinted name, to be cached for ever."""

    support_js_module_import_aggregation = True
    # A pass for each step of the longest chain of imports.
    max_post_process_passes = 12
