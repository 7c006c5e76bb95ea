#!/bin/bash
# Starts the app as ODTP's contract has it: its log also in odtp-logs, its outputs also as odtp-output.zip.
set -euo pipefail

exec > >(tee -a /odtp/odtp-logs/log.txt) 2>&1
cd /odtp/odtp-workdir

# The first process of a container hears no signal unless it listens: pass on the request to stop.
bash /odtp/odtp-app/app.sh &
app=$!
trap 'kill -TERM "$app"' TERM INT
status=0
wait "$app" || status=$?
if [ "$status" -gt 128 ] && kill -0 "$app" 2>/dev/null; then
  status=0
  wait "$app" || status=$?
fi
[ "$status" = 0 ] || exit "$status"

cd /odtp/odtp-output
if [ -n "$(ls)" ]; then
  zip -rq /odtp/odtp-output.zip ./*
  mv /odtp/odtp-output.zip .
fi
