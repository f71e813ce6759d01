#!/usr/bin/env bash
# Turns the .in files beside it into .txt files that hold versions and hashes, and takes addresses out of npm's lock file:
# locks name no registry.
# Versions that still fit are kept; `requirements/lock.sh --upgrade` takes the newest.
set -euo pipefail
cd "$(dirname "$0")"
for name in build runtime care dev audit train train-encoder; do
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --no-annotate "$@" "$name.in" --output-file "$name.txt"
done

node --input-type=module -e '
import { readFileSync, writeFileSync } from "node:fs";
const places = ["../web", "../tests/browser", "../tests/mcp", "../tests/s3"];
for (const file of places.map((place) => `${place}/package-lock.json`)) {
  const lock = JSON.parse(readFileSync(file, "utf8"));
  for (const entry of Object.values(lock.packages)) {
    delete entry.resolved;
    delete entry.funding;
  }
  writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");
}
'
