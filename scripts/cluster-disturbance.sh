#!/usr/bin/env bash
# Runs many short steps on an installation of the chart while its pods and the cluster's API server are killed at random moments, and
# compares what Twinrunner says of them with what they did: each step writes into a volume of its own that it was launched, what it
# prints, and what it leaves.
#
#   cluster-disturbance.sh RELEASE NAMESPACE STEP-NAMESPACE FOLDER   with KUBECONFIG, TWIN_SERVER and TWIN_TOKEN set; part of test-cluster.sh
#
# The volume is FOLDER of the node, which is this machine; the installation's policy has to give it as claim `record` to the image
# `busybox-recording` (see test-cluster.sh).
#
# STEPS   how many steps (200)
# MOST    seconds that the run may take (900)
# SEED    of the moments and the choices (random; it is printed). What is hit by them depends on the machine's speed, too.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$repository"

release=$1 namespace=$2 steps=$3 record=$4
count=${STEPS:-200}
seed=${SEED:-$RANDOM}
twin=$repository/dist/twin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
most=${MOST:-900}

# ── The steps, and the volume that they write into ────────────────────────────────────────────────────────────────────

make_volume() {
  mkdir -p "$record"
  chmod 777 "$record"
  kubectl apply --filename - >/dev/null <<END
apiVersion: v1
kind: PersistentVolume
metadata: {name: $release-record}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteMany]
  storageClassName: ""
  claimRef: {namespace: $steps, name: record}
  hostPath: {path: $record}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: record, namespace: $steps}
spec: {accessModes: [ReadWriteMany], storageClassName: "", resources: {requests: {storage: 1Gi}}}
END
}

# Each launch makes a file of its own; a line is in it before it is printed, and the last one is the hash of what is left.
write_workflow() {
  cat >"$work/many.yaml" <<END
title: Many steps under disturbance
max-parallel: 16
steps:
  count:
    image: busybox-recording:1.0
    matrix: {lane: [$(seq -s, "$count")]}
    parameters: {LANE: "\${{ matrix.lane }}"}
    script: |
      launch=\$(mktemp "/record/\$LANE.XXXXXX")
      i=0
      while [ \$i -lt 20 ]; do
        i=\$((i + 1))
        line="\$LANE \$i \$(head -c 12 /dev/urandom | sha1sum)"
        echo "\$line" >>"\$launch"
        echo "\$line"
        sleep 0.\$((\$LANE % 4 + 1))
      done
      head -c 20000 /dev/urandom >"/odtp/odtp-output/\$LANE.bin"
      echo "hash \$(sha256sum <"/odtp/odtp-output/\$LANE.bin")" >>"\$launch"
    outputs: "*.bin"
  gather:
    image: busybox-recording:1.0
    needs: count
    script: |
      cp \$(find /odtp/odtp-input -name '*.bin') /odtp/odtp-output
    outputs: "*.bin"
END
}

# ── What is killed ────────────────────────────────────────────────────────────────────────────────────────────────────

# A pod of a role, by a number; nothing when there is none just now.
pod_of() { # ROLE NUMBER
  local pods
  mapfile -t pods < <(kubectl --namespace "$namespace" get pods --selector "app.kubernetes.io/component=$1" --field-selector status.phase=Running --output name)
  [ ${#pods[@]} = 0 ] || echo "${pods[$(($2 % ${#pods[@]}))]}"
}

# Its process dies as by a crash; the node starts its container again in the same pod.
crash() { # ROLE NUMBER
  local pod id
  pod=$(pod_of "$1" "$2")
  [ -n "$pod" ] || return 0
  id=$(kubectl --namespace "$namespace" get "$pod" --output 'jsonpath={.status.containerStatuses[0].containerID}')
  scripts/cluster.sh crash "${id#containerd://}"
}

# The pod is gone in a moment, with all that it knew; another one takes its place.
remove() { # ROLE NUMBER
  local pod
  pod=$(pod_of "$1" "$2")
  [ -z "$pod" ] || kubectl --namespace "$namespace" delete "$pod" --force --grace-period=0 --wait=false
}

# The pod is asked to end.
replace() { # ROLE NUMBER
  local pod
  pod=$(pod_of "$1" "$2")
  [ -z "$pod" ] || kubectl --namespace "$namespace" delete "$pod" --wait=false
}

disturb() { # CHOICE NUMBER
  case $(($1 % 10)) in
  0 | 1) deed="crash runner" ;;
  2 | 3) deed="remove runner" ;;
  4 | 5) deed="replace runner" ;;
  6 | 7) deed="crash of the API server" ;;
  8) deed="crash api" ;;
  9) deed="remove api" ;;
  esac
  case $deed in
  *server) scripts/cluster.sh crash api ;;
  *) $deed "$2" ;;
  esac >/dev/null 2>&1 || true # what was chosen may have gone by itself
  deeds+=("$deed")
}

