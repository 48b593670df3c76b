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
# Calls are held in real time and need the machine for themselves, without the browsers of other tests; what holds none
# shares it.
calls=(tests/client tests/e2e tests/media tests/watching tests/tasks/test_pipeline.py)
failed=0
python -m pytest -n 2 --dist loadfile "${calls[@]/#/--ignore=}" || failed=1
for one in "${calls[@]}"; do
  python -m pytest "$one" || failed=1
done
exit $failed
