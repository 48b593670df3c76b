#!/usr/bin/env bash
# Every test: Node (SFU, browser client), then Python with real Redis, PostgreSQL, models, mediasoup and Chromium.
# --check: those that need no service, model or browser, with lint and types beside them (`make check`).
# With other arguments: pytest with these, and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:$PWD/.venv/bin:$PATH"
unset PYTHONDONTWRITEBYTECODE # a thousand processes start here: each would compile all of its code anew
export MEDIASOUP_WORKER_BIN="$PWD/.tools/bin/mediasoup-worker"
[ $# -eq 0 ] || [ "$1" = --check ] || exec python -m pytest "$@"

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

lint() { ruff check . && ruff format --check . && mypy; }
# Signalling and media in real time: once more where it fails, as with calls (below).
sfu() { hold_sfu sfu || { echo "=== the SFU's tests failed; they are held once more ===" && hold_sfu sfu.again; }; }
hold_sfu() {
  local status=0 began=$SECONDS
  (
    cd app/media/sfu && npm run --silent check &&
      npm test --silent -- --test-reporter=spec --test-reporter-destination=stdout \
        --test-reporter=junit --test-reporter-destination="$results/$1.xml"
  ) || status=$?
  echo "$1 $((SECONDS - began))" >>"$results/parts"
  return $status
}
client() { (cd static && npm run --silent check && npm test --silent); }
# What needs no second look at the screen while it runs: its output comes when it is over.
beside() {
  "$1" >"$results/$1.log" 2>&1 && status=0 || status=$?
  cat "$results/$1.log"
  return $status
}

if [ "${1:-}" = --check ]; then
  mkdir "$results/cache" # without models, and with a guard in tests/support/kinds.py against services
  jobs=()
  for suite in lint sfu client; do
    beside "$suite" &
    jobs+=($!)
  done
  failed=0
  JBC_CACHE="$results/cache" python -m pytest -m unit -n 2 --dist loadfile -q || failed=1
  for job in "${jobs[@]}"; do wait "$job" || failed=1; done
  exit $failed
fi

beside client &
job=$!
failed=0
lint || failed=1
wait "$job" || failed=1
echo "lint-and-client $SECONDS" >"$results/parts"
sfu || failed=1 # by itself: it counts seconds
[ $failed -eq 0 ] || exit 1

# Calls of browsers are held in real time and need the machine for themselves, without the browsers of other tests. What
# only looks at pages, starts and ends processes, or talks to a bridge without models, shares it by two. A machine that
# was busy for a moment fails tests of servers although nothing is broken: what fails is held once more in new processes,
# named at the end, and counts when it fails again. So does everything of a part that did not come to its end: a browser
# that hangs may keep pytest itself from ending.
calls=(tests/client tests/e2e tests/media tests/watching)
callers=(tests/client/test_{call_faults,call_page,captions,first_caption,nat,network,video}.py)
systems=(tests/e2e/test_{admin,call,drafts,faults,front_page,keeping,lossy,machines,privacy,proxy,several,talk,upkeep}.py)
systems+=(tests/e2e/test_while_they_speak.py)
alone=("${callers[@]}" "${systems[@]}")
pairs=(-n 2 --dist loadfile --no-loadscope-reorder)

# pytest with a name for its part, a limit in minutes, and what pytest is given.
hold() {
  local name=$1 limit=$2 status=0 began=$SECONDS
  shift 2
  timeout --foreground --kill-after=30 "${limit}m" python -m pytest --durations=8 --junit-xml="$results/$name.xml" \
    -o cache_dir=".pytest_cache/${name%.again}" "$@" || status=$?
  echo "$name $((SECONDS - began)) ${besides:-}" >>"$results/parts"
  return $status
}
# The same, and once more where it fails.
hold_twice() {
  local name=$1 limit=$2 status=0 what=()
  shift 2
  hold "$name" "$limit" "$@" || status=$?
  case $status in
    0) return ;;
    1)
      echo "=== $name failed; what failed of it is held once more ==="
      what=(--last-failed)
      ;;
    *) echo "=== $name was broken off ($status); all of it is held once more ===" ;;
  esac
  hold "$name.again" "$limit" "${what[@]}" "$@" || failed=1
}
# What starts no program waits for none, and is patient: it takes what the pairs leave of the processor while they wait.
unit_and_models() {
  local besides=beside
  renice -n 19 "$BASHPID" >/dev/null
  hold_twice unit-and-models 40 -q -m "not service and not browser" tests
  return $failed
}

rest=(-m "service or browser")
beside unit_and_models &
job=$!
hold_twice base 40 "${rest[@]}" "${pairs[@]}" "${calls[@]/#/--ignore=}"
hold_twice pages 40 "${rest[@]}" "${pairs[@]}" "${calls[@]}" "${alone[@]/#/--ignore=}"
wait "$job" || failed=1
hold_twice callers 40 "${rest[@]}" "${callers[@]}"
hold_twice systems 40 "${rest[@]}" "${systems[@]}"
python -m ops.testing "$results"
exit $failed
