#!/bin/sh
# machine.sh up|down N: one machine with a worker more or less. This one is for machines worker-1, worker-2, … that are
# always there, set up by `jbcalling deploy plan --role worker`, and reached over SSH: only their workers come and go.
# For a cloud, call its own program instead, with an image in which that worker starts at boot; let `down` stop the
# worker as here before the machine is deleted: it drains within a minute.
set -eu
case "$1" in
up) ssh "worker-$2" systemctl start jbcalling-worker@1 ;;
down) ssh "worker-$2" systemctl stop jbcalling-worker@1 ;;
esac
