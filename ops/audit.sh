#!/usr/bin/env bash
# Known vulnerabilities of what is locked: Python by pip-audit, Node by npm. Both ask public databases.
# Ends with 1 where there is a vulnerability, else with 2 where something could not be looked up: that is not safe, but
# says nothing about the locks either.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PWD/.tools/uv/bin:$PWD/.venv/bin:$PATH"
found=0 unknown=0

python -m ops.bundled

# audit LOCK COMMAND…: both programs end with 1 for either reason, and differ in what they print.
audit() {
  local lock=$1 printed status
  shift
  printed=$(timeout 120 "$@" 2>&1)
  status=$?
  if [ $status -eq 0 ]; then
    echo "$lock: nothing known"
  elif grep -qE 'known vulnerabilit|severity vulnerabilit|vulnerabilities \(' <<< "$printed"; then
    printf '%s: VULNERABLE\n%s\n' "$lock" "$printed"
    found=1
  else
    printf '%s: not looked up, the database did not answer:\n%s\n' "$lock" "$(tail -n 3 <<< "$printed")"
    unknown=2
  fi
}

for lock in requirements requirements-dev node uv; do
  # --strict: a package that cannot be looked up counts as a failure, not as safe.
  audit "ops/$lock.lock" uv tool run pip-audit --strict --disable-pip --require-hashes --timeout 15 -r "ops/$lock.lock"
done
for folder in app/media/sfu static; do
  audit "$folder/package-lock.json" npm --prefix "$folder" audit --package-lock-only --fetch-retries=1
done
exit $((found ? found : unknown))
