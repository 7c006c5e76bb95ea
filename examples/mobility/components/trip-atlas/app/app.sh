#!/bin/bash
set -eu
exec python3 -u "$(dirname "$0")/atlas.py"
