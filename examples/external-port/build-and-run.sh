#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds Evlet for the port of this example, links the example with the C compiler, runs it, and
# certifies the port. Evlet is installed into a staging directory, as an SDK is packaged.
#
#   build-and-run.sh BUILD_DIR [meson setup arguments, e.g. --cross-file cross/arm-linux.ini]
#
# CC links and compiles the example (default cc); EXE_WRAPPER runs it (an emulator for another
# machine). Nothing is written outside BUILD_DIR.
set -eu

if [ $# -lt 1 ]; then
    echo "usage: $0 BUILD_DIR [meson setup arguments]" >&2
    exit 2
fi
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
evlet=$(CDPATH='' cd -- "$here/../.." && pwd)
mkdir -p "$1"
build=$(CDPATH='' cd -- "$1" && pwd)
shift

# Out of Evlet's tree, as the port of a real firmware is.
mkdir -p "$build/firmware"
cp -R "$here/port" "$here/stepped.c" "$here/Makefile" "$build/firmware/"

if [ ! -f "$build/evlet/build.ninja" ]; then
    meson setup "$build/evlet" "$evlet" --prefix /opt/evlet --libdir lib \
        -Ddefault_library=static -Dport=external -Dport-include="$build/firmware/port" \
        -Dtests=disabled -Dexamples=disabled "$@"
fi
ninja -C "$build/evlet"
DESTDIR="$build/staging" meson install -C "$build/evlet" --quiet

mkdir -p "$build/objects"
make -C "$build/firmware" EVLET="$evlet" EVLET_STAGING="$build/staging" \
    EVLET_PREFIX=/opt/evlet OUT="$build/objects" \
    CC="${CC:-cc}" "$build/objects/stepped" "$build/objects/conformance"
# shellcheck disable=SC2086  # the wrapper may have arguments
run() { timeout 120 ${EXE_WRAPPER:-} "$@"; }
run "$build/objects/stepped"
# Its standard error is the log lines that the suite makes the port write.
run "$build/objects/conformance" 2>"$build/conformance.log"
