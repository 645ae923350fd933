# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Other machines: cross-built here, run under qemu's user-mode emulator.

# Emulated programs are some ten times slower, and several run at once.
QEMU_MULTIPLIER=10

# cross_test LABEL FILE [MESON SETUP ARGUMENT...]
cross_test() {
    local label=$1 file=$2
    shift 2
    build_and_test "$label" "$QEMU_MULTIPLIER" --cross-file "$SOURCE_ROOT/cross/$file.ini" \
        --buildtype=plain -Ddebug=false -Dwerror=true "$@"
}

# cross_quick LABEL FILE ROOMS [MESON SETUP ARGUMENT...]
cross_quick() {
    local label=$1 file=$2 rooms=$3
    shift 3
    quick_test "$label" "$QEMU_MULTIPLIER" "$rooms" --cross-file "$SOURCE_ROOT/cross/$file.ini" \
        --buildtype=plain -Ddebug=false -Dwerror=true -Doptimization=1 "$@"
}

suite_arm() {
    need_packages build test arm client tls || { record 0 1 0; return 0; }
    need_browser
    # The loop with every backend, and what locks and memory hooks change. The slim build, with select
    # alone, runs what is above, and the integration tests.
    LEAVE_OUT="not-best-above-loop integration fuzz" cross_test arm arm-linux -Doptimization=1 \
        -Dtest-rooms=base,mem,log,thread,locks,debug,loop,signals,process,net,buffer,stream
    arm_slim
    # What holds times and file offsets.
    cross_quick arm-t64 arm-linux base,loop,net,buffer --cross-file "$TOOLCHAINS/t64.ini" \
        -Dexamples=disabled
}

# With Mbed TLS as Debian has it for the machine, linked statically as a firmware would.
arm_slim() {
    local mbedtls=$BUILD_ROOT/mbedtls-armhf
    local -a tls=()
    if fetch_foreign_package libmbedtls-dev armhf "$mbedtls"; then
        local compile=-isystem$mbedtls/usr/include link=-L$mbedtls/usr/lib/arm-linux-gnueabihf
        tls=(-Dmbedtls=enabled "-Dc_args=$compile" "-Dcpp_args=$compile" "-Dc_link_args=$link"
            "-Dcpp_link_args=$link")
    else
        echo "arm-slim: libmbedtls-dev:armhf cannot be had, TLS is not tested" | tee -a "$RESULTS.skipped"
        record 0 0 1
    fi
    cross_test arm-slim arm-linux --cross-file "$TOOLCHAINS/slim.ini" ${tls[@]+"${tls[@]}"}
}

suite_cross() {
    need_packages build test armel aarch64 riscv64 s390x || { record 0 1 0; return 0; }
    # Where alignment and byte order show; then the width of types.
    cross_quick armel arm-linux-soft base,mem,loop,net,buffer "${CORE_ALONE[@]}"
    cross_quick s390x s390x-linux base,mem,net,buffer,dns,ws,tag
    cross_quick aarch64 aarch64-linux base,loop
    cross_quick riscv64 riscv64-linux base,loop "${CORE_ALONE[@]}"
}
