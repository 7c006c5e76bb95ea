#!/usr/bin/env bash
# A server that speaks MongoDB's protocol, for tests: DocumentDB, the engine on PostgreSQL, behind the gateway of tests/MongoGateway.
# There is no mongod in Debian; a real one is used by naming it in TWIN_TEST_MONGODB instead.
#
#   mongo.sh install       gets what it runs: Debian sid's postgresql-18-documentdb in a folder of its own (about 2 minutes and 600 MB, once)
#   mongo.sh start [PID]   starts it, in some 4 s, and prints the variables of the tests: NAME=VALUE, one a line. PID (default: the caller)
#                          is noted as a user. Exit code 3: it can't be had here, and why.
#   mongo.sh stop [PID]    ends that use. It stops with its last user.
#   mongo.sh status        says whether it runs
#
# Everything listens on loopback: plain on 27417, with users (passwords or certificates) and TLS on 27418, a server without a replica set on 27419.
# DEBIAN_MIRROR   where the packages come from, when not from where this machine's do
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || exec sudo --preserve-env=TWIN_CACHE,DEBIAN_MIRROR,CONFIGURATION,DOTNET_ROOT,PATH -- "$0" "${1:-}" "${2:-$PPID}"

home=${TWIN_CACHE:-/var/cache/twinrunner}/mongo
system=$home/system # the other Debian; this machine's own packages never see it
run=$home/run
data=/var/lib/documentdb # in $system
postgres=/usr/lib/postgresql/18/bin
postgres_port=27410
plain=27417 secure=27418 alone=27419
user=tester password=Testers-pass-1
have_none=3

no_mongo() {
  say "no MongoDB: $*"
  exit $have_none
}

inside() { chroot --userspec=postgres:postgres "$system" env HOME=/tmp LANG=C.UTF-8 PATH=/usr/bin:/bin "$@"; }
sql() { inside $postgres/psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p $postgres_port -U postgres -d postgres "$@"; }

