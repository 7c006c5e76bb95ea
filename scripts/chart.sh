#!/usr/bin/env bash
# What is made from the chart: the table of values in its README, the list of its images, and manifests/.
#
#   chart.sh make    writes them anew (`make manifests`)
#   chart.sh check   lints the chart, and fails when what is checked in is not what would be made
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$repository"

chart=charts/twinrunner
programs=$(scripts/helm.sh)
render() { "$programs/helm" template twinrunner "$chart" --namespace twinrunner --kube-version 1.32.0 "$@"; }

# A row for each key below a comment that begins with two dashes: its path, default and the comment.
values_table() {
  printf '| value | default | what it does |\n|---|---|---|\n'
  awk '
    /^ *# -- / { comment = $0; sub(/^ *# -- /, "", comment); next }
    /^ *[A-Za-z]+:/ {
      depth = match($0, /[^ ]/) - 1
      key = substr($0, depth + 1); value = key
      sub(/:.*/, "", key); sub(/^[^:]*: ?/, "", value)
      path[depth / 2] = key
      if (comment == "") next
      name = path[0]
      for (level = 1; level <= depth / 2; level++) name = name "." path[level]
      if (value == "" || value ~ /^[&*]/) value = "see values.yaml"; else value = "`" value "`"
      gsub(/\|/, "\\|", comment)
      print "| `" name "` | " value " | " comment " |"
      comment = ""
    }' "$chart/values.yaml"
}

readme() {
  sed '/<!-- values -->/q' "$chart/README.md"
  values_table
  sed -n '/<!-- end of values -->/,$p' "$chart/README.md"
}

# Every image that any values of the chart can name, for sites that fetch them by hand.
images() {
  render --set database.url=mongodb://none --set mongodb.enabled=true --set minio.enabled=true | sed -n 's/^ *image: *//p' | sort -u
}

manifests() {
  echo "# Made from charts/twinrunner and values.yaml beside this file by 'make manifests': change those."
  render --skip-tests --values manifests/values.yaml
}

same() { # FILE COMMAND
  diff -u "$1" <("$2") >&2 || die "$1 is not what the chart makes: run make manifests"
}

case ${1:-} in
make)
  part=$(mktemp)
  trap 'rm -f "$part"' EXIT
  for pair in "readme $chart/README.md" "images $chart/images.txt" "manifests manifests/twinrunner.yaml"; do
    read -r what file <<<"$pair"
    "$what" >"$part"
    cp "$part" "$file"
    chmod 644 "$file"
  done
  ;;
check)
  "$programs/helm" lint --strict --quiet "$chart" --values manifests/values.yaml >&2
  same "$chart/README.md" readme
  same "$chart/images.txt" images
  same manifests/twinrunner.yaml manifests
  ;;
*)
  sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "$0"
  exit 2
  ;;
esac
