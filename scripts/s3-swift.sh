# shellcheck shell=bash
# OpenStack Swift with its S3 interface for scripts/s3.sh: one copy of everything, no service manager. Sourced, not run.

swift_port=${TWIN_S3_SWIFT_PORT:-7444}
# Its access keys are ACCOUNT:USER.
swift_key=twin:tester swift_secret=twintestsecretkey003
swift_key2=other:tester swift_secret2=twintestsecretkey004
swift_folder=${state:?s3.sh sets it}/swift
swift_base=$((swift_port + 10000)) # account, container, object, memcached

start_swift() {
  local kind offset=0 f=$swift_folder
  free_port "$swift_port" swift-proxy
  for kind in account container object memcached; do
    free_port $((swift_base + offset)) "swift-$kind"
    offset=$((offset + 1))
  done
  mkdir -p "$f"/{etc,cache,disk/d1}
  configure_swift
  launch swift-memcached memcached -u "$(id -un)" -l 127.0.0.1 -p $((swift_base + 3)) -U 0 -m 64 -I 8m -P "$state/run/memcached.own"
  for kind in account container object; do launch "swift-$kind" /usr/bin/python3 "$f/etc/server.py" "$f/etc/swift.conf" $kind "$f/etc/$kind.conf" -v; done
  launch swift-proxy /usr/bin/python3 "$f/etc/server.py" "$f/etc/swift.conf" proxy "$f/etc/proxy.conf" -v
  for offset in 0 1 2 3; do await 60 "Swift's port $((swift_base + offset))" listens $((swift_base + offset)); done
  await 60 "Swift's proxy" curl -skf -m 3 "https://127.0.0.1:$swift_port/healthcheck"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

configure_swift() {
  local etc=$swift_folder/etc user kind offset=0 workers
  user=$(id -un)
  [ -s "$swift_folder/hash" ] || openssl rand -hex 16 >"$swift_folder/hash"
  cat >"$etc/swift.conf" <<END
[swift-hash]
swift_hash_path_suffix = $(cat "$swift_folder/hash")
[storage-policy:0]
name = Policy-0
default = yes
[swift-constraints]
max_file_size = 5368709120
END
  # The packages' programs read /etc/swift/swift.conf only; this one reads the file that it is given.
  cat >"$etc/server.py" <<'END'
import sys
from swift.common import utils
utils.SWIFT_CONF_FILE, kind = sys.argv[1:3]
sys.argv[1:3] = []
utils.FALLOCATE_RESERVE = 0
from swift.common.wsgi import run_wsgi
conf, options = utils.parse_options()
if kind == 'object':
    from swift.obj import server
    options['global_conf_callback'] = server.global_conf_callback
sys.exit(run_wsgi(conf, kind + '-server', **options))
END
  for kind in account container object; do
    workers=1
    [ $kind != object ] || workers=2
    cat >"$etc/$kind.conf" <<END
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $((swift_base + offset))
swift_dir = $etc
devices = $swift_folder/disk
mount_check = false
user = $user
workers = $workers
recon_cache_path = $swift_folder/cache
disable_fallocate = true
fallocate_reserve = 0
log_level = WARNING
db_preallocation = off
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
mb_per_sync = 4096
network_chunk_size = 262144
disk_chunk_size = 262144
END
    if [ ! -s "$etc/$kind.ring.gz" ]; then
      (
        cd "$etc" || exit
        rm -f $kind.builder
        swift-ring-builder $kind.builder create 5 1 0
        swift-ring-builder $kind.builder add "r1z1-127.0.0.1:$((swift_base + offset))/d1" 1
        swift-ring-builder $kind.builder rebalance
      ) >>"$state/log/swift-made.log" 2>&1
    fi
    offset=$((offset + 1))
  done
  cat >"$etc/proxy.conf" <<END
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $swift_port
cert_file = $state/tls/server.pem
key_file = $state/tls/server.key
swift_dir = $etc
user = $user
workers = 2
log_level = WARNING
client_timeout = 120
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
conn_timeout = 5
node_timeout = 120
recoverable_node_timeout = 120
object_chunk_size = 262144
client_chunk_size = 262144
[filter:s3api]
use = egg:swift#s3api
location = ${region:?}
s3_acl = false
allow_multipart_uploads = true
allowable_clock_skew = 900
[filter:tempauth]
use = egg:swift#tempauth
user_${swift_key/:/_} = $swift_secret .admin
user_${swift_key2/:/_} = $swift_secret2 .admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((swift_base + 3))
[filter:slo]
use = egg:swift#slo
max_manifest_segments = 10000
max_manifest_size = 8388608
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
END
  for kind in catch_errors gatekeeper healthcheck listing_formats bulk copy dlo symlink; do
    printf '[filter:%s]\nuse = egg:swift#%s\n' $kind $kind >>"$etc/proxy.conf"
  done
}
