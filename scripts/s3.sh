#!/usr/bin/env bash
# Two S3 servers that differ, on loopback, for the tests: Ceph's RADOS gateway over plain HTTP, and OpenStack Swift over TLS.
#
#   s3.sh start    installs what is missing (Debian packages) and starts both. Exit code 3: they can't be had here, and why.
#   s3.sh env      prints the variables that name them to the tests: eval "$(scripts/s3.sh env)"
#   s3.sh status   says which run; exit code 1 unless both do
#   s3.sh stop     stops both; what they store stays
#   s3.sh wipe     stops both and deletes what they store
#
# Tests run against any S3 server that TWIN_TEST_S3 and TWIN_TEST_S3_SECOND name:
#   http://KEY:SECRET@HOST:PORT/?region=REGION&ca=FILE&other=KEY2:SECRET2&host=NAME&encryption=KEY
#   (the other keys: of a second user; host: with buckets in host names below it; encryption: a key that the server has for aws:kms)
#
# TWIN_S3_STATE  folder of both ($cache/s3)
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

state=${TWIN_S3_STATE:-$cache/s3}
have_none=3
region=us-east-1
export LC_ALL=C.UTF-8

# shellcheck source=scripts/s3-ceph.sh
. "$(dirname "$0")/s3-ceph.sh"
# shellcheck source=scripts/s3-swift.sh
. "$(dirname "$0")/s3-swift.sh"

# is_up NAME: does the process that was launched under that name still run? A pid alone proves nothing after a reboot.
is_up() {
  local pid
  pid=$(cat "$state/run/$1.pid" 2>/dev/null) || return 1
  [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$state/"
}

# launch NAME COMMAND…: in a session of its own, so that its children end with it.
launch() {
  local name=$1
  shift
  if is_up "$name"; then return; fi
  setsid "$@" </dev/null >>"$state/log/$name.log" 2>&1 9>&- &
  echo $! >"$state/run/$name.pid"
}

# end NAME…: asks all to end, and kills what is left after ten seconds.
end() {
  local name tries left
  for name; do if is_up "$name"; then kill -TERM -- "-$(cat "$state/run/$name.pid")" 2>/dev/null || true; fi; done
  for ((tries = 0; tries < 100; tries++)); do
    left=
    for name; do if is_up "$name"; then left=yes; fi; done
    [ -n "$left" ] || break
    sleep 0.1
  done
  for name; do
    if is_up "$name"; then kill -KILL -- "-$(cat "$state/run/$name.pid")" 2>/dev/null || true; fi
    rm -f "$state/run/$name.pid"
  done
}

# await SECONDS WHAT COMMAND…
await() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then die "$what did not come up: see its log in $state/log"; fi
    sleep 0.2
  done
}

# free_port PORT NAME: what listens there must be ours.
free_port() {
  if ! is_up "$2" && (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then die "port $1 is taken"; fi
}

# A certificate authority of the tests' own, and a certificate of it for loopback.
make_certificate() {
  local folder=$state/tls
  if [ -s "$folder/server.pem" ] && openssl x509 -in "$folder/server.pem" -noout -checkend 604800 >/dev/null; then return; fi
  mkdir -p "$folder"
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=Twinrunner test authority' -keyout "$folder/ca.key" -out "$folder/ca.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$folder/server.key" -out "$folder/server.csr" 2>/dev/null
  openssl x509 -req -in "$folder/server.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial -days 825 -out "$folder/server.crt" \
    -extfile <(printf '%s\n' subjectAltName=DNS:localhost,IP:127.0.0.1 basicConstraints=CA:FALSE extendedKeyUsage=serverAuth) 2>/dev/null
  cat "$folder/server.crt" "$folder/ca.pem" >"$folder/server.pem"
}

install_servers() {
  local program missing=
  for program in ceph-mon ceph-osd radosgw ceph swift-proxy-server swift-object-server swift-ring-builder memcached openssl curl; do
    command -v "$program" >/dev/null || missing=yes
  done
  [ -n "$missing" ] || return 0
  # No service of these packages may start by itself.
  local guard=/usr/sbin/policy-rc.d guarded='' code=0
  if [ ! -e $guard ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $guard >/dev/null && as_root chmod 755 $guard && guarded=yes
  fi
  install_packages ceph-mon ceph-osd radosgw swift-proxy swift-account swift-container swift-object memcached curl openssl || code=$have_none
  if [ -n "$guarded" ]; then as_root rm -f $guard; fi
  return $code
}

running() {
  local name code=0
  for name in ceph-mon ceph-osd ceph-rgw swift-memcached swift-account swift-container swift-object swift-proxy; do is_up "$name" || code=1; done
  return $code
}

start() {
  install_servers || exit $have_none
  mkdir -p "$state"/{run,log}
  chmod 700 "$state"
  exec 9>"$state/run/lock"
  flock -w 120 9 || die "another start or stop goes on"
  if running; then return; fi
  ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)" || true
  make_certificate
  start_ceph &
  local ceph=$! code=0
  start_swift || code=1
  wait "$ceph" || code=1
  return $code
}

stop() {
  [ -d "$state/run" ] || return 0
  exec 9>"$state/run/lock"
  flock -w 120 9 || die "another start or stop goes on"
  end swift-proxy swift-object swift-container swift-account swift-memcached ceph-rgw
  end ceph-osd
  end ceph-mon
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  wipe)
    stop
    rm -rf "${state:?}"/{ceph,swift,tls,log}
    ;;
  status)
    if running; then say "both run"; else say "not running"; exit 1; fi
    ;;
  env)
    printf 'export TWIN_TEST_S3=%q\n' "http://$ceph_key:$ceph_secret@127.0.0.1:$ceph_port/?region=$region&other=$ceph_key2:$ceph_secret2&host=$ceph_host&encryption=$ceph_encryption_key"
    printf 'export TWIN_TEST_S3_SECOND=%q\n' "https://${swift_key/:/%3A}:$swift_secret@127.0.0.1:$swift_port/?region=$region&ca=$state/tls/ca.pem&other=${swift_key2/:/%3A}:$swift_secret2"
    ;;
  *)
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
    ;;
esac
