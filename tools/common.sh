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

build() {
  local preset=$1
  shift
  [ -f "build/$preset/build.ninja" ] || say "configuring ($preset)"
  cmake --preset "$preset" >"build-$preset.log" 2>&1 || { cat "build-$preset.log"; rm -f "build-$preset.log"; die "cmake --preset $preset failed"; }
  rm -f "build-$preset.log"
  say "building ($preset)"
  ninja -C "build/$preset" "$@" | awk -v every=15 'BEGIN { last = systime() } /^FAILED|error:|warning:/ { print; next } { line = $0; if (systime() - last >= every) { print "        " line; fflush(); last = systime() } } END { print "        " line }'
}
