#!/usr/bin/env bash
# The whole product on a real cluster (`make test-cluster`; dist/ is built by then): the image, the chart by helm, MongoDB and S3 beside
# the cluster, and `twin` from outside. It runs the mobility example, kills and replaces pods under a run, kills everything at random
# under one of 200 steps (cluster-disturbance.sh), upgrades and rolls back under another, uninstalls, and looks that nothing is left.
# What it started, it stops.
#
# TWIN_TEST_MONGODB   another MongoDB than that of mongo.sh; pods must reach it
# TWIN_TEST_S3        another S3 server than that of s3.sh, as it is written there; pods must reach it
# STEPS, SEED, MOST   of cluster-disturbance.sh
# KEEP=yes            leave everything running, to look at it
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$repository"

node=10.250.0.1 # what pods and this machine both reach
node_port=30466
registry_port=5000
git_port=9418
release=tr namespace=twinrunner-test steps=twinrunner-test-steps
work=$(mktemp -d)
export TWIN_DATA=$work/twin
unset TWIN_SERVER TWIN_TOKEN TWIN_API_TOKEN TWIN_TOKEN_FILE
twin=$repository/dist/twin
started=() processes=()

finish() {
  local code=$? process use
  trap - EXIT
  if [ "$code" != 0 ] && [ -n "${KUBECONFIG:-}" ]; then tell; fi
  if [ "${KEEP:-}" != yes ]; then
    if [ -n "${KUBECONFIG:-}" ]; then
      helm uninstall "$release" --namespace "$namespace" --wait --timeout 60s >/dev/null 2>&1 || true
      kubectl delete namespace "$namespace" "$steps" --ignore-not-found --wait=false >/dev/null 2>&1 || true
      kubectl delete persistentvolume "$release-record" --ignore-not-found --wait=false >/dev/null 2>&1 || true
    fi
    for process in ${processes[@]+"${processes[@]}"}; do kill "$process" 2>/dev/null || true; done
    for use in ${started[@]+"${started[@]}"}; do eval "$use" || true; done
    rm -rf "$work"
  fi
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What a person would look at first, when something went wrong.
tell() {
  heading "What the cluster says"
  kubectl get pods,jobs --all-namespaces --output=wide >&2 || true
  kubectl --namespace "$namespace" logs --selector app.kubernetes.io/instance="$release" --prefix --tail=25 --all-containers >&2 || true
  kubectl --namespace "$steps" get events --sort-by=.lastTimestamp 2>/dev/null | tail -n 15 >&2 || true
}

await() { # WHAT SECONDS COMMAND…
  local what=$1 tries=$(($2 * 5))
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((tries-- > 0)) || die "$what did not come within the time"
    sleep 0.2
  done
}

launch() { # LOG PROGRAM ARGUMENT…
  local log=$work/$1.log
  shift
  "$@" </dev/null >"$log" 2>&1 &
  processes+=($!)
}

# A server of this machine's loopback, for the pods.
forward() { launch "forward-$1" socat "TCP-LISTEN:$1,bind=$node,fork,reuseaddr" "TCP:127.0.0.1:$1"; }

# ── What is beside the product ────────────────────────────────────────────────────────────────────────────────────────

start_servers() {
  if [ -z "${TWIN_TEST_MONGODB:-}" ]; then
    started+=("scripts/mongo.sh stop $$")
    scripts/mongo.sh start $$ >"$work/mongo.env"
    TWIN_TEST_MONGODB=$(sed -n 's/^TWIN_TEST_MONGODB=//p' "$work/mongo.env")
    forward "$(grep -oP ':\K[0-9]+(?=/)' <<<"$TWIN_TEST_MONGODB")"
    # Its replica set tells of members on loopback, which pods can't reach.
    TWIN_TEST_MONGODB="mongodb://$node:$(grep -oP ':\K[0-9]+(?=/)' <<<"$TWIN_TEST_MONGODB")/twinrunner_cluster?directConnection=true"
  fi
  if [ -z "${TWIN_TEST_S3:-}" ]; then
    scripts/s3.sh status >/dev/null 2>&1 || started+=("scripts/s3.sh stop")
    scripts/s3.sh start
    eval "$(scripts/s3.sh env)"
    forward "$(grep -oP '@[^:]*:\K[0-9]+' <<<"$TWIN_TEST_S3")"
    TWIN_TEST_S3=${TWIN_TEST_S3/127.0.0.1/$node}
  fi
}

# An image registry, reached by the engine on loopback, where it needs no TLS, and by the cluster on the bridge.
start_image_registry() {
  cat >"$work/registry.yml" <<END
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $work/images}}
END
  REGISTRY_HTTP_ADDR=127.0.0.1:$registry_port launch registry-engine docker-registry serve "$work/registry.yml"
  REGISTRY_HTTP_ADDR=$node:$registry_port launch registry-cluster docker-registry serve "$work/registry.yml"
  await "the image registry" 10 curl -fsS "http://$node:$registry_port/v2/"
}

