# shellcheck shell=bash
# Ceph for scripts/s3.sh: one monitor, one OSD on a sparse file, one RADOS gateway. Sourced, not run.

ceph_port=${TWIN_S3_CEPH_PORT:-7480}
ceph_key=TWINTESTACCESSKEY001 ceph_secret=twintestsecretkey00100000000000000000000
ceph_key2=TWINTESTACCESSKEY002 ceph_secret2=twintestsecretkey00200000000000000000000
ceph_host=s3.twin.test ceph_encryption_key=twin-key # buckets in host names below the one; the other encrypts objects
ceph_folder=${state:?s3.sh sets it}/ceph
ceph_monitor_port=$((ceph_port + 10010))
ceph_osd_ports=$((ceph_port + 10020))
ceph_bytes=42949672960 # of a sparse file, which takes what is stored: the benchmarks store a few times 2 GiB

# A cluster of the machine's own must never be reached by accident.
unset CEPH_ARGS CEPH_KEYRING CEPH_LIB
export CEPH_CONF=$ceph_folder/ceph.conf

start_ceph() {
  local f=$ceph_folder
  free_port "$ceph_port" ceph-rgw
  free_port "$ceph_monitor_port" ceph-mon
  mkdir -p "$f"/{mon,osd,rgw}
  [ -s "$f/fsid" ] || cat /proc/sys/kernel/random/uuid >"$f/fsid"
  [ -s "$f/osd.uuid" ] || cat /proc/sys/kernel/random/uuid >"$f/osd.uuid"
  configure_ceph
  [ -s "$f/keyring" ] || make_ceph_keys

  if [ ! -e "$f/mon.made" ]; then
    rm -rf "$f/mon" && mkdir "$f/mon"
    monmaptool --create --clobber --fsid "$(cat "$f/fsid")" --addv a "[v2:127.0.0.1:$ceph_monitor_port]" "$f/monmap" >>"$state/log/ceph-made.log"
    ceph-mon --mkfs -i a --monmap "$f/monmap" --keyring "$f/keyring" >>"$state/log/ceph-made.log" 2>&1
    touch "$f/mon.made"
  fi
  launch ceph-mon ceph-mon --conf "$CEPH_CONF" -i a -f
  await 60 "Ceph's monitor" ask_ceph mon stat
  if [ ! -e "$f/osd.made" ]; then
    rm -rf "$f/osd" && mkdir "$f/osd"
    ask_ceph osd new "$(cat "$f/osd.uuid")" 0 >>"$state/log/ceph-made.log" 2>&1 || true # known after a start that was cut off
    ceph-osd --mkfs -i 0 --osd-uuid "$(cat "$f/osd.uuid")" >>"$state/log/ceph-made.log" 2>&1
    touch "$f/osd.made"
  fi
  launch ceph-osd ceph-osd --conf "$CEPH_CONF" -i 0 -f
  await 90 "Ceph's OSD" osd_is_up
  if [ ! -e "$f/users.made" ]; then
    make_ceph_user twin "$ceph_key" "$ceph_secret"
    make_ceph_user other "$ceph_key2" "$ceph_secret2"
    touch "$f/users.made"
  fi
  launch ceph-rgw radosgw --conf "$CEPH_CONF" --name client.rgw.a -f
  await 90 "Ceph's gateway" curl -sf -m 3 "http://127.0.0.1:$ceph_port/"
}

ask_ceph() { timeout 20 ceph --conf "$CEPH_CONF" --connect-timeout 10 "$@"; }

osd_is_up() { ask_ceph osd stat -f json | grep -q '"num_up_osds":1'; }

make_ceph_user() {
  timeout 60 radosgw-admin --conf "$CEPH_CONF" --name client.rgw.a user create --uid "$1" --display-name "$1" --access-key "$2" --secret-key "$3" >>"$state/log/ceph-made.log" 2>&1 ||
    timeout 60 radosgw-admin --conf "$CEPH_CONF" --name client.rgw.a user info --uid "$1" >>"$state/log/ceph-made.log" 2>&1
}

# One keyring for all four names; the monitor takes the keys over when it is made.
make_ceph_keys() {
  local new=$ceph_folder/keyring.new
  rm -f "$new"
  {
    ceph-authtool --create-keyring "$new" --gen-key -n mon. --cap mon 'allow *'
    ceph-authtool "$new" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
    ceph-authtool "$new" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd'
    ceph-authtool "$new" --gen-key -n client.rgw.a --cap mon 'allow rw' --cap osd 'allow rwx' --cap mgr 'allow rw'
  } >>"$state/log/ceph-made.log" 2>&1
  mv "$new" "$ceph_folder/keyring"
}

configure_ceph() {
  local f=$ceph_folder classes
  classes=$(find /usr/lib -maxdepth 2 -type d -name rados-classes -print -quit)
  # cephx stays on: this gateway never connects without. The quotas on free disk are near its end, since the disk is shared.
  cat >"$CEPH_CONF" <<END
[global]
fsid = $(cat "$f/fsid")
mon_host = [v2:127.0.0.1:$ceph_monitor_port]
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
public_network = 127.0.0.0/8
cluster_network = 127.0.0.0/8
ms_bind_ipv6 = false
ms_bind_msgr1 = false
ms_bind_port_min = $ceph_osd_ports
ms_bind_port_max = $((ceph_osd_ports + 99))
auth_allow_insecure_global_id_reclaim = false
keyring = $f/keyring
run_dir = $state/run
admin_socket = $state/run/\$name.asok
log_file = $state/log/\$name.log
log_to_stderr = false
debug_ms = 0/0
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 2000

[mon]
mon_data = $f/mon
mon_cluster_log_file = $state/log/ceph-cluster.log
mon_data_avail_crit = 1
mon_data_avail_warn = 2
mon_warn_on_pool_no_redundancy = false
mon_osd_nearfull_ratio = .94
mon_osd_backfillfull_ratio = .95
mon_osd_full_ratio = .96

[osd]
osd_data = $f/osd
osd_objectstore = bluestore
osd_memory_target = 939524096
osd_memory_cache_min = 134217728
bluestore_block_size = $ceph_bytes
bluestore_block_create = true
osd_max_object_name_len = 2048
osd_op_num_shards = 2
osd_heartbeat_grace = 120
osd_scrub_min_interval = 8640000
osd_scrub_max_interval = 8640000
osd_deep_scrub_interval = 8640000
osd_class_dir = $classes

[client]
rgw_data = $f/rgw
rgw_rados_pool_pg_num_min = 4
rgw_thread_pool_size = 64
rgw_enable_ops_log = false
rgw_enable_usage_log = false
rgw_gc_obj_min_wait = 5
rgw_gc_processor_period = 10
rgw_gc_processor_max_time = 10
rgw_frontends = beast endpoint=127.0.0.1:$ceph_port tcp_nodelay=1
rgw_dns_name = $ceph_host
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = $ceph_encryption_key=$(printf %s "$ceph_secret" | head -c 32 | base64)
END
}
