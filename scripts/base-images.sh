#!/usr/bin/env bash
# The base images that examples and tests stand on, under their public names.
#
#   base-images.sh make    makes or loads those that are missing
#   base-images.sh runtime the one that the product's own image stands on (Dockerfile)
#   base-images.sh remove  removes those made here; pulled ones stay
#
# Where an image registry answers, they are pulled. Where none does, they are made from Debian's packages: the same names, the
# same Dockerfiles. What was made carries the label twinrunner.base=local and is kept in the cache as an archive.
#
# TWIN_BASE_IMAGES=local  makes them without asking an image registry (what `make ci` does)
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

label=twinrunner.base
archives=$cache/images
architecture=$(dpkg --print-architecture 2>/dev/null || uname -m)

# What Docker's own slim image leaves out, and the packages that the examples' components would otherwise fetch at every build.
debian_packages=python3,zip,tzdata,iso-codes,ca-certificates
# The .NET runtime of this machine, with what the product calls: git and ssh, and the C driver of MongoDB.
runtime_packages=git,openssh-client,ca-certificates,libmongoc-1.0-0,libgcc-s1,libssl3,libstdc++6,zlib1g
debian_excludes=('/usr/share/doc/*' '/usr/share/man/*' '/usr/share/info/*' '/usr/share/locale/*' '/usr/share/lintian/*')

here() { docker image inspect "$1" >/dev/null 2>&1; }

make_busybox() { # FILE
  local root
  root=$(mktemp -d)
  need_busybox
  mkdir -p "$root"/{bin,etc,root,tmp,usr/bin}
  chmod 1777 "$root/tmp"
  cp /bin/busybox "$root/bin/busybox"
  /bin/busybox --list | while read -r applet; do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
  ln -s ../../bin/env "$root/usr/bin/env"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
  tar --owner=0 --group=0 --numeric-owner --mtime=@0 --sort=name -C "$root" -czf "$1" .
  rm -rf "$root"
}

make_debian() { bootstrap "$debian_packages" >"$1"; } # FILE

make_runtime() { # FILE
  local dotnet shared
  need_dotnet
  dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
  shared=$(basename "$(printf '%s\n' "$dotnet"/shared/Microsoft.AspNetCore.App/10.* | sort -V | tail -n 1)")
  # Without Perl, which git itself doesn't need: only commands for people do (add -i, send-email).
  # shellcheck disable=SC2016 # $1 is the hook's: the new root
  bootstrap "$runtime_packages" \
    --customize-hook='mkdir -p "$1/usr/share/dotnet" && cd '"$dotnet"' &&
      cp -a --parents dotnet host/fxr/'"$shared"' shared/Microsoft.NETCore.App/'"$shared"' shared/Microsoft.AspNetCore.App/'"$shared"' "$1/usr/share/dotnet"' \
    --customize-hook='rm -rf "$1"/usr/share/perl "$1"/usr/lib/*/perl "$1"/usr/lib/*/libperl.so* "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin' >"$1"
}

bootstrap() { # PACKAGES OPTION…
  local packages=$1 options=() pattern
  shift
  need mmdebstrap mmdebstrap >&2
  [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || install_packages debian-archive-keyring >&2
  for pattern in "${debian_excludes[@]}"; do options+=("--dpkgopt=path-exclude=$pattern"); done
  options+=('--dpkgopt=path-include=/usr/share/doc/*/copyright' '--aptopt=Acquire::Languages "none"')
  as_root mmdebstrap --quiet --variant=minbase --include="$packages" "${options[@]}" "$@" bookworm - | gzip -1
}

# base NAME RECIPE COMMAND: the image NAME, pulled or made by RECIPE into an archive.
base() {
  local name=$1 recipe=$2 command=$3 archive part started=$SECONDS
  if here "$name"; then return; fi
  if [ "${TWIN_BASE_IMAGES:-auto}" != local ] && timeout 120 docker pull --quiet "$name" >/dev/null 2>&1; then
    say "pulled $name"
    return
  fi
  # The recipe's own text is part of the name, so that a changed recipe is made anew.
  archive=$archives/$recipe-$architecture-$({ declare -f "$recipe" bootstrap; echo "$debian_packages $runtime_packages ${debian_excludes[*]}"; } | sha256sum | cut -c1-12).tar.gz
  if [ ! -s "$archive" ]; then
    say "making $name from Debian's packages (once; kept in $archives)"
    mkdir -p "$archives"
    part=$(mktemp "$archive.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -f '$part'" EXIT
    "$recipe" "$part"
    mv "$part" "$archive"
  fi
  docker import --change "LABEL $label=local" --change "CMD [\"$command\"]" \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$archive" "$name" >/dev/null
  say "made $name in $((SECONDS - started)) s"
}

one_at_a_time() {
  mkdir -p "$cache"
  exec 9>"$cache/images.lock"
  flock 9
}

case ${1:-make} in
make)
  one_at_a_time
  base busybox:1.35 make_busybox sh
  base debian:bookworm-slim make_debian bash
  ;;
runtime)
  one_at_a_time
  base mcr.microsoft.com/dotnet/aspnet:10.0 make_runtime bash
  ;;
remove)
  docker images --quiet --filter "label=$label=local" | sort -u | xargs --no-run-if-empty docker image rm --force >/dev/null
  say "removed the base images made here; their archives stay in $archives"
  ;;
*)
  sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "$0"
  exit 2
  ;;
esac
