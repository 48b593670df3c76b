#!/usr/bin/env bash
# Every test: Node (SFU, browser client), then Python with real Redis, PostgreSQL, models, mediasoup and Chromium.
# With arguments: pytest with these, and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PWD/.venv/bin:$PATH"
export MEDIASOUP_WORKER_BIN="$PWD/.tools/bin/mediasoup-worker"
[ $# -eq 0 ] || exec python -m pytest "$@"
(cd app/media/sfu && npm run --silent check && npm test --silent)
(cd static && npm run --silent check && npm test --silent)

# A browser that hangs may keep pytest itself from ending.
held() { timeout --foreground --kill-after=30 40m python -m pytest --durations=8 "$@"; }
# Calls are held in real time and need the machine for themselves, without the browsers of other tests; what holds none
# shares it. A machine that was busy for a moment fails such a test although nothing is broken: what fails is held once
# more in new processes, and counts when it fails again. So does everything of a part that did not come to its end.
calls=(tests/client tests/e2e tests/media tests/watching tests/tasks/test_pipeline.py)
failed=0
python -m pytest -n 2 --dist loadfile "${calls[@]/#/--ignore=}" || failed=1
for one in "${calls[@]}"; do
  status=0
  held "$one" || status=$?
  case $status in
    0) ;;
    1)
      echo "=== $one failed; what failed of it is held once more ==="
      held --last-failed "$one" || failed=1
      ;;
    *)
      echo "=== $one was broken off ($status); all of it is held once more ==="
      held "$one" || failed=1
      ;;
  esac
done
exit $failed
