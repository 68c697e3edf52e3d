#!/bin/sh
# Makes .venv and installs the requirements, quietly, and only when their list has changed.
#   sh factcheck/venv.sh PYTHON requirements.txt [requirements-dev.txt]
# Each file installed is copied into .venv; a later run compares, which takes no time.
set -u

python=$1
shift

refuse() {
    echo "$1" >&2
    exit 2
}

enough='import sys; sys.exit(sys.version_info < (3, 11))'

if ! .venv/bin/python -c "$enough" 2>/dev/null; then
    version=$("$python" -c 'import sys; sys.stdout.write("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) ||
        refuse "Python 3.11 or newer is needed; found none as '$python'. Name one with PYTHON=/path/to/python3."
    "$python" -c "$enough" 2>/dev/null ||
        refuse "Python 3.11 or newer is needed; found $version ($python). Name another one with PYTHON=/path/to/python3."
    [ -w . ] || refuse "Cannot write to $(pwd); give this account write permission there."
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        refuse "Python $version cannot make a virtual environment here; on Debian and Ubuntu install the package python3-venv."
    fi
fi

for list in "$@"; do
    stamp=.venv/installed-$list
    cmp -s "$list" "$stamp" && continue
    echo "Installing $list (first run, about a minute)…"
    # Python compiles what is loaded when it is loaded; pip would compile five times as much, all of
    # it by one process.
    if ! .venv/bin/python -m pip install --disable-pip-version-check --no-compile --requirement "$list" >.venv/install.log 2>&1; then
        grep '^ERROR' .venv/install.log | head -n 3 >&2
        refuse "Could not install $list; the package index must be reachable. All of it is in .venv/install.log"
    fi
    cp "$list" "$stamp"
done
