.PHONY: help run lan check test setup setup-check setup-test lint bench fanout queues capacity eval monologue simultaneous load chaos machines update containers soak audit doctor lock catalogue screenshots clean
PYTHON ?= python3
VENV := .venv/bin
# The larger set of recordings where it lies beside the checkout; else tests/data.
EVAL_SET ?= $(wildcard ../shared/eval)

run: setup ## set up what is missing, start every process, print the address
	@exec $(VENV)/jbcalling run

lan: setup ## the same, over HTTPS for everybody in this machine's network (needs Caddy)
	@exec $(VENV)/jbcalling run --lan

help: ## list what make can do
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 15

check: setup-check ## lint, types, unit tests and both Node suites, in three minutes: no service, model or browser
	@ops/test.sh --check

test: setup-test ## set up what is missing and pass everything: lint, types, Python, Node and browser
	@ops/test.sh

setup: ## set up what `make run` needs, and only what is not there yet
	@$(PYTHON) -m ops.setup

setup-check:
	@$(PYTHON) -m ops.setup --check

setup-test: ## set up what `make test` needs, too
	@$(PYTHON) -m ops.setup --test

lint: setup-check ## ruff and mypy
	@$(VENV)/ruff check . && $(VENV)/ruff format --check . && $(VENV)/mypy

bench: setup-test ## run the road with real recordings; table and var/bench.json
	@$(VENV)/python -m ops.measure.bench $(if $(EVAL_SET),--set $(EVAL_SET)) $(BENCH_ARGS)

fanout: setup-test ## 2,000 readers of one room: lag, memory, and what slow readers do to the others
	@$(VENV)/python -m ops.measure.fanout $(FANOUT_ARGS)

queues: setup-test ## a hop through the queues in Redis and in RabbitMQ, and a restart of each; table and var/queues.json
	@$(VENV)/python -m ops.measure.queues $(QUEUES_ARGS)

capacity: setup-test ## simulate how many workers so many rooms need, from var/bench.json
	@$(VENV)/python -m ops.measure.capacity $(CAPACITY_ARGS)

eval: setup-test ## how well it hears, translates and speaks; table and var/eval.json
	@$(VENV)/python -m ops.measure.eval $(if $(EVAL_SET),--set $(EVAL_SET)) $(EVAL_ARGS)

monologue: setup-test ## how far behind a speaker who does not pause a listener is; table and var/monologue.json
	@$(VENV)/python -m ops.measure.monologue $(if $(EVAL_SET),--set $(EVAL_SET)) $(MONOLOGUE_ARGS)

simultaneous: setup-test ## policies of showing words and clauses early, off line; tables and var/simultaneous.json
	@$(VENV)/python -m ops.measure.simultaneous $(if $(EVAL_SET),--set $(EVAL_SET)) $(SIMULTANEOUS_ARGS)

load: setup-test ## calls of 2, 5 and 10 people, several at once; table and var/load.json
	@$(VENV)/python -m ops.measure.load $(LOAD_ARGS)

chaos: setup-test ## break one thing after the other during a call; table and var/chaos.json (root, for a small disk)
	@$(VENV)/python -m ops.measure.chaos $(CHAOS_ARGS)

machines: setup-test ## three hosts out of namespaces of this one hold calls and are killed; table and var/machines.json
	@$(VENV)/python -m ops.measure.machines $(MACHINES_ARGS)

update: setup-test ## update from the version before, and go back, during a call, as the guide says; table and var/update.json
	@$(VENV)/python -m ops.measure.update $(UPDATE_ARGS)

containers: setup-test ## build the images from Debian packages and run them (root; needs podman, mmdebstrap, docker-compose)
	@ops/containers/try.sh

soak: setup-test ## a call of half an hour: does memory or lag grow? table and var/soak.json
	@$(VENV)/python -m ops.measure.soak $(SOAK_ARGS)

doctor: setup ## check versions, ports, worker, models, Redis, database, queues
	@$(VENV)/jbcalling doctor

catalogue: setup-test ## bring the translations of the interface up to date with its texts, and name what is missing
	@$(VENV)/python -m ops.catalogue

screenshots: setup-test ## every page on a phone and a laptop, light and dark, into docs/screenshots
	@PATH="$(CURDIR)/.tools/bin:$(CURDIR)/$(VENV):$$PATH" MEDIASOUP_WORKER_BIN="$(CURDIR)/.tools/bin/mediasoup-worker" \
		$(VENV)/python -m ops.measure.screenshots

lock: setup-test ## pin the newest allowed versions, with digests and without hosts
	@ops/lock.sh

audit: setup-test ## compare the locks with the public databases of known vulnerabilities (needs the Internet)
	@ops/audit.sh
