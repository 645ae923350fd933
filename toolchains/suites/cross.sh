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

suite_arm() {
    need_packages build test arm client || { record 0 1 0; return 0; }
    need_browser
    cross_test arm arm-linux -Doptimization=1
    cross_test arm-slim arm-linux --cross-file "$TOOLCHAINS/slim.ini"
    # What holds times and file offsets.
    BACKENDS=best cross_test arm-t64 arm-linux -Doptimization=1 \
        --cross-file "$TOOLCHAINS/t64.ini" -Dtest-rooms=base,loop,net,buffer
}

suite_cross() {
    need_packages build test armel aarch64 riscv64 s390x || { record 0 1 0; return 0; }
    local -x BACKENDS=best
    # Where alignment, byte order and the width of types show.
    local rooms=-Dtest-rooms=base,mem,loop,net,buffer,http,ws
    cross_test armel arm-linux-soft -Doptimization=1 $rooms
    cross_test s390x s390x-linux -Doptimization=1 $rooms
    cross_test aarch64 aarch64-linux -Doptimization=1 -Dtest-rooms=base,loop
    cross_test riscv64 riscv64-linux -Doptimization=1 -Dtest-rooms=base,loop
}
