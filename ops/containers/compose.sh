#!/bin/sh
# Docker Compose with this server's settings and secrets: `ops/containers/compose.sh --profile edge up -d`.
# COMPOSE names another program that reads compose files, as `docker-compose`.
set -eu
set -a
. /etc/jbcalling/jbcalling.env
. /etc/jbcalling/secrets.env
set +a
exec ${COMPOSE:-docker compose} --project-name jbcalling --file "$(dirname "$0")/compose.yml" "$@"