# Since when a process runs, in ticks: with it, a pid means one process and not a later one with the same number.
started_at() { awk '{ sub(/^.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null || true; }

install_mongo() {
  [ -e "$system/.complete" ] && return
  command -v apt-get >/dev/null || no_mongo "it is made of Debian's packages, and there is no apt-get here"
  need mmdebstrap mmdebstrap || no_mongo "mmdebstrap can't be installed"
  local mirror=${DEBIAN_MIRROR:-$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \([^ [][^ ]*\).*/\1/p' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | head -n 1)}
  say "getting DocumentDB, once"
  rm -rf "$system"
  mkdir -p "$home"
  # Signatures are checked. The list of a mirror that is a snapshot may be older than it says it is good for.
  # shellcheck disable=SC2016 # $1 is the hook's
  mmdebstrap --quiet --variant=apt --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt="path-exclude=/usr/lib/postgresql/18/lib/bitcode/*" \
    --essential-hook='mkdir -p "$1/etc/postgresql-common" && echo "create_main_cluster = false" >"$1/etc/postgresql-common/createcluster.conf"' \
    --include=postgresql-18-documentdb sid "$system" "$mirror" >"$home/install.log" 2>&1 ||
    no_mongo "postgresql-18-documentdb can't be installed (log: $home/install.log)"
  touch "$system/.complete"
}

make_cluster() {
  rm -rf "${system:?}$data"
  mkdir -p "$system/run/documentdb" "$system$data"
  chroot "$system" chown postgres:postgres /run/documentdb $data
  inside $postgres/initdb -D $data -U postgres -A trust --locale=C.UTF-8 -E UTF8 --no-sync >"$run/initdb.log"
  cat >>"$system$data/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
port = $postgres_port
unix_socket_directories = '/run/documentdb'
shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
cron.database_name = 'postgres'
max_connections = 300
wal_level = logical
fsync = off # nothing in it outlives its server
full_page_writes = off
documentdb.maxWriteBatchSize = 100000
# Claims write the same steps again and again: what is dead is passed over, and swept soon.
documentdb_rum.enable_support_dead_index_items = on
autovacuum_naptime = 10s
SETTINGS
}

make_certificates() {
  [ ! -f "$run/client.pem" ] || [ -n "$(find "$run/client.pem" -mtime +20)" ] || return 0
  (
    cd "$run"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=Tests' -keyout ca.key -out ca.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=localhost' -keyout server.key -out server.csr
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
      -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out server.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/O=Twinrunner/CN=tester' -keyout client.key -out client.csr
    openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 | cat client.key - >client.new
    chmod 644 ca.pem
    mv client.new client.pem
  ) >"$run/openssl.log" 2>&1
}

make_user() {
  sql -At -c "SELECT 1 FROM pg_roles WHERE rolname = '$user'" | grep -q 1 && return
  sql -o /dev/null -c "SELECT documentdb_api.create_user('{\"createUser\": \"$user\", \"pwd\": \"$password\", \"roles\":
    [{\"role\": \"clusterAdmin\", \"db\": \"admin\"}, {\"role\": \"readWriteAnyDatabase\", \"db\": \"admin\"}]}')"
}

alive() { # NAME
  local pid ticks
  [ -f "$run/$1.pid" ] && read -r pid ticks <"$run/$1.pid" && [ -n "$ticks" ] && [ "$(started_at "$pid")" = "$ticks" ]
}

start_gateway() { # NAME PORT OPTION…
  local name=$1 port=$2 tries=100
  shift 2
  setsid dotnet "$gateway" "--port=$port" "--pg=Host=127.0.0.1;Port=$postgres_port;Username=postgres;Database=postgres" "$@" \
    </dev/null >"$run/$name.log" 2>&1 9>&- &
  echo "$! $(started_at $!)" >"$run/$name.pid"
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    ((tries-- > 0)) || die "the gateway '$name' does not answer; see $run/$name.log"
    sleep 0.1
  done
}

end_gateway() { # NAME
  local pid ticks
  if alive "$1"; then
    read -r pid ticks <"$run/$1.pid"
    kill "$pid" || true
  fi
  rm -f "$run/$1.pid"
}

start_mongo() {
  need_dotnet
  install_mongo
  mkdir -p "$run/users"
  need openssl openssl || no_mongo "openssl can't be installed"
  grep -q libmongoc <<<"$(ldconfig -p)" || install_packages libmongoc-1.0-0 || install_packages libmongoc-1.0-0t64 || no_mongo "libmongoc can't be installed"
  gateway=$repository/tests/MongoGateway/bin/${CONFIGURATION:-Release}/net10.0/Twinrunner.MongoGateway.dll
  [ -f "$gateway" ] || die "$gateway is missing: run make build"
  make_certificates
  inside $postgres/pg_ctl -D $data status >/dev/null ||
    (
      make_cluster
      ulimit -v $((3 << 20)) # a query that runs wild is to fail by itself, and not to take the machine's memory
      inside $postgres/pg_ctl -s -D $data -l $data/log -w start </dev/null >"$run/postgres.log" 2>&1 9>&-
    )
  sql -c 'SET client_min_messages = error' -c 'CREATE EXTENSION IF NOT EXISTS documentdb CASCADE'
  make_user
  alive plain || start_gateway plain $plain
  alive secure || start_gateway secure $secure --users "--cert=$run/server.pem" "--key=$run/server.key" "--user-ca=$run/ca.pem"
  alive alone || start_gateway alone $alone --standalone
  started_at "$1" >"$run/users/$1"
  echo "TWIN_TEST_MONGODB=mongodb://127.0.0.1:$plain/?replicaSet=rs0"
  echo "TWIN_TEST_MONGODB_SECURE=mongodb://$user:$password@127.0.0.1:$secure/?replicaSet=rs0&authSource=admin&tls=true&tlsCAFile=$run/ca.pem"
  echo "TWIN_TEST_MONGODB_X509=mongodb://127.0.0.1:$secure/?replicaSet=rs0&authMechanism=MONGODB-X509&tls=true&tlsCAFile=$run/ca.pem&tlsCertificateKeyFile=$run/client.pem"
  echo "TWIN_TEST_MONGODB_ALONE=mongodb://127.0.0.1:$alone/"
}

stop_mongo() {
  local user
  rm -f "$run/users/$1"
  for user in "$run"/users/*; do
    [ -e "$user" ] || continue
    [ "$(started_at "$(basename "$user")")" != "$(cat "$user")" ] || return 0 # still in use
    rm -f "$user"
  done
  for name in plain secure alone; do end_gateway $name; done
  inside $postgres/pg_ctl -s -D $data -m immediate stop 9>&- || true
}

mkdir -p "$home"
(
  flock 9
  case ${1:-} in
    install) install_mongo ;;
    start) start_mongo "${2:-$PPID}" ;;
    stop) stop_mongo "${2:-$PPID}" ;;
    status)
      alive plain || no_mongo "none runs"
      say "answers on 127.0.0.1:$plain"
      ;;
    *) die "mongo.sh install|start|stop|status" ;;
  esac
) 9>"$home/lock"
