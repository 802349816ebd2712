#!/usr/bin/env bash
# Builds both images of the last commit twice, in two folders, and says whether they are the same to the digest:
#   infra/docker/twice.sh [more options of dotnet publish, such as -p:ContainerBaseImage=…]
set -euo pipefail
cd "$(dirname "$0")/../.."
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
work=$(mktemp -d)
trap 'git worktree remove --force "$work/one/tree"; git worktree remove --force "$work/another/tree"; rm -rf "$work"' EXIT

build() { # folder part
  (
    cd "$work/$1/tree"
    dotnet publish "Scheduler.$2" -c Release -r linux-x64 --no-self-contained -t:PublishContainer -v q --nologo \
      -p:ContinuousIntegrationBuild=true -p:ContainerImageFormat=OCI -p:ContainerRepository="${2,,}" \
      -p:ContainerArchiveOutputPath="$work/$1/$2.sdk.tar" "${@:3}" >&2
    infra/docker/reproducible.sh "$work/$1/$2.sdk.tar" "$work/$1/$2.tar"
  )
}

for folder in one another; do
  git worktree add --quiet --detach "$work/$folder/tree" HEAD
done
same=0
for part in Api Worker; do
  one=$(build one "$part" "$@")
  another=$(build another "$part" "$@")
  if [[ $one == "$another" ]] && cmp -s "$work/one/$part.tar" "$work/another/$part.tar"; then
    echo "$part: $one, twice"
  else
    echo "$part: $one and $another differ"
    same=1
  fi
done
exit $same
