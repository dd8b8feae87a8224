# Shared by ./run and ./test: say what is done, install what is missing, build. Sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
export CCACHE_BASEDIR="$ROOT" CCACHE_NOHASHDIR=1
started=$SECONDS

say() { printf '\033[1m[%4ds]\033[0m %s\n' "$((SECONDS - started))" "$*"; }
die() { printf 'beffroi: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "root is needed once, to install Debian packages: $*"
  fi
}

# A port of the loopback that nobody listens on.
free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }

# Debian packages: only what is missing, so that a second run costs nothing.
install_packages() {
  local missing=()
  while read -r package; do
    [ -n "$package" ] || continue
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done < <(sed 's/#.*//' "$ROOT/tools/packages.txt")
  command -v npm >/dev/null || missing+=(nodejs npm)
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || die "this needs Debian 12 (apt-get is not there); packages: ${missing[*]}"
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" | grep -E '^Setting up' | sed 's/^/        /' || true
  for package in "${missing[@]}"; do
    dpkg-query -W "$package" >/dev/null 2>&1 || die "Debian has no package $package here"
  done
}

# npm packages of one folder, pinned by its lock file. A stamp keeps the second run free.
install_npm() {
  local folder=$1
  local stamp="$folder/node_modules/.beffroi-stamp"
  if [ -f "$stamp" ] && [ "$stamp" -nt "$folder/package-lock.json" ]; then return; fi
  say "installing the npm packages of $folder"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  touch "$stamp"
}

# Of a long output: a line every 15 seconds, the last one, and whatever went wrong.
progress() {
  local line="" last="" told=$SECONDS
  while IFS= read -r line || [ -n "$line" ]; do
    if [[ "$line" =~ ^FAILED|error:|warning: ]]; then printf '%s\n' "$line"
    elif [ $((SECONDS - told)) -ge 15 ]; then printf '        %s\n' "$line"; told=$SECONDS
    fi
    last=$line
  done
  printf '        %s\n' "$last"
}

build() {
  local preset=$1
  shift
  [ -f "build/$preset/build.ninja" ] || say "configuring ($preset)"
  cmake --preset "$preset" >"build-$preset.log" 2>&1 || { cat "build-$preset.log"; rm -f "build-$preset.log"; die "cmake --preset $preset failed"; }
  rm -f "build-$preset.log"
  say "building ($preset)"
  ninja -C "build/$preset" "$@" | progress
}
