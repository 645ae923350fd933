#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# demo.sh: a firmware with a web page, from source to a served client, in one command.
#
# Builds examples/device-dashboard for 32-bit ARM Linux, static and slim, runs it under qemu-arm and
# talks to it over loopback with clients that are not ours: curl for the page, the status and a value
# to be set, and a WebSocket client (python3-websockets) for the live figures. Then the same with
# examples/https-server and Mbed TLS, of which Debian has a static library for the machine: curl
# talks HTTPS to it and checks its certificate. Checks what comes back. Installs what is missing
# from Debian. Exit 0 only if all of it was right. Builds in
# $EVLET_BUILD_ROOT/demo, default build-check/demo of this checkout.
set -euo pipefail

TOOLCHAINS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SOURCE_ROOT=$(dirname "$TOOLCHAINS")
BUILD=${EVLET_BUILD_ROOT:-$SOURCE_ROOT/build-check}/demo

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
    local mbedtls=$BUILD-mbedtls
    fetch_foreign_package libmbedtls-dev armhf "$mbedtls" || fail "Debian's libmbedtls-dev:armhf cannot be had"
    # "%" in a map's name stands for the program's.
    local link="-static -Wl,--gc-sections -Wl,-Map=%.map -L$mbedtls/usr/lib/arm-linux-gnueabihf"
    local compile="-fno-pie -isystem$mbedtls/usr/include"
    rm -rf "$BUILD"
    step meson setup "$BUILD" "$SOURCE_ROOT" --cross-file "$SOURCE_ROOT/cross/arm-linux.ini" \
        --cross-file "$TOOLCHAINS/slim.ini" --cross-file "$TOOLCHAINS/static.ini" \
        -Dtests=disabled -Dexamples=enabled -Dmbedtls=enabled \
        "-Dc_args=$compile" "-Dcpp_args=$compile" "-Dc_link_args=$link" "-Dcpp_link_args=$link"
    step meson compile -C "$BUILD" device-dashboard https-server-mbedtls
}

# The path of a program that was built.
program() {
    find "$BUILD" -name "$1" -type f -perm -u+x | head -n 1 | grep . || fail "the build has no program $1"
}

# Starts a program that says where it listens; sets `server` and `port`.
start_server() {
    "$TOOLCHAINS/run-qemu" arm-linux-gnueabihf "$@" >"$scratch/server.log" 2>&1 </dev/null &
    server=$!
    port=
    wait_for_port
}

stop_server() {
    kill -TERM "$server"
    wait "$server" || fail "the server ended with status $?"
    server=
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
    fail "the server did not say where it listens (try $try)"
}

# fetch NAME [CURL ARGUMENT...]: the reply's body in $scratch/NAME, its status code in `code`.
fetch() {
    local name=$1
    shift
    code=$(curl --silent --show-error --noproxy '*' --max-time 30 --output "$scratch/$name" \
        --write-out '%{http_code}' "$@") || fail "curl failed: $*"
}

# Fails unless the last reply was such a one. expect WHAT CODE NAME TEXT
expect() {
    [ "$code" = "$2" ] || fail "$1: status $2 was expected, $code came"
    grep -q -F "$4" "$scratch/$3" || fail "$1: '$4' was expected, this came: $(cat "$scratch/$3")"
}

# Opens the device's WebSocket, looks at its figures, sets the value and sees that it was set.
watch_device() {
    cat >"$scratch/watch.py" <<'PYTHON'
import asyncio
import json
import sys

try:
    import websockets
except ImportError:
    sys.exit("watch: the Python module websockets is missing (Debian: python3-websockets)")


async def watch(url, value):
    async with websockets.connect(url) as device:
        async def status():
            return json.loads(await asyncio.wait_for(device.recv(), 30))

        seen = [await status() for _ in range(3)]
        uptimes = [figures["uptime"] for figures in seen]
        assert uptimes == sorted(uptimes) and uptimes[0] < uptimes[2], f"uptimes {uptimes}"
        print(f"   Uptime {', '.join(format(uptime, '.1f') for uptime in uptimes)} s; "
              f"heap {seen[-1]['heap']} bytes; connections {seen[-1]['connections']}.")
        await device.send(json.dumps({"value": value}))
        for _ in range(10):
            if (await status())["value"] == value:
                print(f"   Sent the value {value} over the WebSocket; the device reports it.")
                return
        raise AssertionError("the value that was sent is not reported")

asyncio.run(watch(sys.argv[1], int(sys.argv[2])))
PYTHON
    env -u http_proxy -u https_proxy timeout --kill-after=5 120 \
        meson runpython "$scratch/watch.py" "ws://127.0.0.1:$port/live" 73 ||
        fail "the WebSocket client is not content"
}

