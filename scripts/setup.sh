#!/usr/bin/env bash
# Brings .venv and the compiled engine up to date. `make app` and `make test` call it; it does nothing when nothing has changed.
#
#   scripts/setup.sh app     what runs the app (requirements.txt)
#   scripts/setup.sh dev     that, and what checks and tests it (requirements-dev.txt)
#   scripts/setup.sh browser a Chromium for the browser tests; prints its path
#
# PYTHON   the Python (3.11 or newer) to make .venv from; python3 if not set
# PIP_ARGS more arguments for pip, say the index of the CPU-only build of torch
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PYTHON=${PYTHON:-python3}
VENV_PYTHON=.venv/bin/python

say() { printf '%s\n' "setup: $*" >&2; }
fail() { say "$@"; exit 1; }

# ---- Debian packages: only where apt-get may be used without asking for a password

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_apt() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

apt_install() {
    say "installing $* with apt-get"
    as_root apt-get update -qq >&2 || say "apt-get update failed; trying with the package lists at hand"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# ---- the virtual environment

python_version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

require_python() {
    command -v "$PYTHON" >/dev/null ||
        fail "there is no '$PYTHON'. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3 ..."
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "'$PYTHON' is Python $(python_version "$PYTHON"); bnviz needs 3.11 or newer." \
            "Name a newer one: make PYTHON=python3.12 ..."
}

venv_works() { "$VENV_PYTHON" -m pip --version >/dev/null 2>&1; }

make_venv() {
    require_python
    local package log
    package="python$(python_version "$PYTHON")-venv"
    log=$(mktemp)
    say "making .venv with $("$PYTHON" --version)"
    if ! "$PYTHON" -m venv --clear .venv >"$log" 2>&1; then
        if can_apt && apt_install "$package" && "$PYTHON" -m venv --clear .venv >"$log" 2>&1; then
            :
        else
            cat "$log" >&2
            rm -rf .venv "$log"
            fail "'$PYTHON -m venv' does not work here, so there is nothing to install into." \
                "On Debian and Ubuntu install it with:  sudo apt-get install $package   then run make again."
        fi
    fi
    rm -f "$log"
}

# The stamp says what .venv was made from: another folder, Python, or pin makes it out of date.
fingerprint() {
    pwd -P
    "$VENV_PYTHON" --version
    cat "$@" pyproject.toml | cksum
}

install_requirements() {
    local name=$1 stamp=.venv/bnviz-$1.stamp wanted
    shift
    venv_works || make_venv
    wanted=$(fingerprint "$@")
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
    say "installing ${!#} into .venv (a few minutes the first time)"
    rm -f "$stamp"
    # PIP_ARGS holds several words on purpose.
    # shellcheck disable=SC2086
    "$VENV_PYTHON" -m pip install --quiet --disable-pip-version-check ${PIP_ARGS:-} -r "${!#}" ||
        fail "pip could not install ${!#}: see its message above. Behind a proxy or with an index of your own," \
            "pass pip's options on: make PIP_ARGS='--index-url ...' ..."
    printf '%s\n' "$wanted" >"$stamp"
    say "$name is ready"
}

# ---- the compiled engine: its machine code is made once for all processes, beside the sources or in ~/.cache

ENGINE_FOLDER=bnviz/core/__pycache__

compile_engine() {
    local stamp=.venv/bnviz-engine.stamp wanted
    wanted=$(cat bnviz/core/kernel*.py "$@" | cksum)
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && compgen -G "$ENGINE_FOLDER/kernel-*" >/dev/null; then
        return
    fi
    say "compiling the fast engine (half a minute; only after an update again)"
    if "$VENV_PYTHON" -m bnviz compile >&2; then
        printf '%s\n' "$wanted" >"$stamp"
    else
        say "going on without it: the app starts all the same"
    fi
}

# ---- the browser

BROWSERS="chromium chromium-browser google-chrome google-chrome-stable"

# The path of the browser, on stdout: $CHROMIUM, else an installed one, else what `playwright install chromium` fetched.
find_browser() {
    local name
    if [ -n "${CHROMIUM:-}" ]; then echo "$CHROMIUM" && return; fi
    for name in $BROWSERS; do
        command -v "$name" && return
    done
    "$VENV_PYTHON" - 2>/dev/null <<'PY'
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    path = pathlib.Path(playwright.chromium.executable_path)
path.exists() or sys.exit(1)
print(path)
PY
}

# Playwright drives the browser with a Node.js of its own, which needs a library that a bare Debian lacks.
playwright_runs() { "$VENV_PYTHON" -m playwright --version >/dev/null 2>&1; }

has_fonts() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=el family 2>/dev/null)" ]; }

require_browser() {
    [ -z "${CHROMIUM:-}" ] || [ -x "$CHROMIUM" ] || fail "CHROMIUM=$CHROMIUM is no program. Name one, or unset it."
    if ! playwright_runs; then
        can_apt && apt_install libatomic1
        playwright_runs || fail "Playwright, which drives the browser in the tests, does not start:" \
            "$("$VENV_PYTHON" -m playwright --version 2>&1 | head -n 1)" \
            "  On Debian this helps:  sudo apt-get install libatomic1"
    fi
    if ! find_browser >/dev/null; then
        can_apt && apt_install chromium fontconfig fonts-dejavu-core fonts-liberation && hash -r
        find_browser >/dev/null || fail "the browser tests need Chromium or Chrome and there is none." \
            "On Debian install it with:  sudo apt-get install chromium" \
            "  Elsewhere:  .venv/bin/python -m playwright install chromium   or set CHROMIUM=/path/to/chrome." \
            "  To run the other tests:  make test PYTEST_ARGS=\"-m 'not browser'\" BROWSER=no"
    elif [ "$(uname -s)" = Linux ] && ! has_fonts && can_apt; then
        apt_install fontconfig fonts-dejavu-core fonts-liberation || say "no fonts were installed; going on"
    fi
    find_browser
}

case "${1:-}" in
    app)
        install_requirements app requirements.txt
        compile_engine requirements.txt
        ;;
    dev)
        install_requirements dev requirements.txt requirements-dev.txt
        compile_engine requirements.txt
        ;;
    browser) require_browser ;;
    *) fail "say what to set up: app, dev or browser" ;;
esac
