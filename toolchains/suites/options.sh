# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# The option matrix: each switch alone, all at once, both kinds of library, and the ports that are
# not chosen by themselves.

# For builds that differ in what only the core can tell.
CORE_ALONE=(-Ddns=disabled -Dhttp=disabled -Dopenssl=disabled -Dmbedtls=disabled -Dexamples=disabled)

suite_options() {
    need_packages build test tls || { record 0 1 0; return 0; }
    local option
    # Optimized: else inline functions of the C++ headers stay calls and show up as symbols.
    local -a fast=(--buildtype=plain -Doptimization=1 -Ddebug=false -Dwerror=true)
    # What the options touch.
    local rooms=base,mem,log,thread,locks,debug,loop
    quick_test options-no-threads 1 $rooms "${fast[@]}" -Dno-threads=true
    for option in no-mem-hooks select-only no-debug; do
        quick_test "options-$option" 1 $rooms "${fast[@]}" "${CORE_ALONE[@]}" "-D$option=true"
    done
    quick_test options-no-http-tls 1 base "${fast[@]}" -Dhttp=disabled -Dopenssl=disabled \
        -Dmbedtls=disabled
    quick_test options-no-dns-ws-rpc-openssl 1 base,tls "${fast[@]}" -Ddns=disabled -Dws=disabled \
        -Drpc=disabled -Dopenssl=disabled
    # All of them at once; on ARM this configuration runs everything.
    quick_test options-slim 1 $rooms,buffer,stream,dns "${fast[@]}" \
        --native-file "$TOOLCHAINS/slim.ini" -Dexamples=enabled
    quick_test options-shared 1 base "${fast[@]}" -Ddefault_library=shared
    build_only options-both "${fast[@]}" -Ddefault_library=both -Dtests=disabled \
        -Dexamples=enabled
    quick_test options-port-posix 1 loop,net "${fast[@]}" "${CORE_ALONE[@]}" -Dport=posix
    lwip_port
    example_script options-port-external external-port
    freertos_ports
    build_only options-port-template "${fast[@]}" -Dport=template -Dno-threads=true \
        -Dtests=disabled -Dexamples=disabled
}

# lwIP's sockets in a process: the conformance suite, and the rooms that do not know what they stand on.
lwip_port() {
    if need_packages lwip; then
        quick_test options-port-linux-lwip 3 base,mem,log,thread,loop,net,buffer,stream,dns,http,ws \
            "${fast[@]}" -Dport=linux-lwip -Dexamples=disabled
    else
        echo "no lwIP: its port is not tested"
        record 0 0 1
    fi
}

# FreeRTOS, against the declarations of its API that the tests have, on their kernel of POSIX threads;
# with Debian's lwIP, and compiled for a microcontroller. Unit tests that raise signals of the system do
# not go with a port whose signals are interrupts.
freertos_ports() {
    local kernel=$SOURCE_ROOT/tests/port_freertos/include
    quick_test options-port-freertos 1 base,freertos "${fast[@]}" -Dport=freertos \
        "-Dfreertos_include=$kernel" -Dexamples=disabled
    need_packages lwip arm-none || { record 0 1 0; return 0; }
    quick_test options-port-freertos-lwip 1 base,log "${fast[@]}" -Dport=freertos-lwip \
        "-Dfreertos_include=$kernel,$(pkg-config --variable=includedir lwip)" -Dexamples=disabled
    example_script options-example-freertos freertos-echo
    build_only options-port-freertos-cortex-m3 --cross-file "$SOURCE_ROOT/cross/cortex-m3.ini" \
        -Dwerror=true -Dport=freertos "-Dfreertos_include=$kernel" -Dtests=disabled \
        -Dexamples=disabled
}

# example_script LABEL FOLDER: an example that is a project of its own builds Evlet and a firmware on
# it, and runs the firmware.
example_script() {
    local label=$1 folder=$2 status=0
    local log=$BUILD_ROOT/$label.log
    rm -rf "${BUILD_ROOT:?}/$label"
    quietly "$log" "$SOURCE_ROOT/examples/$folder/build-and-run.sh" "$BUILD_ROOT/$label" ||
        status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 30 "$log" | sed 's/^/    /'
    fi
    record_status "$label" "$status" "$log"
}
