#!/bin/sh
# Simulates members that balance with each other's counts of a moment ago, and prints the tables of
# docs/cluster.md. Takes minutes; the same seed gives the same tables:
#   bench/simulation.sh                           the seed of docs/cluster.md
#   bench/simulation.sh 7                         another one
set -eu
cd "$(dirname "$0")/.."
out=target/simulation.classpath

mvn -B -q -ntp test-compile dependency:build-classpath \
  -Dmdep.includeScope=test -Dmdep.outputFile="$out" >&2
exec java -cp "target/test-classes:target/classes:$(cat "$out")" \
  dev.fairlead.pool.balance.StalenessSimulation "$@"
