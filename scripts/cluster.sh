#!/usr/bin/env bash
# A real Kubernetes of one node for tests, on this machine and as root (`make cluster`). What it runs comes from cluster-build.sh.
#
#   cluster.sh start [PID]   starts etcd, API server, controllers, scheduler, containerd, kubelet, kube-proxy and DNS, in some 10 s;
#                            prints the path of the kubeconfig. PID (default: the caller) is noted as a user of the cluster.
#                            Exit code 3: no cluster can be had here, and why.
#   cluster.sh stop [PID]    ends that use. With its last user the cluster stops, and nothing of it stays on the machine.
#   cluster.sh load IMAGE…   gives images of the container engine to the node
#   cluster.sh crash NAME    kills the API server (NAME: api) and starts it again, or the container with that id
#   cluster.sh status        says whether it runs
#
# Everything listens on loopback or on a bridge of its own (10.250.0.1). What a cluster elsewhere has and this one lacks: enforcement of
# NetworkPolicies, metrics-server, an Ingress controller, load balancers, a second node.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || exec sudo --preserve-env=TWIN_CACHE,DOCKER_HOST -- "$0" "${1:-}" "${2:-$PPID}" "${@:3}"

bin=$kubernetes/bin120
run=$kubernetes/run/120-full
pki=$run/pki
address=10.250.0.1 # of the bridge; the API server can't advertise a loopback address
port=6443
etcd=12379
images=$address:5000 # an image registry of a test, if one runs there, speaks plain HTTP
services=10.96
pods=10.244.0
node=node1
socket=$run/containerd.sock
bridges=(k8scni0 k8sbr0)
gates=TTLAfterFinished=true
export KUBECONFIG=$run/admin.kubeconfig
kubectl=$bin/kubectl

# Since when a process runs, in ticks: with it, a pid means one process and not a later one with the same number.
started_at() { awk '{ sub(/^.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null || true; }

alive() { # NAME
  local pid ticks
  [ -f "$run/pid/$1" ] && read -r pid ticks <"$run/pid/$1" && [ -n "$ticks" ] && [ "$(started_at "$pid")" = "$ticks" ]
}

launch() { # NAME PROGRAM ARGUMENT…
  local name=$1
  shift
  if alive "$name"; then return; fi
  setsid "$@" </dev/null >>"$run/log/$name.log" 2>&1 9>&- &
  echo "$! $(started_at $!)" >"$run/pid/$name"
}

await() { # WHAT SECONDS COMMAND…
  local what=$1 tries=$(($2 * 10))
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((tries-- > 0)) || die "$what did not come; see $run/log"
    sleep 0.1
  done
}

end() { # NAME [SIGNAL]
  local pid ticks tries
  if alive "$1"; then
    read -r pid ticks <"$run/pid/$1"
    kill -"${2:-TERM}" "$pid"
    for ((tries = 0; tries < 100; tries++)); do
      alive "$1" || break
      sleep 0.1
    done
    if alive "$1"; then kill -KILL "$pid"; fi
  fi
  rm -f "$run/pid/$1"
}

# ── Certificates ──────────────────────────────────────────────────────────────────────────────────────────────────────

certificate() { # NAME SUBJECT [NAMES]
  [ ! -f "$pki/$1.crt" ] || return 0
  openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key"
  openssl req -new -key "$pki/$1.key" -subj "$2" -out "$pki/$1.csr"
  openssl x509 -req -in "$pki/$1.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 3650 -out "$pki/$1.crt" -extfile <(
    printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\n%s\n' "${3:+subjectAltName=$3}"
  ) 2>/dev/null
}

make_certificates() {
  local name=kubernetes.default.svc
  if [ ! -f "$pki/ca.crt" ]; then
    openssl ecparam -name prime256v1 -genkey -noout -out "$pki/ca.key"
    openssl req -x509 -new -key "$pki/ca.key" -subj /CN=k8s-test-ca -days 3650 -out "$pki/ca.crt" -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature
  fi
  if [ ! -f "$pki/sa.key" ]; then
    openssl genrsa -out "$pki/sa.key" 2048 2>/dev/null
    openssl rsa -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2>/dev/null
  fi
  certificate apiserver /CN=kube-apiserver \
    "IP:$address,IP:127.0.0.1,IP:$services.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:$name,DNS:$name.cluster.local"
  certificate admin /O=system:masters/CN=admin
  certificate apikubelet /O=system:masters/CN=kube-apiserver-kubelet-client
  certificate kcm /CN=system:kube-controller-manager
  certificate scheduler /CN=system:kube-scheduler
  certificate proxy /CN=system:kube-proxy
  certificate kubelet "/O=system:nodes/CN=system:node:$node" "IP:$address,DNS:$node"
  for name in admin kcm scheduler proxy kubelet; do make_kubeconfig "$name"; done
  [ -z "${SUDO_UID:-}" ] || chown "$SUDO_UID" "$KUBECONFIG"
}

