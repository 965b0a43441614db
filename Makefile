# Florin's commands. `make demo` and `make test` need nothing but python3 and this folder.
.DELETE_ON_ERROR:
.PHONY: demo test check lint format messages bench chaos siege pictures lock clean

BIN = .venv/bin
RUNTIME = .venv/.installed-runtime
DEVELOPMENT = .venv/.installed-development

demo: $(RUNTIME)  ## Start everything on this machine; Ctrl-C stops it.
	@exec $(BIN)/florin demo

test: lint  ## Everything that must be green: style, types, imports, migrations, tests.
	sh tools/install-chromium
	$(BIN)/pytest --numprocesses=2 --dist=loadgroup --durations=10

check: test

lint: $(DEVELOPMENT)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/djangofmt --check --quiet src/florin/screens
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/florin manage makemigrations --check --dry-run

format: $(DEVELOPMENT)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/djangofmt --quiet src/florin/screens

messages: $(RUNTIME)  ## Renew the catalogues of translations; needs gettext.
	sh tools/renew-messages

bench: $(DEVELOPMENT)  ## Measure speed; takes a few minutes.
	$(BIN)/python -m bench

chaos: $(DEVELOPMENT)  ## Crowds, thousands of payments, hundreds of kills; takes about two hours.
	cd tests && ../$(BIN)/python -m chaos

siege: $(DEVELOPMENT)  ## Attack a running server and measure its pages; a few minutes on an idle machine.
	cd tests && ../$(BIN)/python -m siege

pictures: $(DEVELOPMENT)  ## Take the pictures of the documents anew, in a demo; a few minutes.
	sh tools/install-chromium
	cd tests && ../$(BIN)/python -m pictures

lock: $(DEVELOPMENT)  ## Renew the locked versions.
	$(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --group build pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --constraints requirements.txt --group dev pyproject.toml --output-file requirements-dev.txt

clean:
	rm -rf .venv var

$(RUNTIME): requirements.txt pyproject.toml tools/make-venv
	sh tools/make-venv requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt requirements.txt pyproject.toml tools/make-venv
	sh tools/make-venv requirements-dev.txt
	@touch $@ $(RUNTIME)
