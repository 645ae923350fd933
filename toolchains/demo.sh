#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# demo.sh: a first firmware, from source to a served client, in one command.
#
# Builds examples/tcp-echo for 32-bit ARM Linux, static and slim, runs it under qemu-arm, sends it
# random bytes from a real client (socat) over loopback and compares what comes back. Installs what
# is missing from Debian. Exit 0 only if every byte came back. Builds in $EVLET_BUILD_ROOT/demo,
# default build-check/demo of this checkout.
set -euo pipefail

TOOLCHAINS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SOURCE_ROOT=$(dirname "$TOOLCHAINS")
BUILD=${EVLET_BUILD_ROOT:-$SOURCE_ROOT/build-check}/demo
BYTES=1048576

# shellcheck source=toolchains/packages.sh
. "$TOOLCHAINS/packages.sh"

scratch=
server=

clean_up() {
    if [ -n "$server" ]; then
        kill -TERM "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=
    fi
    if [ -n "$scratch" ]; then
        rm -rf "$scratch"
        scratch=
    fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "demo: $*" >&2
    exit 1
}

# Runs a step silently; shows its output only if it fails.
step() {
    local log=$scratch/step.log
    if ! timeout --kill-after=10 600 "$@" >"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        fail "failed: $*"
    fi
}

build_firmware() {
    # "%" in a map's name stands for the program's.
    local link="-static -Wl,--gc-sections -Wl,-Map=%.map"
    rm -rf "$BUILD"
    step meson setup "$BUILD" "$SOURCE_ROOT" --cross-file "$SOURCE_ROOT/cross/arm-linux.ini" \
        --cross-file "$TOOLCHAINS/slim.ini" --cross-file "$TOOLCHAINS/static.ini" \
        -Dtests=disabled -Dexamples=enabled "-Dc_link_args=$link" "-Dcpp_link_args=$link"
    step meson compile -C "$BUILD" tcp-echo
}

# Sets `port` once the server has said where it listens. qemu needs a moment; 20 s is for ever.
wait_for_port() {
    local try
    for try in $(seq 200); do
        port=$(sed -n 's/^listening on 127\.0\.0\.1:\([0-9][0-9]*\)$/\1/p' "$scratch/server.log")
        if [ -n "$port" ]; then
            return 0
        fi
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    cat "$scratch/server.log" >&2
    fail "tcp-echo did not say where it listens (try $try)"
}

scratch=$(mktemp -d)
need_packages build arm client || fail "packages are missing"

echo "1. Building tcp-echo for 32-bit ARM: Thumb-2, -Os, static, one thread, select only."
build_firmware
firmware=$(find "$BUILD" -name tcp-echo -type f -perm -u+x | head -n 1)
[ -n "$firmware" ] || fail "the build has no program tcp-echo"

echo "2. Starting it under qemu-arm on a port of the system's choice, loopback only."
"$TOOLCHAINS/run-qemu" arm-linux-gnueabihf "$firmware" -b 127.0.0.1 -p 0 \
    >"$scratch/server.log" 2>&1 </dev/null &
server=$!
port=
wait_for_port
echo "   It listens on 127.0.0.1:$port."

echo "3. Sending $BYTES random bytes with socat and collecting the echo."
head -c "$BYTES" /dev/urandom >"$scratch/sent"
# -t: after the last byte is sent, wait for the rest of the echo; the server closes when done.
timeout --kill-after=5 60 socat -t 30 STDIO "TCP4:127.0.0.1:$port" \
    <"$scratch/sent" >"$scratch/received" || fail "socat failed or took over a minute"

echo "4. Comparing."
cmp "$scratch/sent" "$scratch/received" || fail "the echo differs from what was sent"
sum=$(sha256sum <"$scratch/received")
echo "   All $BYTES bytes came back, SHA-256 ${sum%% *}."

echo "5. What it takes, in bytes:"
echo "   $(stat -c %s "$firmware") program file, static, with the C library and symbols"
footprint=$(meson runpython "$SOURCE_ROOT/tests/size/footprint.py" "$firmware.map") ||
    fail "no footprint to be read from the linker's map"
echo "   of it Evlet, by library (text is code and constants):"
echo "${footprint//$'\n'/$'\n   '}" | sed '1s/^/   /'

clean_up
echo "6. Stopped the server. In short: Evlet was cross-built for ARM into one static program, that"
echo "   program served a real client over TCP, and every byte it echoed was right."
