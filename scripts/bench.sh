#!/usr/bin/env bash
# Runs the benchmarks: bench.sh [SCENARIO…] [--rounds N]. `make bench` publishes dist/twin first. The figures come on stdout, as
# Markdown.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$repository"

started_engine='' started_s3=''
finish() {
  [ -z "$started_engine" ] || scripts/engine.sh stop $$
  [ -z "$started_s3" ] || scripts/s3.sh stop
}
trap finish EXIT

case " $* " in
  *' s3 '* | '  ' | ' --rounds '*)
    if [ -z "${TWIN_TEST_S3:-}" ]; then
      scripts/s3.sh status 2>/dev/null || started_s3=yes
      if scripts/s3.sh start; then eval "$(scripts/s3.sh env)"; else say "the scenario with an S3 server is left out"; fi
    fi
    ;;
esac

if scripts/engine.sh start $$; then
  started_engine=yes
  need_busybox || say "scenarios with containers need busybox-static for their image"
else
  say "scenarios with containers are left out"
fi
scripts/bench-peers.sh

dotnet run --project bench -c Release -v q -- "$@"
