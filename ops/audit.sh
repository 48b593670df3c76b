#!/usr/bin/env bash
# Known vulnerabilities of what is locked: Python by pip-audit, Node by npm. Both ask public databases.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PWD/.tools/uv/bin:$PWD/.venv/bin:$PATH"
status=0
for lock in requirements requirements-dev node uv; do
  echo "== ops/$lock.lock"
  # --strict: what cannot be looked up counts as a failure, not as safe.
  uv tool run pip-audit --strict --disable-pip --require-hashes -r "ops/$lock.lock" || status=1
done
for folder in app/media/sfu static; do
  echo "== $folder/package-lock.json"
  (cd "$folder" && npm audit --package-lock-only) || status=1
done
exit $status