push() { # IMAGE NAME
  docker tag "$1" "127.0.0.1:$registry_port/$2"
  docker push --quiet "127.0.0.1:$registry_port/$2" >/dev/null
  docker image rm --no-prune "127.0.0.1:$registry_port/$2" >/dev/null
}

publish_components() {
  local folder name
  mkdir -p "$work/git"
  git clone --quiet --no-tags --bare --local "$repository" "$work/git/repository"
  launch git-daemon git daemon --listen="$node" --port="$git_port" --base-path="$work/git" --export-all --reuseaddr
  for folder in examples/mobility/components/*; do
    name=$(basename "$folder")
    DOCKER_BUILDKIT=0 docker build --quiet --tag "twinrunner-cluster-test/$name" "$folder" >/dev/null 2>&1
    push "twinrunner-cluster-test/$name" "mobility/$name:1.0.0"
    docker image rm --no-prune "twinrunner-cluster-test/$name" >/dev/null
  done
}

# ── The product ───────────────────────────────────────────────────────────────────────────────────────────────────────

write_values() {
  local account host key secret
  account=${TWIN_TEST_S3#*://} host=${account#*@} account=${account%@*}
  key=${account%%:*} secret=${account#*:}
  cat >"$work/values.yaml" <<END
image: {registry: "", repository: ${image%:*}, tag: "${image##*:}"}
database: {url: "$TWIN_TEST_MONGODB"}
objects: {url: s3://twinrunner-cluster-test, endpoint: "${TWIN_TEST_S3%%://*}://${host%%/*}", accessKey: "${key/\%3A/:}", secretKey: "$secret", createBucket: true}
steps:
  # Components of ODTP are written for root, as the example's are.
  namespace: {name: $steps, create: true, labels: {pod-security.kubernetes.io/enforce: baseline}}
  policy:
    rules:
      - {component: "*", runAsRoot: true}
      - {image: "busybox-recording:*", volumes: [{name: record, mountPath: /record, claim: record, readOnly: false}]}
service: {type: NodePort, nodePort: $node_port}
settings: {insecureImageRegistries: "$node:$registry_port", privateHosts: "$node"}
api: {resources: {requests: {cpu: 10m}}}
registry: {resources: {requests: {cpu: 10m}}}
runner: {resources: {requests: {cpu: 10m}}}
END
}

upgrade() { # VALUE…
  helm upgrade --install "$release" charts/twinrunner --namespace "$namespace" --create-namespace --values "$work/values.yaml" --wait --timeout 180s "$@" >/dev/null
}

connect() {
  export TWIN_SERVER=http://$node:$node_port
  TWIN_TOKEN=$(kubectl --namespace "$namespace" get secret "$release-twinrunner" --output 'jsonpath={.data.token}' | base64 -d)
  export TWIN_TOKEN
  await "the API" 60 "$twin" ls
}

register_components() {
  local folder name version
  for folder in examples/mobility/components/*; do
    name=$(basename "$folder")
    version=$("$twin" component add "git://$node:$git_port/repository" --subfolder "$folder" --commit HEAD 2>/dev/null)
    "$twin" component link "$version" "$node:$registry_port/mobility/$name:1.0.0" >/dev/null 2>&1 || die "$version can't be linked to its image"
  done
}

status() { "$twin" show "$1" -o json | jq -r .status; }
# ends_or_serves EXECUTION STEP: the step answers, or nothing more will come.
ends_or_serves() {
  "$twin" show "$1" -o json | jq -e --arg step "$2" '(.status | IN("Succeeded", "Failed", "Cancelled")) or any(.steps[]; .name == $step and .status == "Ready")'
}
step_is() { [ "$("$twin" show "$1" -o json | jq -r --arg step "$2" '.steps[] | select(.name == $step) | .status')" = "$3" ]; }

# ── What it has to do ─────────────────────────────────────────────────────────────────────────────────────────────────

run_mobility() {
  local id
  id=$("$twin" run examples/mobility/workflow.yaml --detach --no-cache)
  await "the page of the last step" 240 ends_or_serves "$id" atlas
  step_is "$id" atlas Ready || die "mobility ended as $(status "$id"): $("$twin" show "$id" -o json | jq -r .message)"
  "$twin" step stop "$id" atlas >/dev/null
  "$twin" wait "$id" >/dev/null || die "mobility ended as $(status "$id")"
  "$twin" cp "$id/report" "$work/report" >/dev/null
  grep -q '<svg\|<title>' "$work/report/index.html" || die "the report is no page"
  say "mobility succeeded; its report has $(stat -c %s "$work/report/index.html") bytes"
}

# Steps that say a line each quarter of a second, and are counted while others are killed.
write_counting() {
  cat >"$work/counting.yaml" <<'END'
title: Counting under disturbance
steps:
  count:
    image: busybox:1.35
    matrix: {lane: [a, b, c, d]}
    parameters: {LANE: "${{ matrix.lane }}"}
    script: |
      i=0
      while [ $i -lt 120 ]; do i=$((i + 1)); echo "$LANE $i"; sleep 0.25; done
      echo "$LANE" > /odtp/odtp-output/lane.txt
    outputs: lane.txt
  gather:
    image: busybox:1.35
    needs: count
    script: cat $(find /odtp/odtp-input -name lane.txt | sort) > /odtp/odtp-output/all.txt
    outputs: all.txt
END
}

begin_counting() {
  local id
  id=$("$twin" run "$work/counting.yaml" --detach --no-cache)
  await "a running step" 90 bash -c "'$twin' show $id -o json | jq -e '[.steps[] | select(.status == \"Running\")] | length > 0'"
  echo "$id"
}

# Each line once and in order, each step launched once, and the outputs of all of them.
check_counting() { # ID
  local lane lines number=0
  "$twin" wait "$1" >/dev/null || die "the run ended as $(status "$1")"
  [ "$("$twin" show "$1" -o json | jq '[.steps[].attempt // 1] | max')" = 1 ] || die "a step was launched twice"
  for lane in a b c d; do
    lines=$("$twin" logs "$1" "count[$number]" | grep -c "^$lane ")
    [ "$lines" = 120 ] || die "the log of lane $lane has $lines lines instead of 120"
    diff <("$twin" logs "$1" "count[$number]" | grep "^$lane ") <(seq -f "$lane %g" 120) >/dev/null || die "the log of lane $lane is out of order"
    number=$((number + 1))
  done
  "$twin" cp "$1/gather" "$work/gather" >/dev/null
  [ "$(tr -d '\n' <"$work/gather/all.txt")" = abcd ] || die "outputs are missing: $(cat "$work/gather/all.txt")"
  rm -rf "$work/gather"
}

kill_under_a_run() {
  local id
  id=$(begin_counting)
  kubectl --namespace "$namespace" delete pod --selector app.kubernetes.io/component=runner --force --grace-period=0 >/dev/null 2>&1
  kubectl --namespace "$namespace" rollout restart "deployment/$release-twinrunner-api" >/dev/null
  kubectl --namespace "$namespace" delete pod --selector app.kubernetes.io/component=registry --wait=false >/dev/null
  kubectl --namespace "$namespace" rollout status "deployment/$release-twinrunner-api" --timeout=90s >/dev/null
  check_counting "$id"
}

upgrade_under_a_run() {
  local id token
  token=$TWIN_TOKEN
  id=$(begin_counting)
  upgrade --set settings.logLevel=debug --set runner.slots=20
  [ "$(kubectl --namespace "$namespace" get secret "$release-twinrunner" --output 'jsonpath={.data.token}' | base64 -d)" = "$token" ] || die "the upgrade changed the token"
  helm rollback "$release" 1 --namespace "$namespace" --wait --timeout 180s >/dev/null
  check_counting "$id"
}

uninstall() {
  local left
  helm uninstall "$release" --namespace "$namespace" --wait --timeout 120s >/dev/null
  await "the end of the pods" 90 bash -c "! kubectl --namespace '$namespace' get pods --output name | grep -q ."
  left=$(kubectl get all,configmaps,secrets,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets,persistentvolumeclaims --namespace "$namespace" --output name |
    grep -vE '^(serviceaccount/default|configmap/kube-root-ca.crt|secret/default-token-)' || true)
  [ -z "$left" ] || die "left behind in $namespace: $left"
  await "the end of the step namespace" 90 bash -c "! kubectl get namespace '$steps'"
}

# A tag is pinned to what it stands for: a second run takes what the first one left.
run_twice() {
  local id
  push busybox:1.35 tools/busybox:1.35
  cat >"$work/once.yaml" <<END
steps:
  once: {image: "$node:$registry_port/tools/busybox:1.35", cache: true, script: "date > /odtp/odtp-output/date", outputs: date}
END
  "$twin" run "$work/once.yaml" >/dev/null 2>&1 || die "a step of an image registry's image failed"
  id=$("$twin" run "$work/once.yaml" --detach)
  "$twin" wait "$id" >/dev/null || die "its second run failed"
  step_is "$id" once Cached || die "the second run of the same step was not cached"
}

# ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

need curl curl
need jq jq
need socat socat
need_image_registry
PATH=$(scripts/helm.sh):$PATH
begun=$SECONDS

heading "A cluster, and servers beside it"
scripts/engine.sh start $$
started+=("scripts/engine.sh stop $$")
scripts/base-images.sh make
KUBECONFIG=$(scripts/cluster.sh start $$)
export KUBECONFIG
started=("scripts/cluster.sh stop $$" "${started[@]}")
start_servers
start_image_registry
publish_components

heading "The image, and the chart"
image=$(scripts/image.sh twinrunner:cluster-test)
docker tag busybox:1.35 busybox-recording:1.0
scripts/cluster.sh load "$image" busybox:1.35 busybox-recording:1.0
docker image rm --no-prune busybox-recording:1.0 >/dev/null
write_values
write_counting
upgrade
connect
say "installed"
helm test "$release" --namespace "$namespace" --timeout 300s >"$work/helm-test.log" || { cat "$work/helm-test.log" >&2; die "helm test failed"; }
say "helm test passed"

heading "The example, from outside"
register_components
run_mobility
run_twice
say "a second run of the same step was cached"

heading "Pods are killed under a run"
kill_under_a_run
say "no line was lost or said twice, no step ran twice"

heading "Many steps, while everything is killed at random moments"
scripts/cluster-disturbance.sh "$release" "$namespace" "$steps" "$work/record"

heading "Upgrade and rollback under a run"
upgrade_under_a_run
say "the same"

heading "Uninstalled"
uninstall
say "nothing is left; all in $((SECONDS - begun)) s"
