#!/usr/bin/env bash
# The figures that other schedulers are compared by, as lines of subject, metric, value and unit on standard output; progress goes
# to standard error. Honours BENCH_PG (an Npgsql connection string of an empty database), BENCH_JOBS, BENCH_SINGLES, BENCH_CRONS and
# BENCH_LATENCIES; without BENCH_PG it measures PostgreSQL on a private server.
set -euo pipefail
cd "$(dirname "$0")/../.."
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
status=0
dotnet run --project Scheduler.Tests --configuration Release -- \
  benchmark drain latency due --engine "${BENCH_ENGINE:-postgres}" --tsv "$figures" >&2 || status=$?
cat "$figures"
exit "$status"
