#!/usr/bin/env bash
# Sets up .venv if needed, then runs all tests; arguments go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
.venv/bin/ruff check .
.venv/bin/ruff format --check .
# Two files at a time; most of the work is single-threaded tracing.
exec .venv/bin/python -m pytest -q -n 2 --dist loadfile "$@"
