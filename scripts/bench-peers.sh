#!/usr/bin/env bash
# Installs what `make bench` measures beside Twinrunner: GNU make, GNU parallel, snakemake, cwltool, rclone, Amazon's aws. What can't be installed is
# said, and left out of the figures.
set -uo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

for peer in make parallel snakemake cwltool rclone; do
  need "$peer" "$peer" || say "$peer is left out of the figures"
done
need aws awscli || say "aws is left out of the figures"
