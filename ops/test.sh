#!/usr/bin/env bash
# Every test: Node (SFU, browser client), then Python with real Redis, PostgreSQL, models, mediasoup and Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PWD/.venv/bin:$PATH"
export MEDIASOUP_WORKER_BIN="$PWD/.tools/bin/mediasoup-worker"
(cd app/media/sfu && npm run --silent check && npm test --silent)
(cd static && npm run --silent check && npm test --silent)
exec python -m pytest "$@"
