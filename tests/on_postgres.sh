#!/bin/sh
# The tests that use a database once more, on PostgreSQL. Browser tests and whole sites choose
# their database themselves, so they are not repeated.
#   sh tests/on_postgres.sh [pytest's arguments]
set -eu

python=.venv/bin/python
if ! reason=$($python -m tests.services_needed postgres); then
    echo "left out: $reason"
    [ "${REQUIRE_ALL:-}" = 1 ] && exit 1
    exit 0
fi
TEST_DATABASE_URL=${POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/postgres}
export TEST_DATABASE_URL
status=0
$python -m pytest --quiet -m "db and not any_database and not browser and not broker and not bench" "$@" || status=$?
# Five: nothing was chosen, as when PYTEST names a test without a database.
[ "$status" = 5 ] && [ -n "${PYTEST:-}" ] && exit 0
exit "$status"
