#!/usr/bin/env bash
# Sees to it that every command of debian.txt is there: installs what is missing where that is allowed, else says what to do.
set -euo pipefail
cd "$(dirname "$0")"

missing=()
while read -r command package; do
  command -v "$command" >/dev/null || missing+=("$package")
done < <(grep -v '^#' debian.txt)
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo --non-interactive)
if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
  echo "The tests need: ${missing[*]}. Please install them and try again." >&2
  exit 1
fi
echo "Installing Debian packages for the tests: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