make_kubeconfig() { # NAME
  (umask 077 && cat >"$run/$1.kubeconfig") <<END
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://$address:$port", certificate-authority-data: $(base64 -w0 "$pki/ca.crt")}}]
users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$pki/$1.crt"), client-key-data: $(base64 -w0 "$pki/$1.key")}}]
contexts: [{name: test, context: {cluster: test, user: $1}}]
current-context: test
END
}

# ── The machine: cgroups and a bridge ─────────────────────────────────────────────────────────────────────────────────

prepare_machine() {
  local controller flag
  # Without systemd nobody mounts the controllers of cgroup v1.
  if [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ]; then
    mountpoint -q /sys/fs/cgroup || mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
    for controller in cpuset cpu cpuacct memory devices freezer blkio pids; do
      mkdir -p "/sys/fs/cgroup/$controller"
      mountpoint -q "/sys/fs/cgroup/$controller" || mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller"
    done
    if [ ! -d /sys/fs/cgroup/systemd ]; then
      mkdir /sys/fs/cgroup/systemd
      mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
    fi
  fi
  # The kubelet sets the last three.
  [ -f "$run/sysctl.saved" ] || sysctl -e net.ipv4.ip_forward vm.overcommit_memory kernel.panic kernel.panic_on_oops >"$run/sysctl.saved"
  if ! ip link show "${bridges[1]}" >/dev/null 2>&1; then
    ip link add "${bridges[1]}" type bridge
    ip addr add "$address/32" dev "${bridges[1]}"
    ip link set "${bridges[1]}" up
  fi
  sysctl -qw net.ipv4.ip_forward=1
  # Docker lets nothing through that it doesn't know.
  for flag in -i -o; do
    iptables -C FORWARD "$flag" "${bridges[0]}" -j ACCEPT 2>/dev/null || iptables -I FORWARD "$flag" "${bridges[0]}" -j ACCEPT
  done
}

# What kubelet and kube-proxy leave behind: rules that jump to their chains, then the chains.
remove_rules() {
  local tables table rule chain flag
  for flag in -i -o; do
    while iptables -D FORWARD "$flag" "${bridges[0]}" -j ACCEPT 2>/dev/null; do :; done
  done
  for tables in iptables ip6tables; do
    for table in filter nat mangle; do
      "$tables" -w -t "$table" -S 2>/dev/null | grep -E '^-A [A-Z]+ .*-j KUBE-' | sed 's/^-A/-D/' | while IFS= read -r rule; do
        eval "$tables -w -t $table $rule" # the rule is quoted for a shell
      done || true
      for flag in -F -X; do
        "$tables" -w -t "$table" -S 2>/dev/null | awk '$1 == "-N" && $2 ~ /^KUBE-/ { print $2 }' | while read -r chain; do
          "$tables" -w -t "$table" "$flag" "$chain"
        done || true
      done
    done
  done
}

# ── Control plane and node ────────────────────────────────────────────────────────────────────────────────────────────

