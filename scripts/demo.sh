#!/usr/bin/env bash
# Runs the example digital twin on real containers, from an empty machine on (`make demo`; dist/ is built by then).
#
# It starts an engine and `twin serve` where they don't run, and stops what it started. The exit code is the run's. Run it again
# with another parameter to see the step cache at work:  ARGUMENTS="-p origin=Asia/Tokyo" make demo
#
# TWIN_DEMO_DATA  data folder of the demo's server (.demo in the checkout; make clean removes it)
# ARGUMENTS       further arguments of `twin run`
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$repository"

twin=$repository/dist/twin
export TWIN_DATA=${TWIN_DEMO_DATA:-$repository/.demo}
# What the user's shell says about servers is not meant for this one.
unset TWIN_SERVER TWIN_TOKEN TWIN_API_TOKEN TWIN_TOKEN_FILE TWIN_LISTEN

server='' visitor='' engine=''
finish() {
  local code=$?
  trap - EXIT
  [ -z "$visitor" ] || kill "$visitor" 2>/dev/null || true
  if [ -n "$server" ] && kill -TERM "$server" 2>/dev/null; then wait "$server" || true; fi
  [ -z "$engine" ] || scripts/engine.sh stop $$
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_server() { # FLAG…
  "$twin" serve --listen http://127.0.0.1:0 "$@" >"$TWIN_DATA/serve.out" 2>"$TWIN_DATA/serve.log" &
  server=$!
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    if [ -s "$TWIN_DATA/serve.out" ]; then
      cat "$TWIN_DATA/serve.out" >&2
      return
    fi
    [ -d "/proc/$server" ] || break
    sleep 0.2
  done
  tail -n 20 "$TWIN_DATA/serve.log" >&2
  die "the server did not start"
}

newest() { "$twin" ls --quiet 2>/dev/null | sed -n 1p; }

# visit STEP PORT BEFORE: waits until the step of the run that comes after BEFORE serves, looks at its page, and stops it.
visit() {
  local id=$3 view port page code=0
  while sleep 0.3; do
    [ "$id" != "$3" ] || id=$(newest)
    if [ "$id" = "$3" ]; then continue; fi
    view=$("$twin" show "$id" -o json 2>/dev/null) || return
    port=$(jq -r --arg step "$1" --arg port "$2" '.steps[] | select(.name == $step and .status == "Ready") | .publishedPorts[$port] // $port' <<<"$view")
    if [ -n "$port" ]; then
      if page=$(curl -fsS "http://127.0.0.1:$port/index.html"); then
        say "http://127.0.0.1:$port/index.html serves: $(sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' <<<"$page" | sed -n 1p)"
      else
        say "the page of $1 can't be fetched"
        code=1
      fi
      say "it would go on until somebody says: twin step stop ${id: -8} $1"
      "$twin" step stop "$id" "$1" || code=1
      return "$code"
    fi
    case $(jq -r .status <<<"$view") in Succeeded | Failed | Cancelled) return ;; esac
  done
}

need curl curl
need jq jq
need git git
mkdir -p "$TWIN_DATA"

if scripts/engine.sh start $$; then
  engine=yes
  scripts/base-images.sh make
  workflow=examples/mobility/workflow.yaml port=8080 flags=() arguments=()
else
  say "the same digital twin runs without containers, its components as commands of this machine"
  need python3 python3
  [ -d /usr/share/zoneinfo ] || install_packages tzdata
  [ -e /usr/share/iso-codes/json/iso_3166-1.json ] || install_packages iso-codes
  workflow=examples/mobility/without-containers.yaml port=18080 flags=(--allow-processes)
  arguments=(-p "components=$repository/examples/mobility/components")
fi

heading "A server, with the embedded database and object store"
start_server ${flags[@]+"${flags[@]}"}

if [ -n "$engine" ]; then
  heading "The components"
  components=$repository
  if [ -e .git ]; then
    # A clone without tags: those are versions of Twinrunner, and would be taken for versions of the components.
    components=$TWIN_DATA/repository
    rm -rf "$components"
    git clone --quiet --no-tags --local "$repository" "$components"
  fi
  "$twin" component add "$components"/examples/mobility/components/*
fi

heading "The run"
visit atlas "$port" "$(newest)" &
visitor=$!
code=0
# shellcheck disable=SC2086 # the arguments are words
"$twin" run "$workflow" ${arguments[@]+"${arguments[@]}"} ${ARGUMENTS:-} || code=$?
if [ "$code" = 0 ]; then wait "$visitor" || code=1; else kill "$visitor" 2>/dev/null || true; fi
visitor=
id=$(newest)

heading "What it left"
"$twin" outputs "$id" || true
if [ "$code" = 0 ]; then
  "$twin" cp "$id/report" "$TWIN_DATA/report"
  cat >&2 <<END

${bold}Look next${plain}
  $TWIN_DATA/report/index.html    the page with the map
  dist/twin --help                         what else there is to do; --data ${TWIN_DATA#"$repository/"} finds this run again:
  dist/twin --data ${TWIN_DATA#"$repository/"} show ${id: -8}
  dist/twin --data ${TWIN_DATA#"$repository/"} logs ${id: -8} trips
  dist/twin run examples/hello/workflow.yaml
  ARGUMENTS='-p origin=Asia/Tokyo' make demo    only what depends on it runs again, the rest is Cached
END
fi
exit "$code"
