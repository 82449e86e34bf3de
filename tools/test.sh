#!/usr/bin/env bash
# Sets up the environment if needed, then runs all tests; arguments go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
"$VENV"/bin/ruff check .
"$VENV"/bin/ruff format --check .
# Two files at a time; most of the work is single-threaded tracing.
exec "$VENV"/bin/python -m pytest -q -n 2 --dist loadfile "$@"
