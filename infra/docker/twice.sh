#!/usr/bin/env bash
# Builds both images of the last commit twice and says whether they are the same to the digest:
#   infra/docker/twice.sh [more options of dotnet publish, such as -p:ContainerBaseImage=…]
# In one folder after the other of the same name: the debug symbols have a sum of what Razor generates, which names the folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
work=$(mktemp -d)
trap 'git worktree remove --force "$work/tree" 2> /dev/null || true; rm -rf "$work"' EXIT

for build in first second; do
  git worktree add --quiet --detach "$work/tree" HEAD
  for part in Api Worker; do
    (
      cd "$work/tree"
      dotnet publish "Scheduler.$part" -c Release -r linux-x64 --no-self-contained -t:PublishContainer -v q --nologo \
        -p:ContinuousIntegrationBuild=true -p:ContainerImageFormat=OCI -p:ContainerRepository="${part,,}" \
        -p:ContainerArchiveOutputPath="$work/sdk.tar" "$@" >&2
      infra/docker/reproducible.sh "$work/sdk.tar" "$work/$part.$build.tar" > "$work/$part.$build.digest"
      rm "$work/sdk.tar"
    )
  done
  git worktree remove --force "$work/tree"
done

result=0
for part in Api Worker; do
  if cmp -s "$work/$part.first.tar" "$work/$part.second.tar"; then
    echo "$part: $(< "$work/$part.first.digest"), twice"
  else
    echo "$part: $(< "$work/$part.first.digest") and $(< "$work/$part.second.digest") differ"
    result=1
  fi
done
exit $result
