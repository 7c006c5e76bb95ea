#!/usr/bin/env bash
# Gets the programs that cluster.sh runs: Kubernetes 1.20 built from Debian 12's own source package, the rest as Debian ships it.
#
#   cluster-build.sh   builds what is missing (as root). Exit code 3: it can't be had here, and why.
#
# The first time it takes five to eight minutes of two processors, 3.4 GB of disk while it builds and 310 MB that stay, below
# /var/cache/twinrunner/kubernetes (with TWIN_CACHE set, below that): the cluster runs as root and is one for the whole machine.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

version='1.20.5+really1.20.2-1.1+deb12u1'
programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy)
source=$kubernetes/src
bin=$kubernetes/bin120
cni=$kubernetes/cni
pause=$kubernetes/img/pause.tar

no_cluster() {
  say "no Kubernetes: $*"
  exit 3
}

# packaged PACKAGE: unpacks it below $source/x. Not installed, so that none of its services starts.
packaged() {
  [ -d "$source/x/$1" ] && return
  (cd "$source/debs" && apt-get download -q "$1") >/dev/null 2>&1 || { apt-get update -q >/dev/null && (cd "$source/debs" && apt-get download -q "$1") >/dev/null; }
  mkdir -p "$source/x/$1"
  dpkg-deb -x "$source/debs/$1"_*.deb "$source/x/$1"
}

# A source list of its own beside the machine's, which stays as it is.
fetch_source() {
  local lists=$source/apt options
  mkdir -p "$lists/sources.d" "$lists/lists/partial"
  if [ -e /etc/apt/sources.list.d/debian.sources ]; then
    sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$lists/sources.d/source.sources"
  else
    sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$lists/sources.d/source.list"
  fi
  options=(-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$lists/sources.d" -o Dir::State::lists="$lists/lists" -o APT::Sandbox::User=root)
  (
    cd "$source"
    apt-get "${options[@]}" update -q
    apt-get "${options[@]}" source -q --download-only "kubernetes=$version"
    dpkg-source --no-check -x "kubernetes_$version.dsc" k120
  ) >"$kubernetes/source.log" 2>&1 || no_cluster "the source package kubernetes $version can't be fetched (log: $kubernetes/source.log)"
}

# build_programs PROGRAM…: without cloud providers and the old Docker shim, which halves the time.
build_programs() {
  local wanted=() program started=$SECONDS
  [ -d "$source/k120" ] || fetch_source
  for program in "$@"; do wanted+=("cmd/$program"); done
  say "building $* (once, several minutes; log: $kubernetes/build.log)"
  mkdir -p "$source/k120/.go/src/k8s.io" "$source/home"
  ln -sfn ../../.. "$source/k120/.go/src/k8s.io/kubernetes"
  (cd "$source/k120" && env GOPATH="$PWD/.go" HOME="$source/home" CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-tags=providerless,dockerless \
    make WHAT="${wanted[*]}" GOLDFLAGS='-s -w') >"$kubernetes/build.log" 2>&1 || die "the build failed: $(tail -n 1 "$kubernetes/build.log")"
  for program in "$@"; do install -m755 "$source/k120/_output/local/go/bin/$program" "$bin/"; done
  rm -rf "${source:?}"/{k120,home}
  say "built in $((SECONDS - started)) s"
}

# The image that holds a pod's namespaces, as an archive that containerd imports.
make_pause() {
  local root layer config
  root=$(mktemp -d)
  mkdir "$root/files" "$root/archive"
  gcc -Os -static -s -o "$root/files/pause" -x c - <<'C'
#include <signal.h>
#include <unistd.h>
#include <sys/wait.h>
static void end(int signal) { _exit(0); }
static void reap(int signal) { while (waitpid(-1, 0, WNOHANG) > 0); }
int main(void) { signal(SIGTERM, end); signal(SIGINT, end); signal(SIGCHLD, reap); for (;;) pause(); }
C
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$root/files" -cf "$root/archive/layer.tar" .
  layer=$(sha256sum "$root/archive/layer.tar" | cut -d' ' -f1)
  config='{"architecture":"'$(dpkg --print-architecture)'","os":"linux","config":{"Entrypoint":["/pause"]},"rootfs":{"type":"layers","diff_ids":["sha256:'$layer'"]}}'
  printf %s "$config" >"$root/archive/config.json"
  printf '[{"Config":"config.json","RepoTags":["local/pause:1"],"Layers":["layer.tar"]}]' >"$root/archive/manifest.json"
  mkdir -p "$(dirname "$pause")"
  tar -C "$root/archive" -cf "$pause" manifest.json config.json layer.tar
  rm -rf "$root"
}

missing=()
for program in "${programs[@]}"; do [ -x "$bin/$program" ] || missing+=("$program"); done
if [ ${#missing[@]} -gt 0 ]; then
  grep -q '^VERSION_CODENAME=bookworm' /etc/os-release || no_cluster "it is built from the source package of Debian 12, and this is not Debian 12"
  install_packages golang-go dpkg-dev make gcc libc6-dev rsync jq || no_cluster "the packages to build it with can't be had"
fi
tools=(containerd runc iptables iproute2 openssl curl dnsmasq-base procps)
dpkg -s "${tools[@]}" >/dev/null 2>&1 || install_packages "${tools[@]}" || no_cluster "containerd and its tools can't be had"
mkdir -p "$source/debs" "$bin" "$cni"
[ -x "$bin/etcd" ] || { packaged etcd-server && install -m755 "$source/x/etcd-server/usr/bin/etcd" "$bin/"; }
[ -x "$bin/kubectl" ] || { packaged kubernetes-client && install -m755 "$source/x/kubernetes-client/usr/bin/kubectl" "$bin/"; }
if [ ! -x "$cni/portmap" ]; then
  packaged containernetworking-plugins
  install -m755 "$source"/x/containernetworking-plugins/usr/lib/cni/{bridge,host-local,loopback,portmap} "$cni/"
fi
if [ ! -s "$pause" ]; then
  command -v gcc >/dev/null || install_packages gcc libc6-dev
  make_pause
fi
[ ${#missing[@]} = 0 ] || build_programs "${missing[@]}"
