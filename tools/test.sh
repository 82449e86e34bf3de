#!/usr/bin/env bash
# Sets up the environment if needed, then runs all tests: the numerical ones twice, with
# oneDNN on and off, as TensorFlow computes by other kernels without it, and the examples
# in docstrings. Arguments go to pytest, which then runs once:
#   bash tools/test.sh tests/test_layers.py
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
"$VENV"/bin/ruff check .
"$VENV"/bin/ruff format --check .
"$VENV"/bin/mypy
# Two files at a time; most of the work is single-threaded tracing.
pytest=("$VENV"/bin/python -m pytest -q -n 2 --dist loadfile)
if [ $# -gt 0 ]; then
  exec "${pytest[@]}" "$@"
fi
TF_ENABLE_ONEDNN_OPTS=1 "${pytest[@]}" -m numerical
TF_ENABLE_ONEDNN_OPTS=0 "${pytest[@]}" -m numerical
"${pytest[@]}" -m "not numerical"
"$VENV"/bin/python -m pytest -q --doctest-modules vqinpaint/*/ vqinpaint/api.py
