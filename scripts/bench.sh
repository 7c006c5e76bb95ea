#!/usr/bin/env bash
# Runs the benchmarks: bench.sh [SCENARIO…] [--rounds N]. `make bench` publishes dist/twin first. The figures come on stdout, as
# Markdown.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$repository"

started_engine=
finish() { [ -z "$started_engine" ] || scripts/engine.sh stop $$; }
trap finish EXIT

if scripts/engine.sh start $$; then
  started_engine=yes
  need_busybox || say "scenarios with containers need busybox-static for their image"
else
  say "scenarios with containers are left out"
fi
scripts/bench-peers.sh

dotnet run --project bench -c Release -v q -- "$@"
