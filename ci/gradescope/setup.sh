#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image of the assignment.
# The same Python and the same packages as on the machine that made this archive are installed, beside
# the Python of the image, which Gradescope needs for itself.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
cd "$root/source"
. ./settings.sh

if ! python3 -m pip --version > /dev/null 2>&1; then
  apt-get update
  apt-get install -y --no-install-recommends python3-pip
fi
python3 -m pip install --quiet --target "$root/uv" uv
export PYTHONPATH="$root/uv"
python3 -m uv venv --quiet --python "$PYTHON_VERSION" "$root/backprop"
python3 -m uv pip install --quiet --python "$root/backprop/bin/python" -r requirements.txt ./*.whl
"$root/backprop/bin/backprop" --version
