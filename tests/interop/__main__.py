"""Let other people's programs read our exports: ``python -m tests.interop [NAME …]``.

Each reader is installed in a virtual environment of its own, in a folder that is removed at the
end, or kept with ``--keep FOLDER``. It needs the package index, and is no part of the normal run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Reader:
    packages: tuple[str, ...]
    # Versions of Python that it runs on, the first one that is there.
    pythons: tuple[str, ...] = ("3.11", "3.12", "3.10")


# Pinned, so that what was read once is read again.
READERS = {
    "datasets": Reader(("datasets==5.2.0",)),
    "doccano": Reader(
        ("doccano==1.8.4", "marshmallow<4", "numpy<2", "setuptools<81"), ("3.10", "3.9")
    ),
    "label_studio": Reader(("label-studio==1.23.2",)),
    "extruct": Reader(("extruct==0.18.0",)),
    "brat": Reader(("bratly==0.1.4",)),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.interop", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(READERS))
    parser.add_argument("--keep", type=Path, help="where environments and files stay")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(READERS):
        parser.error(f"no reader named {', '.join(sorted(unknown))}")
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="factcheck-interop-"))
    folder.mkdir(parents=True, exist_ok=True)
    failed = []
    try:
        files = folder / "files"
        print("writing the exports …", flush=True)
        subprocess.run([sys.executable, "-m", "tests.interop.files", files], check=True)
        print("publishing on a running site …", flush=True)
        subprocess.run([sys.executable, "-m", "tests.interop.site", files], check=True)
        for name in chosen.names or READERS:
            print(f"=== {name}: {' '.join(READERS[name].packages)}", flush=True)
            python = environment(name, folder / name)
            work = Path(tempfile.mkdtemp(dir=folder))
            clean = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO")}
            done = subprocess.run(
                [python, HERE / "readers" / f"{name}_reader.py", files, work],
                env={**clean, "PYTHONDONTWRITEBYTECODE": "1"},
                check=False,
            )
            print("read" if done.returncode == 0 else "NOT READ", flush=True)
            failed += [name] if done.returncode else []
    finally:
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(f"not read: {', '.join(failed)}" if failed else 0)


def environment(name: str, folder: Path) -> Path:
    """The Python of a virtual environment with the reader in it."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([interpreter(READERS[name].pythons), "-m", "venv", folder], check=True)
        install = [python, "-m", "pip", "install", "--quiet", *READERS[name].packages]
        subprocess.run(install, check=True)
        (folder / "ready").write_text(json.dumps(READERS[name].packages))
    return python


def interpreter(versions: tuple[str, ...]) -> str:
    """One of these versions that is there and runs: a name on the path may be an empty shim."""
    for version in versions:
        found = [shutil.which(f"python{version}")]
        found += [str(path) for path in Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
        for path in filter(None, found):
            runs = subprocess.run([path, "-c", "import venv"], capture_output=True, check=False)
            if runs.returncode == 0:
                return path
    sys.exit(f"none of Python {', '.join(versions)} is here")


if __name__ == "__main__":
    main()
