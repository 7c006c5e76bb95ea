#!/usr/bin/env bash
# A container engine for the demo and the tests.
#
#   engine.sh start [PID]   uses the engine that answers; else installs Debian's docker.io and starts it. PID (default: the
#                           caller) is noted as a user of the engine. Exit code 3: no engine can be had here, and why.
#   engine.sh stop [PID]    ends that use. An engine that `start` launched itself stops with its last user; no other ever does.
#   engine.sh status        says what answers.
#
# DOCKER_HOST         an engine elsewhere: used as it is, never started
# TWIN_ENGINE=none    behave as if no engine could be had
# TWIN_ENGINE_SOCKET  socket of an engine that we start (/var/run/docker.sock)
# TWIN_ENGINE_DATA    its data folder (Docker's own default)
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

socket=${TWIN_ENGINE_SOCKET:-/var/run/docker.sock}
state=$cache/engine$(printf %s "${TWIN_ENGINE_SOCKET:-}" | tr -c 'A-Za-z0-9' '-')
pid_file=$state/dockerd.pid
log_file=$state/dockerd.log
started_file=$state/started
if [ -n "${TWIN_ENGINE_SOCKET:-}" ]; then export DOCKER_HOST=unix://$socket; fi
have_none=3

answers() { timeout 10 docker version --format '{{.Server.Version}}' 2>/dev/null; }

# The pid of the dockerd that an earlier `start` launched, if it still runs. A pid alone proves nothing after a reboot.
own_pid() {
  local pid
  pid=$(as_root cat "$pid_file" 2>/dev/null) || return 1
  [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "--pidfile $pid_file" && echo "$pid"
}

with_init() { [ -d /run/systemd/system ] && [ -z "${TWIN_ENGINE_SOCKET:-}" ]; }

no_engine() {
  say "no container engine: $*"
  exit $have_none
}

# An engine that runs but isn't for this user. A group that is joined now counts from the next login on; access to the socket
# counts at once, and only until the engine restarts.
let_in() {
  [ -S "$socket" ] && [ ! -w "$socket" ] || return 0
  if ! { command -v sudo >/dev/null && need setfacl acl && as_root setfacl -m "u:$(id -u):rw" "$socket"; }; then
    no_engine "$(id -un) may not use $socket: join its group (usermod -aG $(stat -c %G "$socket") $(id -un), then log in again), or run as root"
  fi
  say "gave $(id -un) access to $socket until the engine restarts"
}

install_engine() {
  command -v dockerd >/dev/null && command -v iptables >/dev/null && command -v docker >/dev/null && return
  install_packages docker.io iptables || no_engine "docker.io is not installed and can't be"
  # Newer releases ship the client in a package of its own.
  command -v docker >/dev/null || install_packages docker-cli || no_engine "there is no docker command"
}

start_daemon() {
  mkdir -p "$state"
  local arguments=(--pidfile "$pid_file" --host "unix://$socket" --group "$(id -g)")
  if [ -n "${TWIN_ENGINE_DATA:-}" ]; then
    # A second engine beside the machine's own keeps its hands off the shared bridge and containerd folders.
    arguments+=(--data-root "$TWIN_ENGINE_DATA" --exec-root "$state/run" --bridge none)
  fi
  say "starting dockerd (log: $log_file)"
  : >"$log_file"
  as_root true # asks for the password, if it must, in the foreground
  local prefix=() launched tries
  [ "$(id -u)" = 0 ] || prefix=(sudo --)
  "${prefix[@]}" setsid dockerd "${arguments[@]}" </dev/null >>"$log_file" 2>&1 9>&- &
  launched=$!
  for ((tries = 0; tries < 300; tries++)); do
    if answers >/dev/null; then
      touch "$started_file"
      return 0
    fi
    [ -d "/proc/$launched" ] || return 1
    sleep 0.2
  done
  stop_daemon
  return 1
}

# What dockerd's log says went wrong, in words to act on.
explain() {
  if grep -qiE 'cgroup' "$log_file" && grep -qiE 'not mounted|not found|cgroup mountpoint' "$log_file"; then
    echo "dockerd found no cgroups; mount them (package cgroupfs-mount) or run on a machine that has them"
  elif grep -qiE 'iptables|nf_tables' "$log_file" && grep -qiE 'failed|permission|not found' "$log_file"; then
    echo "dockerd can't use iptables: it needs the package iptables, root, and a kernel with netfilter (in a container: NET_ADMIN)"
  elif grep -qiE 'overlay|graphdriver|storage-driver' "$log_file" && grep -qi 'failed' "$log_file"; then
    echo "dockerd can't mount its storage: $(grep -iE 'graphdriver|storage-driver|overlay' "$log_file" | tail -n 1)"
  else
    echo "dockerd ended: $(tail -n 1 "$log_file")"
  fi
}

mount_cgroups() {
  mountpoint -q /sys/fs/cgroup && return 1
  need cgroupfs-mount cgroupfs-mount && as_root cgroupfs-mount
}

start() {
  if [ "${TWIN_ENGINE:-}" = none ]; then no_engine "TWIN_ENGINE=none"; fi
  mkdir -p "$state/users"
  exec 9>"$state/lock"
  flock 9
  local version
  if [ -n "${DOCKER_HOST:-}" ] && [ -z "${TWIN_ENGINE_SOCKET:-}" ]; then
    need docker docker.io || no_engine "there is no docker command"
    version=$(answers) || no_engine "nothing answers at DOCKER_HOST=$DOCKER_HOST"
    say "uses Docker $version at $DOCKER_HOST"
    return
  fi
  let_in
  if command -v docker >/dev/null && version=$(answers); then
    say "uses Docker $version, which runs already"
  else
    install_engine
    if with_init; then
      as_root systemctl start docker || no_engine "systemd could not start docker: journalctl -u docker"
      let_in
    elif ! start_daemon; then
      if ! grep -qi cgroup "$log_file" || ! mount_cgroups || ! start_daemon; then no_engine "$(explain)"; fi
    fi
    version=$(answers) || no_engine "docker.io was started, yet nothing answers at $socket"
    say "started Docker $version"
  fi
  touch "$state/users/$1"
}

stop_daemon() {
  local pid tries
  pid=$(own_pid) || return 0
  as_root kill -TERM "$pid"
  for ((tries = 0; tries < 150; tries++)); do
    [ -d "/proc/$pid" ] || break
    sleep 0.2
  done
  rm -f "$started_file"
  say "stopped dockerd ($pid)"
}

stop() {
  mkdir -p "$state/users"
  exec 9>"$state/lock"
  flock 9
  rm -f "$state/users/$1"
  local user
  for user in "$state"/users/*; do
    [ -e "$user" ] || continue
    if [ -d "/proc/$(basename "$user")" ]; then
      say "leaves the engine running for process $(basename "$user")"
      return
    fi
    rm -f "$user"
  done
  if [ -e "$started_file" ]; then stop_daemon; fi
}

case ${1:-} in
start) start "${2:-$PPID}" ;;
stop) stop "${2:-$PPID}" ;;
status)
  version=$(answers) || no_engine "nothing answers"
  say "Docker $version$(own_pid >/dev/null && echo ', started by this script')"
  ;;
*)
  sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "$0"
  exit 2
  ;;
esac
