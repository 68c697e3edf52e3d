"""Every export of one corpus, made by the services: ``python -m tests.interop.files FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path


def main(folder: Path) -> None:
    from tests.environment import set_up_django

    set_up_django()
    import time_machine
    from django.db import connection

    from annotations.exporting import FORMATS, Options, export
    from tests import factories
    from tests.formats.conftest import START, _build

    folder.mkdir(parents=True, exist_ok=True)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with time_machine.travel(START, tick=False) as clock:
            exhibit = _build(clock)
            text = exhibit.article.text.text
            # Over a line break, and over other claims.
            start, end = text.index("while prices"), text.index("closed")
            spans = [(start, end, text[start:end])]
            factories.make_claim(exhibit.article, exhibit.cast.reviewer, spans=spans)
        options = Options(
            labels="both",
            publisher="Ex News",
            publisher_url="https://ex.org",
            page="https://ex.org/fc/{uid}",
        )
        for name, format_ in FORMATS.items():
            pieces = export(exhibit.cast.corpus, format_, options=options, exported_at=START)
            (folder / f"{name}.{format_.extension}").write_bytes(b"".join(pieces))
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
