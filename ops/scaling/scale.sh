#!/bin/sh
# Machines with workers by load: docs/scaling.md. jbcalling-scale.timer calls this on the edge twice a minute.
# Machine N is the unit jbcalling-machine@N, which starts and ends it by a script of yours (`machine.sh`).
set -eu
least=${LEAST:-1} most=${MOST:-4} quiet=${QUIET_MINUTES:-10}
since=${RUNTIME_DIRECTORY:-/run}/busy # touched whenever all that there are were wanted
[ -e "$since" ] || touch "$since"

wanted=$(jbcalling workers wanted --least "$least" --most "$most" --seconds "${LOOK_SECONDS:-5}")
there=0
while systemctl --quiet is-active "jbcalling-machine@$((there + 1))"; do there=$((there + 1)); done

if [ "$wanted" -ge "$there" ]; then touch "$since"; fi
if [ "$wanted" -gt "$there" ]; then
    systemctl start --no-block $(seq -f 'jbcalling-machine@%g' $((there + 1)) "$wanted")
elif [ "$wanted" -lt "$there" ] && [ -z "$(find "$since" -mmin "-$quiet")" ]; then
    systemctl stop "jbcalling-machine@$there" # one at a time: its worker finishes what it is at, others hear on
    touch "$since"
fi
