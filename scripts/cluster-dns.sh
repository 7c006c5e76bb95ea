#!/usr/bin/env bash
# Names of Services for cluster.sh, in place of CoreDNS: dnsmasq answers NAME.NAMESPACE.svc.cluster.local.
#
#   cluster-dns.sh KUBECTL ADDRESS FILE   until it is ended; FILE holds the names, KUBECONFIG says of which cluster
#
# Services without an address of their own have those of their pods.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
kubectl=$1 address=$2 hosts=$3

: >"$hosts"
dnsmasq --keep-in-foreground --no-resolv --no-hosts --addn-hosts="$hosts" --listen-address="$address" --bind-interfaces --local=/cluster.local/ \
  --local-ttl=1 --pid-file= --user=root --log-facility=- &
server=$!
trap 'kill "$server"' EXIT
trap 'exit 0' TERM INT

names() {
  "$kubectl" get services,endpoints --all-namespaces --output=jsonpath='{range .items[*]}{.kind} {.metadata.name}.{.metadata.namespace}.svc.cluster.local {.spec.clusterIP}{range .subsets[*]}{range .addresses[*]} {.ip}{end}{end}{"\n"}{end}' |
    awk '$1 == "Service" { if ($3 == "None") headless[$2] = 1; else if ($3) print $3, $2 } $1 == "Endpoints" && $2 in headless { for (i = 3; i <= NF; i++) print $i, $2 }'
}

while kill -0 "$server" 2>/dev/null; do
  if names >"$hosts.new" 2>/dev/null && ! cmp -s "$hosts" "$hosts.new"; then
    cat "$hosts.new" >"$hosts" # in place: dnsmasq reads the same file again
    kill -HUP "$server"
  fi
  sleep 1
done
