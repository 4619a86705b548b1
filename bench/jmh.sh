#!/bin/sh
# Measures what choosing a backend (BalancerBenchmark), looking up a client (AccessListBenchmark), the limit
# of a source (SourceLimitBenchmark), finding a route (RouteTableBenchmark) and admitting a connection
# (AdmissionBenchmark) cost. Arguments go to JMH:
#   bench/jmh.sh                                      everything
#   bench/jmh.sh Balancer -p backends=1000 -prof gc   one size, with allocations
#   bench/jmh.sh -h                                   all that JMH knows
set -eu
cd "$(dirname "$0")/.."
out=target/jmh.classpath

mvn -B -q -ntp test-compile dependency:build-classpath \
  -Dmdep.includeScope=test -Dmdep.outputFile="$out"
exec java -cp "target/test-classes:target/classes:$(cat "$out")" org.openjdk.jmh.Main "$@"
