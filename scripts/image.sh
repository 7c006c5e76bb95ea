#!/usr/bin/env bash
# Builds the image of the product from dist/ (`make image`), on the public base image or, where no registry answers, on one that is
# made here from Debian's packages, and tries it out.
#
#   image.sh [NAME]   NAME: twinrunner:VERSION unless told. Prints it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$repository"

version=$(sed -n 's/.*<Version>\(.*\)<.*/\1/p' Directory.Build.props)
name=${1:-twinrunner:$version}

scripts/engine.sh start $$ >&2
container=
finish() {
  [ -z "$container" ] || docker rm --force "$container" >/dev/null
  scripts/engine.sh stop $$
}
trap finish EXIT

scripts/base-images.sh runtime
# The base stands in for the SDK too: with dist/ there, nothing is compiled.
runtime=mcr.microsoft.com/dotnet/aspnet:10.0
DOCKER_BUILDKIT=0 docker build --quiet --build-arg SDK="$runtime" --build-arg PREBUILT=yes --tag "$name" \
  --label org.opencontainers.image.title=twinrunner --label org.opencontainers.image.version="$version" \
  --label org.opencontainers.image.revision="$(git rev-parse HEAD)" --label org.opencontainers.image.licenses=Apache-2.0 . >/dev/null 2>"$cache/image.log" ||
  die "the build failed: $(tail -n 3 "$cache/image.log")"

# As in a cluster: nothing may be written but the data folder, no capability is left, the user is nobody in particular.
confined=(--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --tmpfs '/data:uid=10001,mode=700')
container=$(docker run --detach "${confined[@]}" "$name")
for ((tries = 0; tries < 100; tries++)); do
  if docker exec "$container" bash -c "$(docker inspect --format '{{index .Config.Healthcheck.Test 3}}' "$name")" 2>/dev/null; then break; fi
  sleep 0.2
done
[ "$tries" -lt 100 ] || die "the server of $name does not answer: $(docker logs "$container" 2>&1 | tail -n 3)"
docker exec "$container" twin ls >/dev/null || die "twin in $name does not reach its server"
docker exec "$container" git --version >/dev/null || die "git in $name does not run"
docker exec "$container" bash -c 'ls /usr/lib/*/libmongoc-1.0.so.0 /usr/lib/*/libbson-1.0.so.0 >/dev/null' || die "$name lacks the C driver of MongoDB"
[ "$(docker exec "$container" id -u)" = 10001 ] || die "$name does not run as user 10001"

say "$name, $(docker image inspect --format '{{.Size}}' "$name" | numfmt --to=iec-i --suffix=B)"
echo "$name"
