#!/usr/bin/env bash
# Makes stand-ins for the two images that the Dockerfile begins with, where no image registry can be
# reached: Debian by debootstrap, with the JRE of a JDK at hand or with Debian's Maven and JDK 17.
#
#   .ci/base-image.sh run JAVA_HOME     eclipse-temurin:25-jre, from the JDK 25 in JAVA_HOME
#   .ci/base-image.sh build             maven:3-eclipse-temurin-17
#
# Needs root, debootstrap and a running Docker engine. MIRROR names another Debian mirror than the
# one debootstrap takes, SUITE another release.
set -euo pipefail

suite=${SUITE:-bookworm}

# The modules that are for developers and not in a JRE.
tools='jdk.attach jdk.compiler jdk.editpad jdk.graal.compiler jdk.graal.compiler.management
  jdk.hotspot.agent jdk.internal.ed jdk.internal.jvmstat jdk.internal.le jdk.internal.md
  jdk.internal.opt jdk.jartool jdk.javadoc jdk.jcmd jdk.jconsole jdk.jdeps jdk.jdi jdk.jlink
  jdk.jpackage jdk.jshell jdk.jstatd jdk.unsupported.desktop'

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

# bootstrap DIRECTORY PACKAGES: a small Debian without what only apt needs.
bootstrap() {
  debootstrap --variant=minbase --include="$2" "$suite" "$1" ${MIRROR:+"$MIRROR"}
  rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/usr/share/doc/* "$1"/var/log/*
}

jre() {
  local modules
  modules=$("$1/bin/java" --list-modules | sed 's/@.*//' | grep -vxF "$(tr -s ' \n' '\n' <<<"$tools")" | paste -sd,)
  "$1/bin/jlink" --add-modules "$modules" --generate-cds-archive --output "$2"
}

run_image() {
  bootstrap "$root" ca-certificates,tzdata
  mkdir -p "$root/opt/java"
  jre "$1" "$root/opt/java/openjdk"
  tar -C "$root" -c . | docker import \
    -c 'ENV JAVA_HOME=/opt/java/openjdk' \
    -c 'ENV PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    -c 'ENV LANG=C.UTF-8' - eclipse-temurin:25-jre
}

build_image() {
  bootstrap "$root" ca-certificates
  # Java's packages look into /proc, which debootstrap's own first stage does not have.
  mount -t proc proc "$root/proc"
  chroot "$root" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive chroot "$root" \
    apt-get install -y -qq --no-install-recommends maven openjdk-17-jdk-headless
  umount "$root/proc"
  tar -C "$root" -c . | docker import - maven:3-eclipse-temurin-17
}

work=$(mktemp -d)
root=$work/root
trap 'mountpoint -q "$root/proc" && umount "$root/proc"; rm -rf "$work"' EXIT
case "${1:-}" in
  run) [ -x "${2:-}/bin/jlink" ] || usage; run_image "$2" ;;
  build) build_image ;;
  *) usage ;;
esac
