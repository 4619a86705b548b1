#!/usr/bin/env bash
# Measures Fairlead side by side with other layer-4 proxies and prints a Markdown table.
# `bench/run.sh --quick` checks in a minute that everything works; `--help` lists the options.
# Runs on Debian: as root it installs what is missing, otherwise it names it.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin" # Debian's HAProxy and nginx are there, also for users other than root

# What must be there, as command:package.
needed=(gcc:gcc python3:python3 taskset:util-linux haproxy:haproxy nginx:nginx openssl:openssl)

missing=()
for entry in "${needed[@]}"; do
  command -v "${entry%%:*}" >/dev/null || missing+=("${entry#*:}")
done
echo '#include <stdio.h>' | gcc -E - >/dev/null 2>&1 || missing+=(libc6-dev)
echo '#include <openssl/ssl.h>' | gcc -E - >/dev/null 2>&1 || missing+=(libssl-dev)
[ -e /usr/lib/nginx/modules/ngx_stream_module.so ] || missing+=(libnginx-mod-stream)

if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "bench: missing; install with: sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
fi
if [ "$(nproc)" -lt 2 ]; then
  echo "bench: needs two cores, one for the proxy and one for the load" >&2
  exit 1
fi

mkdir -p bench/out
gcc -O2 -Wall -DWITH_TLS -o bench/out/load bench/load.c -lssl -lcrypto

# NAME KEY...: a certificate and its key in bench/out/NAME.pem.
certificate() {
  local name="bench/out/$1"
  openssl req -x509 -newkey "${@:2}" -nodes -days 30 -subj /CN=bench.example \
    -addext subjectAltName=DNS:bench.example -keyout "$name.key" -out "$name.crt" 2>/dev/null
  cat "$name.crt" "$name.key" >"$name.pem"
}
certificate ec ec -pkeyopt ec_paramgen_curve:prime256v1
certificate rsa rsa:2048
exec python3 bench/compare.py "$@"