start_control_plane() {
  # In memory: a test's cluster is not kept, and a flush to a busy disk can cost it its leases.
  local data=/dev/shm/twinrunner-etcd controllers
  ln -sfn "$data" "$run/etcd-shm"
  (umask 077 && mkdir -p "$data")
  launch etcd "$bin/etcd" --name n --data-dir "$data" --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" --listen-peer-urls "http://127.0.0.1:$((etcd + 1))" \
    --initial-advertise-peer-urls "http://127.0.0.1:$((etcd + 1))" --initial-cluster "n=http://127.0.0.1:$((etcd + 1))"
  await etcd 30 curl -fsS "http://127.0.0.1:$etcd/health"
  start_api_server
  controllers=(--bind-address=127.0.0.1 --port=0 --leader-elect=false)
  launch kube-controller-manager "$bin/kube-controller-manager" "${controllers[@]}" --kubeconfig="$run/kcm.kubeconfig" --secure-port=10257 \
    --authentication-kubeconfig="$run/kcm.kubeconfig" --authorization-kubeconfig="$run/kcm.kubeconfig" --service-account-private-key-file="$pki/sa.key" \
    --root-ca-file="$pki/ca.crt" --use-service-account-credentials=true --kube-api-qps=200 --kube-api-burst=400 --feature-gates="$gates"
  launch kube-scheduler "$bin/kube-scheduler" "${controllers[@]}" --kubeconfig="$run/scheduler.kubeconfig" --secure-port=10259 \
    --authentication-kubeconfig="$run/scheduler.kubeconfig" --authorization-kubeconfig="$run/scheduler.kubeconfig"
  await "the first service account" 60 "$kubectl" -n default get serviceaccount default
}

start_api_server() {
  launch kube-apiserver "$bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" --bind-address="$address" --advertise-address="$address" --secure-port="$port" \
    --service-cluster-ip-range="$services.0.0/16" --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true --feature-gates="$gates" \
    --service-account-key-file="$pki/sa.pub" --service-account-signing-key-file="$pki/sa.key" --service-account-issuer=https://kubernetes.default.svc \
    --kubelet-client-certificate="$pki/apikubelet.crt" --kubelet-client-key="$pki/apikubelet.key" --kubelet-preferred-address-types=InternalIP
  await "the API server" 90 "$kubectl" get --raw /readyz
}

