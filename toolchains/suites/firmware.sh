# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Machines without an operating system: images that run on a board of qemu's.

# What stands on the loop, with sockets in memory; what costs more time to compile than it can show
# here has run elsewhere.
FIRMWARE_ROOMS=base,loop,signals,buffer,stream,http,baremetal

suite_firmware() {
    need_packages build test arm-none || { record 0 1 0; return 0; }
    # Beside each object: who calls whom, and the size of each frame. The compilers' cache would lose
    # those files.
    local -x CCACHE_DISABLE=1
    local graphs=-fcallgraph-info=su log=$BUILD_ROOT/firmware-size.log status=0
    if ! configure firmware --cross-file "$SOURCE_ROOT/cross/cortex-m3.ini" \
        --cross-file "$TOOLCHAINS/slim.ini" -Dport=baremetal -Dexamples=enabled -Dwerror=true \
        "-Dtest-rooms=$FIRMWARE_ROOMS" "-Dc_args=$graphs" "-Dcpp_args=$graphs" ||
        ! compile firmware; then
        return 0
    fi
    run_tests firmware "$QEMU_MULTIPLIER"
    quietly "$log" meson runpython "$SOURCE_ROOT/tests/size/firmware.py" "$BUILD_ROOT/firmware" ||
        status=$?
    cat "$log"
    record_status firmware-size "$status" "$log"
}
