#!/usr/bin/env bash
# Trains everything that reads words, from a folder of public sets (docs/care/data.md): `make care-train DATA=folder`.
# One thread, seeds, locked versions and the same arithmetic on every processor: the same bytes each time. The encoder is the
# exception: see docs/care/models/encoder.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
data="${1:?Usage: make care-train DATA=folder}"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE=Haswell PYTHONHASHSEED=0
mkdir -p .venv/train-encoder/work
.venv/train/bin/python training/care/small.py "$data" .venv/train-encoder/work/small.npz
.venv/train/bin/python training/care/statements.py "$data"
.venv/train/bin/python training/care/answers.py "$data"
.venv/bin/python training/care/spoken.py "$data"
training/care/encoder.sh "$data"
