#!/usr/bin/env bash
# Runs the tests that are built (`make build dist` does that) and sums them up.
#
#   test.sh [PROJECT…]   the named projects (Storage.Tests …), or all
#
# It starts a container engine and two S3 servers for the time of the tests where none run. The last line is `N passed, N failed, N skipped`; every
# skipped test is listed with its reason. Results lie in artifacts/tests (one .xml, .trx and .log a project).
#
# CI_ENGINE=required  an engine that can't be had is a failure (the default when CI=true)
# CI_ENGINE=optional  tests that need one skip, and say so (the default otherwise)
# CI_CLUSTER=required a Kubernetes is built where none was (scripts/cluster.sh), which takes minutes; otherwise one that was built is used
# CI_S3=…             the same for the S3 servers; TWIN_TEST_S3 and TWIN_TEST_S3_SECOND name others (scripts/s3.sh)
# TWIN_TEST_MONGODB   address of a MongoDB to test with (a replica set); else scripts/mongo.sh starts a compatible server
# TEST_TIMEOUT        seconds that one project may take (1200)
# TEST_ARGUMENTS      passed on to each test program, for example: -class '*SqliteTests'
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$repository"

configuration=${CONFIGURATION:-Release}
results=artifacts/tests
if [ "${CI:-}" = true ]; then default=required; else default=optional; fi
engine=${CI_ENGINE:-$default} s3=${CI_S3:-$default}

# Exit code of scripts whose packages can't be had here: what needs them is skipped, in CI as well, and named at the end.
cannot_be_had=3

# The quick ones first, so that a plain mistake is seen soon.
projects=("$@")
[ $# -gt 0 ] || projects=(Charts.Tests Client.Tests Storage.Tests Registry.Tests Runner.Tests Cli.Tests EndToEnd.Tests)

case " ${projects[*]} " in *Storage.Tests* | *Runner.Tests* | *Cli.Tests* | *EndToEnd.Tests*) with_servers=yes ;; *) with_servers= ;; esac

need git git
need curl curl
if folder=$(scripts/helm.sh); then
  export TWIN_HELM_FOLDER=$folder
elif [ "${CI:-}" = true ]; then
  die "helm can't be had, which the tests of the chart need"
fi

started_engine='' started_cluster='' started_s3='' started_mongo=''
finish() {
  [ -z "$started_engine" ] || scripts/engine.sh stop $$
  [ -z "$started_cluster" ] || scripts/cluster.sh stop $$
  [ -z "$started_s3" ] || scripts/s3.sh stop
  [ -z "$started_mongo" ] || scripts/mongo.sh stop $$
}
trap finish EXIT

if [ -n "$with_servers" ] && [ -z "${TWIN_TEST_S3:-}" ]; then
  scripts/s3.sh status 2>/dev/null || started_s3=yes
  code=0
  scripts/s3.sh start || code=$?
  if [ $code = 0 ]; then
    eval "$(scripts/s3.sh env)"
  else
    [ "$s3" != required ] || [ $code = $cannot_be_had ] || die "the S3 servers don't start, which the tests of object stores need"
    say "tests that need an S3 server are skipped"
  fi
fi

if scripts/engine.sh start $$; then
  started_engine=yes
  need_busybox || say "tests that make their image of busybox-static skip"
  if ! need_image_registry; then
    [ "$engine" != required ] || die "docker-registry can't be had, which the tests of image registries need"
    say "tests that need docker-registry are skipped"
  fi
  scripts/base-images.sh make || say "the base images could not be made: tests of examples will fail"
elif [ "$engine" = required ]; then
  die "CI_ENGINE=required: the tests of containers can't be left out"
else
  say "tests that need a container engine are skipped"
fi

