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
# Of models that many tests need, in all processes below.
VQINPAINT_TEST_EXPORT=$(mktemp -d)
export VQINPAINT_TEST_EXPORT
trap 'rm -rf "$VQINPAINT_TEST_EXPORT"' EXIT
if [ $# -gt 0 ]; then
  "${pytest[@]}" "$@"
  exit
fi
TF_ENABLE_ONEDNN_OPTS=1 "${pytest[@]}" -m numerical
TF_ENABLE_ONEDNN_OPTS=0 "${pytest[@]}" -m numerical
# In turns, as TensorFlow keeps memory of every graph that a process has made.
turns=4
files=(tests/test_*.py)
for ((turn = 0; turn < turns; turn++)); do
  chosen=()
  for ((i = turn; i < ${#files[@]}; i += turns)); do
    chosen+=("${files[i]}")
  done
  "${pytest[@]}" -m "not numerical" "${chosen[@]}"
done
# The page has no examples in its docstrings, and some of its files need Gradio.
"$VENV"/bin/python -m pytest -q --doctest-modules vqinpaint/*/ vqinpaint/api.py \
  --ignore-glob='vqinpaint/web/*.py'
