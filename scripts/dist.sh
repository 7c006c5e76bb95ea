#!/usr/bin/env bash
# Publishes the twin command to dist/: framework-dependent, compiled ahead of time where the SDK can do that (ReadyToRun).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$repository"

# Into a new folder first: a half-published dist/ must never look like a whole one, and one that runs stays whole.
part=artifacts/dist.part
rm -rf "$part"
dotnet publish src/Cli -c Release -p:Dist=true -o "$part" -v q -nologo
rm -rf dist
mv "$part" dist
say "dist/twin $(dist/twin --version 2>/dev/null || true)"
