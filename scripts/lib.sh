# shellcheck shell=bash
# Shared by the scripts of this folder; sourced, not run.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Downloads and things built once live here, outside the checkout, so that a fresh clone is quick too.
cache=${TWIN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/twinrunner}

# The test cluster runs as root and is one for the whole machine, whoever starts it.
# shellcheck disable=SC2034 # used by the scripts that source this
kubernetes=${TWIN_CACHE:-/var/cache/twinrunner}/kubernetes

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

script=$(basename "$0" .sh)
say() { printf '%s: %s\n' "$script" "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# Colours only for people.
if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
  bold='' dim='' plain=''
fi
heading() { printf '\n%s── %s %s\n' "$bold" "$*" "$plain" >&2; }

# as_root COMMAND…: runs it as root, by sudo where needed. Fails with a sentence when neither is possible.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    say "needs root for: $*"
    return 1
  fi
}

# install_packages PACKAGE…: Debian packages; the package lists are fetched only when the first try fails.
install_packages() {
  command -v apt-get >/dev/null || {
    say "needs $* and knows only how to install Debian packages: install them by hand"
    return 1
  }
  local log
  log=$(mktemp)
  say "installing $*"
  if as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >"$log" 2>&1 ||
    { as_root apt-get update -q >>"$log" 2>&1 &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >>"$log" 2>&1; }; then
    rm -f "$log"
  else
    tail -n 5 "$log" >&2
    rm -f "$log"
    say "could not install $*"
    return 1
  fi
}

need_dotnet() {
  command -v dotnet >/dev/null || die "the .NET SDK 10 is not installed (Debian and Ubuntu: package dotnet-sdk-10.0)"
  (cd "$repository" && dotnet --version >/dev/null 2>&1) ||
    die "the .NET SDK 10 is needed; here are: $(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ')"
}

# need COMMAND PACKAGE: installs the package unless the command is there.
need() { command -v "$1" >/dev/null || install_packages "$2"; }

# Debian's image registry, for tests, which start their own: the service that its package starts isn't wanted.
need_image_registry() {
  command -v docker-registry >/dev/null && return
  install_packages docker-registry || return
  [ ! -d /run/systemd/system ] || as_root systemctl disable --now docker-registry >/dev/null 2>&1 || true
}

# Debian's static busybox: one file that is a whole system in an image, for base images and tests.
need_busybox() {
  if [ ! -x /bin/busybox ] || ldd /bin/busybox >/dev/null 2>&1; then install_packages busybox-static; fi
}