if [ -z "${TWIN_TEST_KUBECONFIG:-}" ] && { [ "${CI_CLUSTER:-}" = required ] || [ -x "$kubernetes/bin120/kubelet" ]; }; then
  if TWIN_TEST_KUBECONFIG=$(scripts/cluster.sh start $$); then
    export TWIN_TEST_KUBECONFIG
    started_cluster=yes
    # The helpers of steps are the product itself.
    if [ -n "$with_servers" ] && [ -x dist/twin ] && [ -z "${TWIN_TEST_HELPER_IMAGE:-}" ]; then
      TWIN_TEST_HELPER_IMAGE=$(scripts/image.sh twinrunner:test) && export TWIN_TEST_HELPER_IMAGE
    fi
  elif [ "${CI_CLUSTER:-}" = required ]; then
    die "CI_CLUSTER=required: the tests of Kubernetes can't be left out"
  fi
fi

if [ -z "${TWIN_TEST_MONGODB:-}" ]; then
  code=0
  addresses=$(scripts/mongo.sh start $$) || code=$?
  if [ $code = 0 ]; then
    started_mongo=yes
    while read -r address; do export "${address?}"; done <<<"$addresses"
  else
    [ "${CI:-}" != true ] || [ $code = $cannot_be_had ] || die "the MongoDB server doesn't start, which the tests of the database need"
    say "tests that need MongoDB are skipped"
  fi
fi

# An attribute of the <assembly> element of xunit's XML.
count() { sed -n "s/.*<assembly [^>]*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1; }

# <test name="…" … result="Skip"><reason><![CDATA[why]]></reason>, one line each: name, tab, why.
list_skipped() {
  awk 'BEGIN { RS = "<test " } NR > 1 && /result="Skip"/ {
    match($0, / name="[^"]*"/); name = substr($0, RSTART + 7, RLENGTH - 8)
    why = "no reason given"
    if (match($0, /<reason>.*<\/reason>/)) why = substr($0, RSTART + 8, RLENGTH - 17)
    gsub(/<!\[CDATA\[|\]\]>/, "", why); gsub(/&quot;/, "\"", name); gsub(/\\"/, "\"", name); gsub(/\\"/, "\"", why); gsub(/\n/, " ", why); print name "\t" why }' "$1"
}

mkdir -p "$results"
rm -f "$results"/*
passed=0 failed=0 skipped=0 broken=() rows=()
for project in "${projects[@]}"; do
  program=tests/$project/bin/$configuration/net10.0/Twinrunner.$project
  [ -x "$program" ] || die "$program is missing: run make build"
  heading "$project" 2>&1
  started=$SECONDS code=0
  # Twice as many at once as there are processors: most of the time they wait for containers and servers.
  # shellcheck disable=SC2086 # the arguments are words
  timeout --kill-after=30 "${TEST_TIMEOUT:-1200}" "$program" -noLogo -noColor -maxThreads 2x -longRunning 120 ${TEST_ARGUMENTS:-} \
    -xml "$results/$project.xml" -trx "$results/$project.trx" 2>&1 </dev/null | tee "$results/$project.log" || code=${PIPESTATUS[0]}
  p=0 f=0 s=0
  if [ -s "$results/$project.xml" ]; then
    p=$(count passed "$results/$project.xml") s=$(count skipped "$results/$project.xml")
    f=$(($(count failed "$results/$project.xml") + $(count errors "$results/$project.xml")))
    list_skipped "$results/$project.xml" >>"$results/skipped.tsv"
  fi
  # A program that died, ran into its time limit or failed outside of a test has failed, whatever it counted.
  if [ "$code" != 0 ] && [ "$f" = 0 ]; then
    f=1
    if [ "$code" = 124 ]; then broken+=("$project took longer than ${TEST_TIMEOUT:-1200} s"); else broken+=("$project ended with exit code $code"); fi
  fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  rows+=("$(printf '%-16s %5d passed %4d failed %4d skipped %5d s' "$project" "$p" "$f" "$s" $((SECONDS - started)))")
done

heading "Tests" 2>&1
printf '%s\n' "${rows[@]}"
if [ -s "$results/skipped.tsv" ]; then
  printf '\nSkipped:\n'
  while IFS=$'\t' read -r name why; do printf '  %s: %s\n' "$name" "$why"; done <"$results/skipped.tsv"
fi
for sentence in ${broken[@]+"${broken[@]}"}; do printf '\nFailed: %s (see %s)\n' "$sentence" "$results"; done
finish
started_engine='' started_cluster='' started_s3='' started_mongo=''
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
