#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds this firmware with Evlet as its Meson subproject, against the declarations of the FreeRTOS
# API that Evlet's tests have, and runs it in a process: on a kernel made of POSIX threads and on the
# lwIP of Debian's liblwip-dev.
#
#   build-and-run.sh BUILD_DIR [meson setup arguments]
#
# Nothing is written outside BUILD_DIR.
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

# Out of Evlet's tree, as a real firmware is.
mkdir -p "$build/source/subprojects"
cp -R "$here/meson.build" "$here/meson_options.txt" "$here/app" "$here/host" "$build/source/"
ln -sfn "$evlet" "$build/source/subprojects/evlet"

lwip=$(pkg-config --variable=includedir lwip)
if [ ! -f "$build/build/build.ninja" ]; then
    meson setup "$build/build" "$build/source" \
        -Dheaders="$evlet/tests/port_freertos/include,$lwip" \
        -Dhost_kernel="$evlet/tests/port_freertos" "$@"
fi
ninja -C "$build/build"
# The client talks to the server in the same process, then presses the button.
timeout 120 "$build/build/freertos-echo"
