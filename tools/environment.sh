# Sourced by the scripts beside it: makes a virtual environment from requirements.lock.
# PYTHON=... names the interpreter, 3.9 to 3.13; default: the newest that is found.
# VQINPAINT_VENV=... names the environment's folder; default: .venv.
CDPATH= cd -- "$(dirname "${BASH_SOURCE[0]}")/.."
VENV=${VQINPAINT_VENV:-.venv}

# Whether that interpreter can make the environment. TensorFlow 2.15 keeps its ARM builds in
# packages that the lock does not name, so ARM takes the current tier.
suits() {
  "$1" -c '
import ensurepip, platform, sys, venv
arm = platform.machine().lower() in ("aarch64", "arm64")
sys.exit(not ((3, 12) if arm else (3, 9)) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
  local candidate
  if [ -n "${PYTHON:-}" ]; then
    if suits "$PYTHON"; then
      echo "$PYTHON"
      return
    fi
    echo "vqinpaint: error: PYTHON=$PYTHON is $("$PYTHON" --version 2>&1 | head -n 1), or lacks the venv module; Python 3.9 to 3.13 is wanted (3.12 or 3.13 on ARM)." >&2
    return 1
  fi
  for candidate in python3.13 python3.12 python3.11 python3.10 python3.9 python3 python; do
    if suits "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  echo "vqinpaint: error: no Python 3.9 to 3.13 with the venv module was found (3.12 or 3.13 on ARM); install one, or name it with PYTHON=..." >&2
  return 1
}

release_of() {
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

# $VENV/vqinpaint marks an environment of ours and says for what it was made.
wanted() {
  echo "$(release_of "$1") $(cksum < requirements.lock)"
}

# An environment that is there stays in use, unless PYTHON names another release.
python=$VENV/bin/python
if [ -n "${PYTHON:-}" ] || [ "$(cat "$VENV/vqinpaint" 2>/dev/null)" != "$(wanted "$python")" ]; then
  python=$(find_python) || exit 1
fi
if [ "$(cat "$VENV/vqinpaint" 2>/dev/null)" != "$(wanted "$python")" ] || [ "$(release_of "$VENV/bin/python")" != "$(release_of "$python")" ]; then
  # Version 0.1.0 marked its environments by a file installed-*.
  if [ -e "$VENV" ] && [ ! -e "$VENV/vqinpaint" ] && ! ls "$VENV"/installed-* > /dev/null 2>&1; then
    echo "vqinpaint: error: $VENV is there already and was not made by these scripts; move it away, or name another folder with VQINPAINT_VENV=..." >&2
    exit 1
  fi
  echo "Installing into $VENV from requirements.lock for $("$python" --version) (about 1 GB, once) ..."
  rm -rf "$VENV"
  mkdir -p "$VENV"
  echo unfinished > "$VENV/vqinpaint"
  "$python" -m venv "$VENV"
  # The pip that comes with Python 3.9 and 3.10 trips over extras in hash mode.
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check 'pip>=23.2,<26'
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  wanted "$VENV/bin/python" > "$VENV/vqinpaint"
fi
