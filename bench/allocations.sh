#!/usr/bin/env bash
# Does the relay allocate? Runs the jar under JFR, drives ping-pong, and prints the sites in Fairlead's
# own code that allocated while the load was on. usage: bench/allocations.sh [TRANSPORT] [SECONDS]
# The last line is the verdict; exit 1 if the relay allocated.
set -euo pipefail
cd "$(dirname "$0")/.."

transport="${1:-epoll}"
seconds="${2:-20}"
java="${JAVA:-java}"
jfr="${JFR:-$(dirname "$(readlink -f "$(command -v "$java")")")/jfr}"
jar="${FAIRLEAD_JAR:-target/fairlead.jar}"
[ -f "$jar" ] || { echo "no $jar: build it with \`mvn -B package -DskipTests\`" >&2; exit 1; }
[ -x "$jfr" ] || { echo "no jfr beside $java: needs a JDK, or set JFR" >&2; exit 1; }

mkdir -p bench/out
gcc -O2 -Wall -o bench/out/load bench/load.c
recording="bench/out/allocations-$transport.jfr"
rm -f "$recording"

# Every sample counts here, so none is dropped for being one of many.
settings="bench/out/allocations.jfc"
cat >"$settings" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<configuration version="2.0" label="allocations">
  <event name="jdk.ObjectAllocationSample">
    <setting name="enabled">true</setting>
    <setting name="throttle">1000/s</setting>
    <setting name="stackTrace">true</setting>
  </event>
</configuration>
XML

"$java" -Xms64m -Xmx64m \
  -XX:StartFlightRecording="settings=$settings,filename=$recording,dumponexit=true" \
  -jar "$jar" run -c bench/fairlead.yaml --set "node.transport=$transport" \
  >bench/out/allocations.log 2>&1 &
member=$!
trap 'kill "$member" 2>/dev/null || true' EXIT

for _ in $(seq 100); do
  if (exec 3<>/dev/tcp/127.0.0.1/19804) 2>/dev/null; then break; fi
  kill -0 "$member" 2>/dev/null || { cat bench/out/allocations.log >&2; exit 1; }
  sleep 0.1
done

# The first run compiles; only the steady middle of the second one is looked at.
bench/out/load rr 19804 19800 100 "$seconds" >/dev/null
from="$(date +%s)"
report="$(bench/out/load rr 19804 19800 100 "$seconds" | tail -n 1)"
until="$(date +%s)"
kill -TERM "$member"
wait "$member"

"$jfr" print --json --stack-depth 64 --events jdk.ObjectAllocationSample "$recording" \
  >bench/out/allocations.json
echo "$report"
python3 bench/allocations.py \
  bench/out/allocations.json $((from + seconds / 4)) $((until - 1)) "$report"