status() { "$twin" show "$1" -o json 2>/dev/null | jq -r .status; }

run_disturbed() {
  local id=$1 began=$SECONDS choice number state
  RANDOM=$seed
  while :; do
    choice=$RANDOM number=$RANDOM
    sleep "$((RANDOM % 15 + 4))"
    state=$(status "$id" || true) # the API may just have been killed
    case $state in Succeeded | Failed | Cancelled) break ;; esac
    [ $((SECONDS - began)) -lt "$most" ] || die "the run did not end within $most s: it is $state (SEED=$seed)"
    disturb "$choice" "$number"
  done
  say "$(printf '%s\n' "${deeds[@]}" | sort | uniq -c | sed 's/^ *//' | paste -sd, | sed 's/,/, /g') in $((SECONDS - began)) s"
}

# ── What came of it ───────────────────────────────────────────────────────────────────────────────────────────────────

compare() {
  local id=$1 lane launches wrong=0
  [ "$(status "$id")" = Succeeded ] || die "SEED=$seed: the run ended as $(status "$id"): $("$twin" show "$id" -o json | jq -r .message)"
  "$twin" show "$id" -o json >"$work/run.json"
  # Not a fault: an attempt may fail before it launches anything. What was launched is counted below.
  jq -r '.steps[] | select(.attempt > 1) | "\(.name) took \(.attempt) attempts; the first: \(.attempts[0].reason) \(.attempts[0].message)"' "$work/run.json" >&2
  "$twin" cp "$id/gather" "$work/gather" >/dev/null || wrong_with "what was gathered can't be had"
  for ((lane = 1; lane <= count; lane++)); do
    mapfile -t launches < <(compgen -G "$record/$lane.*")
    [ ${#launches[@]} = 1 ] || {
      wrong_with "step $lane was launched ${#launches[@]} times"
      continue
    }
    curl -fsS --header "Authorization: Bearer $TWIN_TOKEN" "$TWIN_SERVER/api/v1/steps/$(jq -r --arg name "count[$((lane - 1))]" '.steps[] | select(.name == $name) | .id' "$work/run.json")/logs/text" >"$work/log"
    diff <(grep -v '^hash ' "${launches[0]}") "$work/log" >"$work/diff" ||
      wrong_with "the log of step $lane differs from what it printed: $(head -n 5 "$work/diff" | paste -sd'|')"
    [ "$(sed -n 's/^hash //p' "${launches[0]}")" = "$(sha256sum <"$work/gather/$lane.bin")" ] || wrong_with "what step $lane left isn't what came of it"
  done
  [ "$wrong" = 0 ] || die "$wrong faults (SEED=$seed)"
}

wrong_with() {
  say "$*"
  wrong=$((wrong + 1))
}

deeds=()
say "$count steps, SEED=$seed"
make_volume
write_workflow
id=$("$twin" run "$work/many.yaml" --detach --no-cache)
run_disturbed "$id"
for ((tries = 0; tries < 60; tries++)); do
  if "$twin" ls >/dev/null 2>&1; then break; fi
  sleep 1
done
compare "$id"
rm -rf "$record"
say "$count launches, logs and outputs are as they were"
