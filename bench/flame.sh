#!/usr/bin/env bash
# Where the time of a core goes: a flame graph of a warm process that relays one scenario, with the kernel.
# usage: bench/flame.sh OUT.html [connfin|conn|rr|down|up]     FAIRLEAD_JAR names another jar.
# Takes async-profiler from Maven Central. As root, or with kernel.perf_event_paranoid at most 1.
set -euo pipefail
cd "$(dirname "$0")/.."

out="${1:?usage: bench/flame.sh OUT.html [SCENARIO]}"
mode="${2:-connfin}"
java="${JAVA:-java}"
jar="${FAIRLEAD_JAR:-target/fairlead.jar}"
artifact=async-profiler-3.0
[ -f "$jar" ] || { echo "no $jar: build it with \`mvn -B package -DskipTests\`" >&2; exit 1; }
case "$(uname -m)" in
  x86_64) library=linux-x64/libasyncProfiler.so ;;
  aarch64) library=linux-arm64/libasyncProfiler.so ;;
  *) echo "async-profiler has no library for $(uname -m)" >&2; exit 1 ;;
esac

mkdir -p bench/out
if [ ! -f "bench/out/$library" ]; then
  mvn -q -B dependency:copy -Dartifact=tools.profiler:async-profiler:3.0 -DoutputDirectory=bench/out
  python3 -m zipfile -e "bench/out/$artifact.jar" bench/out
fi
gcc -O2 -Wall -o bench/out/load bench/load.c

# load SECONDS: through Fairlead, on a core of its own.
load() {
  local sizes=(64 64) connections=50
  case "$mode" in
    rr) sizes=(100 100) connections=100 ;;
    down | up) connections=8 ;;
  esac
  taskset -c 0 bench/out/load "$mode" 19804 19800 "$connections" "$1" "${sizes[@]}" | tail -n 1
}

log=bench/out/flame.log
taskset -c 1 "$java" -Xms64m -Xmx64m -XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints \
  -jar "$jar" run -c bench/fairlead.yaml --set node.transport=epoll >"$log" 2>&1 &
process=$!
trap 'kill "$process" 2>/dev/null || true' EXIT
until grep -q 'ready:' "$log"; do
  kill -0 "$process" || { cat "$log" >&2; exit 1; }
  sleep 0.1
done

# profile WORDS: those of async-profiler; jcmd would split them at "=".
profile() {
  jcmd "$process" JVMTI.agent_load "$PWD/bench/out/$library" "\"$1\"" | grep -q 'return code: 0'
}

load 35 # compiles
load 14 &
sleep 3
profile "start,event=cpu,interval=500us,cstack=fp"
sleep 8
profile "stop,file=$(realpath "$out"),flamegraph,minwidth=0.25,title=$mode"
wait $!