start_node() {
  local archive mark
  mkdir -p "$run/cni/net.d" "$run/containerd" "$run/certs.d/$images"
  cat >"$run/cni/net.d/10-k8s.conflist" <<END
{"cniVersion": "0.4.0", "name": "k8s-test", "plugins": [
  {"type": "bridge", "bridge": "${bridges[0]}", "isGateway": true, "hairpinMode": true, "ipam": {"type": "host-local", "dataDir": "$run/cni/data",
    "ranges": [[{"subnet": "$pods.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END
  # oom scores: in a container without CAP_SYS_RESOURCE nobody may lower them.
  cat >"$run/containerd.toml" <<END
version = 2
root = "$run/containerd/root"
state = "$run/containerd/state"
oom_score = 0
[grpc]
  address = "$socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "local/pause:1"
  stream_server_address = "127.0.0.1"
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
  disable_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$run/certs.d"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$kubernetes/cni"
    conf_dir = "$run/cni/net.d"
END
  printf 'server = "http://%s"\n[host."http://%s"]\n' "$images" "$images" >"$run/certs.d/$images/hosts.toml"
  launch containerd containerd --config "$run/containerd.toml"
  await containerd 30 ctr -a "$socket" version
  for archive in "$kubernetes"/img/*.tar; do
    mark=$run/imported.$(basename "$archive")
    [ "$mark" -nt "$archive" ] || { ctr -a "$socket" -n k8s.io images import "$archive" >/dev/null && touch "$mark"; }
  done
  : >>"$run/resolv.conf" # nothing outside of the cluster has a name in it
  cat >"$run/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $address
readOnlyPort: 0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: "$pki/ca.crt"}}
authorization: {mode: Webhook}
tlsCertFile: "$pki/kubelet.crt"
tlsPrivateKeyFile: "$pki/kubelet.key"
cgroupDriver: cgroupfs
failSwapOn: false
oomScoreAdj: 0
resolvConf: "$run/resolv.conf"
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
maxPods: 200
nodeStatusUpdateFrequency: 1s
kubeAPIQPS: 200
kubeAPIBurst: 400
eventRecordQPS: 0
registryPullQPS: 0
serializeImagePulls: false
clusterDomain: cluster.local
clusterDNS: ["$address"]
END
  launch kubelet "$bin/kubelet" --config="$run/kubelet.yaml" --kubeconfig="$run/kubelet.kubeconfig" --root-dir="$run/kubelet" \
    --hostname-override="$node" --node-ip="$address" --container-runtime=remote --container-runtime-endpoint="unix://$socket"
  cat >"$run/proxy.yaml" <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
bindAddress: $address
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
hostnameOverride: $node
clientConnection: {kubeconfig: "$run/proxy.kubeconfig"}
clusterCIDR: $pods.0/24
mode: iptables
oomScoreAdj: 0
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
nodePortAddresses: ["$address/32"]
END
  launch kube-proxy "$bin/kube-proxy" --config="$run/proxy.yaml"
  launch dns "$repository/scripts/cluster-dns.sh" "$kubectl" "$address" "$run/dns.hosts"
  await "a ready node" 60 "$kubectl" wait --for=condition=Ready "node/$node" --timeout=1s
}

# ── Verbs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

use() {
  mkdir -p "$kubernetes/users"
  exec 9>"$kubernetes/lock"
  flock 9
}

start() {
  use
  "$repository/scripts/cluster-build.sh" 9>&-
  if ! { alive kubelet && alive kube-apiserver; }; then
    local started=$SECONDS
    mkdir -p "$pki" "$run/log" "$run/pid"
    touch "$run/started"
    make_certificates
    prepare_machine
    start_control_plane
    start_node
    say "Kubernetes $("$kubectl" version --short 2>/dev/null | sed -n 's/^Server.*: //p') is up after $((SECONDS - started)) s"
  fi
  touch "$kubernetes/users/$1"
  echo "$KUBECONFIG"
}

stop() {
  use
  rm -f "$kubernetes/users/$1"
  local user
  for user in "$kubernetes/users"/*; do
    [ -e "$user" ] || continue
    if [ -d "/proc/$(basename "$user")" ]; then
      say "leaves the cluster running for process $(basename "$user")"
      return
    fi
    rm -f "$user"
  done
  [ ! -e "$run/started" ] || stop_cluster
}

# Nothing of it is kept, so nothing has to end gracefully.
stop_cluster() {
  local item
  end dns TERM
  end kubelet KILL
  if [ -S "$socket" ]; then
    ctr -a "$socket" -n k8s.io tasks ls 2>/dev/null | awk 'NR > 1 && $2 > 1 { print $2 }' | xargs --no-run-if-empty kill -KILL 2>/dev/null || true
    sleep 0.5
    for item in /proc/[0-9]*; do
      { tr '\0' ' ' <"$item/cmdline"; } 2>/dev/null | grep -q "containerd-shim.* -address $socket" && kill -KILL "${item#/proc/}" 2>/dev/null
    done || true
  fi
  for item in kube-proxy containerd kube-scheduler kube-controller-manager kube-apiserver etcd; do end "$item" KILL; done
  "$bin/kube-proxy" --cleanup >/dev/null 2>&1 || true
  awk -v root="$run/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r | while read -r item; do umount -l "$(printf %b "$item")"; done
  remove_rules
  grep -hoE '/(var/)?run/netns/cni-[0-9a-f-]+' /var/lib/cni/results/k8s-test-* 2>/dev/null | sort -u | while read -r item; do
    umount -l "$item" 2>/dev/null || true
    rm -f "$item"
  done || true
  rm -f /var/lib/cni/results/k8s-test-*
  for item in "${bridges[@]}"; do ip link del "$item" 2>/dev/null || true; done
  for item in /sys/fs/cgroup/*/kubepods; do
    [ ! -d "$item" ] || find "$item" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
  [ ! -f "$run/sysctl.saved" ] || sysctl -q -p "$run/sysctl.saved" || true
  rm -rf /var/log/pods/* /var/log/containers/* /dev/shm/twinrunner-etcd "$run"
  say "stopped the cluster"
}

load() {
  alive containerd || die "the cluster doesn't run: make cluster"
  docker save "$@" | ctr -a "$socket" -n k8s.io images import - >/dev/null
}

crash() { # api|CONTAINER
  alive containerd || die "the cluster doesn't run: make cluster"
  if [ "$1" = api ]; then
    end kube-apiserver KILL
    start_api_server
  else
    ctr -a "$socket" -n k8s.io tasks kill --signal SIGKILL "$1"
  fi
}

case ${1:-} in
start) start "${2:-$PPID}" ;;
stop) stop "${2:-$PPID}" ;;
load) load "${@:2}" ;;
crash) crash "${2:?api or the id of a container}" ;;
status) if alive kubelet; then say "runs: export KUBECONFIG=$KUBECONFIG"; else say "doesn't run"; exit 3; fi ;;
*)
  sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "$0"
  exit 2
  ;;
esac