# What a program takes, by the linker's map.
tell_size() {
    local footprint
    echo "   $(stat -c %s "$1") program file, static, with the C library and symbols"
    footprint=$(meson runpython "$SOURCE_ROOT/tests/size/footprint.py" "$1.map") ||
        fail "no footprint to be read from the linker's map"
    echo "   of it Evlet, by library (text is code and constants):"
    echo "${footprint//$'\n'/$'\n   '}" | sed '1s/^/   /'
}

# HTTPS with certificates that prove something to curl, and with others.
talk_https() {
    local certificates=$SOURCE_ROOT/tests/vectors/tls
    start_server "$1" -l 127.0.0.1 -c "$certificates/server.pem" -k "$certificates/server.key"
    url=https://localhost:$port
    fetch page --ipv4 --cacert "$certificates/ca.pem" "$url/"
    expect "the page over TLS" 200 page "Nobody on the way has read or changed this."
    fetch connection --ipv4 --cacert "$certificates/ca.pem" "$url/connection"
    expect "the connection" 200 connection '"version": "TLSv1.2"'
    echo "   GET /connection:  $(cat "$scratch/connection")"
    head -c 100000 /dev/zero | tr '\0' x >"$scratch/upload"
    fetch echo --ipv4 --cacert "$certificates/ca.pem" --data-binary "@$scratch/upload" "$url/echo"
    cmp -s "$scratch/upload" "$scratch/echo" || fail "what was sent came back changed"
    echo "   POST /echo: 100000 bytes there and back."
    if curl --silent --noproxy '*' --max-time 30 --output /dev/null --ipv4 \
        --cacert "$certificates/other-ca.pem" "$url/"; then
        fail "curl believed a certificate of somebody that it does not trust"
    fi
    echo "   curl that trusts another authority refuses it."
    stop_server
}

scratch=$(mktemp -d)
need_packages build arm demo || fail "packages are missing"

echo "1. Building device-dashboard, and https-server with Mbed TLS, for 32-bit ARM:"
echo "   Thumb-2, -Os, static, one thread, select only."
build_firmware
firmware=$(program device-dashboard)
secure=$(program https-server-mbedtls)

echo "2. Starting the dashboard under qemu-arm on a port of the system's choice, loopback only."
start_server "$firmware" -b 127.0.0.1 -p 0
url=http://127.0.0.1:$port
echo "   It listens on 127.0.0.1:$port."

echo "3. Getting its page and what belongs to it with curl."
fetch page "$url/"
expect "the page" 200 page "<title>Device dashboard</title>"
for part in app.js style.css icon.svg; do
    fetch "$part" "$url/$part"
    cmp -s "$scratch/$part" "$SOURCE_ROOT/examples/device-dashboard/assets/$part" ||
        fail "$part is not what was linked in"
done
fetch nothing "$url/../etc/passwd" --path-as-is
[ "$code" = 404 ] || fail "a file that it has not got: status 404 was expected, $code came"
echo "   Four files, $(cat "$scratch"/{page,app.js,style.css,icon.svg} | wc -c) bytes, as they are in the source."

echo "4. Asking for its status, and setting the value with curl."
fetch status "$url/api/status"
expect "the status" 200 status '"uptime":'
echo "   GET /api/status:  $(cat "$scratch/status")"
fetch answer "$url/api/value" --header 'Content-Type: application/json' --data '{"value": 42}'
expect "setting the value" 200 answer '"value":42'
echo "   POST /api/value:  $(cat "$scratch/answer")"
fetch answer "$url/api/value" --header 'Content-Type: application/json' --data '{"value": 101}'
expect "a value out of range" 400 answer '"error"'
echo "   A value out of range is refused: $(cat "$scratch/answer")"

echo "5. Watching its live figures through a WebSocket."
watch_device
fetch status "$url/api/status"
expect "the status afterwards" 200 status '"value":73'
echo "   GET /api/status agrees."

echo "6. What it takes, in bytes:"
tell_size "$firmware"
stop_server

echo "7. Starting the HTTPS server, and talking to it with curl."
talk_https "$secure"
tell_size "$secure"

clean_up
echo "8. Stopped the servers. In short: Evlet was cross-built for ARM into static programs, which"
echo "   served a page, a JSON interface, a WebSocket and HTTPS to clients that know nothing of it."
