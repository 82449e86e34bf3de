#!/usr/bin/env bash
# Sets up the environment if needed, then runs all tests: the numerical ones twice, with
# oneDNN on and off, as TensorFlow computes by other kernels without it, and the examples
# in docstrings. `bash tools/test.sh --long` also runs the tests marked as long, which try
# properties of a stage on all the other stages. Other arguments go to pytest, which then
# runs once:
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
if [ "${1:-}" = --long ]; then
  form=""
elif [ $# -gt 0 ]; then
  "${pytest[@]}" "$@"
  exit
else
  form=" and not long"
fi
TF_ENABLE_ONEDNN_OPTS=1 "${pytest[@]}" -m "numerical$form"
TF_ENABLE_ONEDNN_OPTS=0 "${pytest[@]}" -m "numerical$form"
# In turns, as TensorFlow keeps memory of every graph that a process has made.
turns=4
files=(tests/test_*.py)
for ((turn = 0; turn < turns; turn++)); do
  chosen=()
  for ((i = turn; i < ${#files[@]}; i += turns)); do
    chosen+=("${files[i]}")
  done
  "${pytest[@]}" -m "not numerical$form" "${chosen[@]}"
done
# The page has no examples in its docstrings, and some of its files need Gradio.
"$VENV"/bin/python -m pytest -q --doctest-modules vqinpaint/*/ vqinpaint/api.py \
  --ignore-glob='vqinpaint/web/*.py'
[ -z "$form" ] || echo "All tests of the short form passed; bash tools/test.sh --long runs all there are."
