# Sourced by the scripts beside it: makes a virtual environment from requirements.lock.
# PYTHON=... names the interpreter, 3.9 to 3.13; default: the newest that is found.
# VENV=... names the environment's folder; default: .venv.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
VENV=${VENV:-.venv}

find_python() {
  for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3.10 python3.9 python3 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys, venv; sys.exit(not (3, 9) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
    if [ "$candidate" = "${PYTHON:-}" ]; then
      break
    fi
  done
  echo "vqinpaint: error: no Python 3.9 to 3.13 with the venv module was found${PYTHON:+ at PYTHON=$PYTHON}; install one, or name it with PYTHON=..." >&2
  return 1
}

# File that says: this lock was installed for this release of Python.
stamp_for() {
  local release
  release=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
  echo "$VENV/installed-$release-$(cksum < requirements.lock | tr ' ' '-')"
}

# An environment that is there stays in use, unless PYTHON names another release.
python=$VENV/bin/python
if [ -n "${PYTHON:-}" ] || [ ! -f "$(stamp_for "$python")" ]; then
  python=$(find_python) || exit 1
fi
if [ ! -f "$(stamp_for "$python")" ]; then
  echo "Installing into $VENV from requirements.lock for $("$python" --version) (about 1 GB, once) ..."
  rm -rf "$VENV"
  "$python" -m venv "$VENV"
  # The pip that comes with Python 3.9 and 3.10 trips over extras in hash mode.
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check 'pip>=23.2,<26'
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  touch "$(stamp_for "$VENV/bin/python")"
fi

# Draws faces, makes records of them and trains all stages on them, as far as that is not
# done yet. Arguments: run folder, records, flagfile, then flags of make_sample_data.py.
train_on_drawn_faces() {
  local run=$1 records=$2 flagfile=$3 python=$VENV/bin/python
  shift 3
  if [ ! -f "$records/val.json" ]; then
    $python tools/make_sample_data.py --output="$run/pictures" "$@"
    for split in train val; do
      $python tools/make_tfrecords.py --input="$run/pictures/$split" --output="$records" --split=$split
    done
  fi
  for stage in vqvae structure texture; do
    $python -m vqinpaint.train --stage=$stage --flagfile="$flagfile" --data="$records" --run_dir="$run"
  done
}
