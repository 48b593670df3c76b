#!/bin/bash
# Builds both images and runs them as docs/containers.md says, where no image registry is at hand: on a base that is
# bootstrapped from Debian's packages, with Podman, whose socket Compose talks to. Settings, ports and processes are in
# namespaces that end with this script; images stay for the next time, in STORE.
# Needs root and: apt-get install --no-install-recommends podman buildah crun uidmap conmon mmdebstrap docker-compose
set -euo pipefail
self=$(realpath "$0")
cd "$(dirname "$self")/../.."
STORE=${STORE:-/var/tmp/jbcalling-containers}
RUNNING=/run/jbcalling-containers
CACHE=${JBC_CACHE:-$HOME/.cache/jbcalling}

podman() { command podman --root "$STORE/storage" --runroot "$RUNNING" --cgroup-manager cgroupfs "$@"; }

# What this machine trusts, and a media worker that it has built before, come from here: a company's network signs with
# its own authority, and building one takes minutes.
build() {
  mkdir -p "$STORE" "$CACHE/mediasoup-worker"
  if ! podman image exists localhost/debian-base; then
    mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm - | podman import - localhost/debian-base
  fi
  for target in edge worker; do
    echo "=== building jbcalling-$target"
    podman build --quiet --isolation chroot --network=host --build-arg BASE=localhost/debian-base --target "$target" \
      --volume /etc/ssl/certs:/etc/ssl/certs:ro --volume "$CACHE/mediasoup-worker:/var/cache/jbcalling/mediasoup-worker" \
      --ignorefile ops/containers/Containerfile.dockerignore \
      --tag "jbcalling-$target" --file ops/containers/Containerfile .
  done
  podman images
}

# Whether `web` has nothing to complain of, but for what it says.
well() {
  curl -sf http://127.0.0.1:8000/ready | python3 -c '
import json, sys
found = {name: each["state"] for name, each in json.load(sys.stdin)["dependencies"].items()}
print(found)
sys.exit({*found.values()} != {"ok"})'
}

# Limits that this machine may set: some let not even root raise any, or protect a process from the kernel's killer.
limits() {
  local given=""
  (ulimit -n 65536) 2>/dev/null || given="ulimits: {nofile: $(ulimit -Hn), nproc: $(ulimit -Hu)}, "
  (echo -500 >/proc/self/oom_score_adj) 2>/dev/null || given+="oom_score_adj: $(cat /proc/self/oom_score_adj)"
  echo "services:"
  for name in redis sfu migrate web bridge worker installer; do echo "  $name: {$given}"; done
}

run() {
  ip link set lo up
  mkdir -p /etc/jbcalling
  mount -t tmpfs tmpfs /etc/jbcalling
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir "$RUNNING"
  umount /sys/fs/cgroup/unified 2>/dev/null || true # crun knows each version of cgroups, and not both at once
  podman rm --all --force --time 1 && podman volume rm --all --force
  trap 'podman rm --all --force --time 1 >/dev/null; podman volume rm --all --force >/dev/null' EXIT

  podman run --rm --network none --read-only --tmpfs /out:mode=1777 jbcalling-edge sh -c \
    'jbcalling deploy plan --role all --out /out/plan --domain calls.example.org --address 127.0.0.1 >&2 &&
     tar -C /out/plan -c etc/jbcalling' | tar -C / -x --no-same-owner
  echo 'MODELS_AUTO="0"' >>/etc/jbcalling/jbcalling.env
  podman run --rm --network none --user root --volume /etc/jbcalling:/etc/jbcalling \
    --env JBC_SECRETS=/etc/jbcalling/secrets.env jbcalling-edge jbcalling secrets

  podman system service --time=0 "unix://$RUNNING/socket" &
  until [ -S "$RUNNING/socket" ]; do sleep 0.1; done
  export DOCKER_HOST="unix://$RUNNING/socket" COMPOSE=docker-compose
  limits >"$RUNNING/limits.yml"
  compose() { ops/containers/compose.sh --file "$RUNNING/limits.yml" --profile edge --profile worker "$@"; }
  # The models of this machine, so that none has to be fetched.
  podman run --rm --network none --user root --volume "$CACHE/models:/given:ro" \
    --volume jbcalling_models:/var/cache/jbcalling/models jbcalling-worker \
    sh -c 'cp -rL /given/. /var/cache/jbcalling/models'
  compose up --detach
  if ! timeout 180 bash -c "$(declare -f well); until well; do sleep 1; done"; then
    compose logs --tail 20
    exit 1
  fi
  for name in redis sfu web bridge worker installer; do
    podman exec "$(compose ps --quiet "$name")" sh -c '
      ! touch /opt/jbcalling/x 2>/dev/null && ! touch /etc/x 2>/dev/null || { echo "its root can be written"; exit 1; }
      grep -q "^CapEff:.*0000000000000000$" /proc/1/status || { echo "it has capabilities"; exit 1; }
      grep -q "^NoNewPrivs:.*1$" /proc/1/status || { echo "it may gain privileges"; exit 1; }
      echo "$(id -un): $(tr "\0" " " < /proc/1/cmdline)"'
  done
  compose stop
}

case "${1:-}" in
--run) run ;;
*)
  build
  unshare --net --mount --pid --fork --kill-child --mount-proc "$self" --run
  ;;
esac
