#!/usr/bin/env bash
# Makes a clean clone ready to run: packages (with Node 24 among them), the sandbox's Python environment, the Pulumi
# engine, the provider plugins of the sandbox, and the functions of the response. Everything lands in node_modules/ and
# .bulwark/; a part that is up to date costs a few milliseconds. Prints to standard error only, so that
# `make -s pulumi-env` can be evaluated.
#
# usage: setup/setup.sh [packages] [sandbox] [engine] [plugins] [functions]    (all of them without arguments)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec 1>&2

readonly data=.bulwark
readonly stamps=$data/stamps
mkdir -p "$stamps" "$data/bin"

say() { printf '%s  %s\n' "$(printf '[%3ds]' "$SECONDS")" "$*"; }
stop() { printf 'setup: %s\n' "$*"; exit 1; }

# A part is up to date while the checksum of what it is made from is the one in its stamp.
fingerprint() { cat "$@" | cksum | tr ' ' '-'; }
fresh() { [ -f "$stamps/$1" ] && [ "$(cat "$stamps/$1")" = "$2" ]; }
done_with() { printf '%s' "$2" >"$stamps/$1"; }

need_node() {
  command -v node >/dev/null || stop "Node.js >= 20 is missing: it installs the packages, which bring the Node 24 that Bulwark runs on. Install it from your distribution or nodejs.org."
  command -v npm >/dev/null || stop "npm is missing: it comes with Node.js; Debian has it as the package npm."
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || stop "Node.js $(node --version) is too old: 20 or newer is needed to install the packages."
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11 python3.10; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      printf '%s' "$candidate"
      return
    fi
  done
  stop "Python >= 3.10 is missing: the sandbox's MiniStack and moto run on it. Install it, or name it: make PYTHON=/path/to/python3 ..."
}

# The npm package of a Node 24 for this platform, pinned in package.json.
bundled_node() {
  local path
  path=$(node -p '`node_modules/node-${process.platform}-${process.arch}/bin/node`')
  if [ -x "$path" ]; then printf '%s' "$path"; return; fi
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 24 ] && { command -v node; return; }
  stop "there is no packaged Node 24 for $(node -p 'process.platform + " " + process.arch'): install Node.js >= 24 yourself, then run this again."
}

packages() {
  local want
  need_node
  want=$(fingerprint package.json package-lock.json)-$(node -p 'process.platform + process.arch')
  if ! fresh packages "$want" || [ ! -d node_modules ]; then
    say "installing packages (npm ci; about a minute)"
    npm ci --no-audit --no-fund --loglevel=error >"$data/packages.log" 2>&1 || { tail -n 20 "$data/packages.log"; stop "npm ci ended with an error; its output is in $data/packages.log"; }
    done_with packages "$want"
    say "packages installed"
  fi
  local binary
  binary=$(bundled_node)
  case $binary in /*) ;; *) binary=$PWD/$binary ;; esac
  [ "$(readlink "$data/bin/node" 2>/dev/null)" = "$binary" ] || ln -sfn "$binary" "$data/bin/node"
}

sandbox() {
  local python want
  python=$(find_python)
  want=$(fingerprint sandbox/requirements.txt)-$("$python" -c 'import sys; print(sys.version_info[:2])' | tr -d ' ')
  if ! fresh sandbox "$want" || [ ! -x "$data/venv/bin/python" ]; then
    say "installing the sandbox's Python packages (MiniStack, moto)"
    rm -rf "$data/venv"
    "$python" -m venv "$data/venv" >"$data/venv.log" 2>&1 || { tail -n 5 "$data/venv.log"; stop "$python has no venv module: on Debian and Ubuntu install the package python3-venv."; }
    "$data/venv/bin/python" -m pip install --disable-pip-version-check --quiet --require-hashes -r sandbox/requirements.txt >>"$data/venv.log" 2>&1 || { tail -n 20 "$data/venv.log"; stop "pip ended with an error; its output is in $data/venv.log"; }
    done_with sandbox "$want"
    say "the sandbox's Python packages are installed"
  fi
}

engine() { "$data/bin/node" engine/install.ts; }

plugins() {
  local want
  want=$(fingerprint package-lock.json $(find sandbox/plugins -name '*.ts' | LC_ALL=C sort))-$PWD
  if ! fresh plugins "$want" || [ ! -d "$data/pulumi-home/plugins" ]; then
    say "bundling the sandbox's provider plugins"
    "$data/bin/node" sandbox/plugins/install.ts "$data/pulumi-home" "$PWD/$data/bin/node" >/dev/null
    done_with plugins "$want"
    say "the sandbox's provider plugins are in $data/pulumi-home"
  fi
}

functions() {
  local want
  want=$(fingerprint package-lock.json setup/lambda-zips.ts $(find remediation -name '*.ts' | LC_ALL=C sort))
  if ! fresh functions "$want" || [ ! -d "$data/lambda" ]; then
    say "packing the functions of the response"
    "$data/bin/node" setup/lambda-zips.ts >/dev/null
    done_with functions "$want"
    say "the functions are in $data/lambda"
  fi
}

# Packages and the Python environment come from different registries and wait mostly for the network: side by side.
if [ $# -eq 0 ]; then
  need_node
  sandbox & python_packages=$!
  failed=0
  (packages) || failed=1
  wait "$python_packages" || failed=1
  [ "$failed" -eq 0 ] || exit 1
  engine
  plugins
  functions
else
  for part in "$@"; do "$part"; done
fi
