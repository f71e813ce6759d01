#!/usr/bin/env bash
# Turns the .in files beside it into .txt files that hold versions and hashes and name no registry.
# Versions that still fit are kept; `requirements/lock.sh --upgrade` takes the newest.
set -euo pipefail
cd "$(dirname "$0")"
for name in build runtime dev; do
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --no-annotate "$@" "$name.in" --output-file "$name.txt"
done
