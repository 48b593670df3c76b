#!/usr/bin/env bash
# Pins the newest allowed versions of everything: versions and digests, no host names.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -q "$@"; }
compile pyproject.toml -o ops/requirements.lock
compile --group dev pyproject.toml -o ops/requirements-dev.lock
for name in uv node mediasoup-worker/build; do compile "ops/$name.in" -o "ops/$name.lock"; done
compile ops/extras/xtts.in -o ops/extras/xtts.lock
for folder in app/media/sfu static; do (cd "$folder" && npm update --package-lock-only --omit-lockfile-registry-resolved); done
