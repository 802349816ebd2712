#!/usr/bin/env bash
# Makes an image archive that says nothing of when, where and by which process it was built, so that two builds of one commit have the
# same digest: infra/docker/reproducible.sh FROM.tar TO.tar [SECONDS]
#
# FROM is what dotnet publish -t:PublishContainer -p:ContainerImageFormat=OCI -p:ContainerArchiveOutputPath=FROM.tar has written. The SDK
# (10.0) puts the time of the build into the image's configuration and every entry of its own layer, and the number of its process into
# that layer. Here all times become SECONDS since 1970, which is SOURCE_DATE_EPOCH or else the time of the last commit; owners, rights and
# contents stay. Layers of the base are left as they are. Needs GNU tar, gzip and jq.
set -euo pipefail
export LC_ALL=C TZ=UTC

if [[ $# -lt 2 || $# -gt 3 ]]; then
  echo "Usage: $0 FROM.tar TO.tar [SECONDS]" >&2
  exit 2
fi
from=$1 to=$2
epoch=${3:-${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}}
if [[ ! $epoch =~ ^[0-9]+$ ]]; then
  echo "SECONDS must be a whole number of seconds since 1970, not '$epoch'." >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xf "$from" -C "$work"
cd "$work"
if [[ ! -f index.json ]]; then
  echo "$from is no OCI archive: publish with -p:ContainerImageFormat=OCI." >&2
  exit 2
fi

blob() { echo "blobs/sha256/${1#sha256:}"; }
# Stores a file under its digest and prints that.
store() {
  local digest
  digest=$(sha256sum "$1" | cut -d' ' -f1)
  mv "$1" "blobs/sha256/$digest"
  echo "sha256:$digest"
}
# An archive of a folder that is the same for the same files.
pack() {
  tar --format=gnu --sort=name --mtime="@$epoch" --numeric-owner "$@"
}

manifest=$(jq -r '.manifests[0].digest' index.json)
config=$(jq -r '.config.digest' "$(blob "$manifest")")
layer=$(jq -r '.layers[-1].digest' "$(blob "$manifest")")

# The last layer is the program's. GNU tar keeps owners only for root: they are all the same, and are read from the archive.
read -r owner group < <(gzip -dc "$(blob "$layer")" | tar --numeric-owner -tvf - | awk 'NR == 1 { split($2, of, "/"); print of[1], of[2] }')
mkdir layer
gzip -dc "$(blob "$layer")" | tar -xpf - --no-same-owner -C layer
(cd layer && pack --owner="$owner" --group="$group" -cf ../layer.tar -- *)
rm -r layer "$(blob "$layer")"
content=sha256:$(sha256sum layer.tar | cut -d' ' -f1)
gzip -n -9 layer.tar
size=$(stat -c %s layer.tar.gz)
layer=$(store layer.tar.gz)

# When the base's own steps were made stays in the history.
base=$(jq '.rootfs.diff_ids | length - 1' "$(blob "$config")")
at=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
jq -cS --arg at "$at" --arg content "$content" --argjson base "$base" '
  .created = $at
  | .rootfs.diff_ids[$base] = $content
  | (.history[]? | select(.author == ".NET SDK")).created = $at
' "$(blob "$config")" > config.json
rm "$(blob "$config")"
config_size=$(stat -c %s config.json)
config=$(store config.json)

jq -cS --arg layer "$layer" --argjson size "$size" --arg config "$config" --argjson config_size "$config_size" '
  .layers[-1].digest = $layer | .layers[-1].size = $size | .config.digest = $config | .config.size = $config_size
' "$(blob "$manifest")" > manifest.json
rm "$(blob "$manifest")"
manifest_size=$(stat -c %s manifest.json)
manifest=$(store manifest.json)
jq -cS --arg digest "$manifest" --argjson size "$manifest_size" \
  '.manifests[0].digest = $digest | .manifests[0].size = $size' index.json > index.new
mv index.new index.json

cd - > /dev/null
pack --owner=0 --group=0 --mode=u=rwX,go=rX -cf "$to" -C "$work" blobs index.json oci-layout
echo "$manifest"
