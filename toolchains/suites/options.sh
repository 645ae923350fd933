# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# The option matrix: each switch alone, all at once, both kinds of library, and the ports that are
# not chosen by themselves.

suite_options() {
    need_packages build test || { record 0 1 0; return 0; }
    local option
    # Optimized: else inline functions of the C++ headers stay calls and show up as symbols.
    local -a fast=(--buildtype=plain -Doptimization=1 -Ddebug=false -Dwerror=true)
    # What the options touch; slim, with all of them at once, runs everything.
    local rooms=base,mem,log,thread,locks,debug,loop
    for option in no-threads no-mem-hooks select-only no-debug; do
        quick_test "options-$option" 1 $rooms "${fast[@]}" "-D$option=true"
    done
    quick_test options-no-http 1 base "${fast[@]}" -Dhttp=disabled
    quick_test options-no-ws 1 base "${fast[@]}" -Dws=disabled
    # The integration tests of this configuration run on ARM.
    LEAVE_OUT="integration fuzz" build_and_test options-slim 1 "${fast[@]}" \
        --native-file "$TOOLCHAINS/slim.ini" -Dexamples=enabled
    quick_test options-shared 1 base "${fast[@]}" -Ddefault_library=shared
    build_only options-both "${fast[@]}" -Ddefault_library=both -Dtests=disabled \
        -Dexamples=enabled
    quick_test options-port-posix 1 loop,net "${fast[@]}" -Dport=posix
    external_port
    build_only options-port-template "${fast[@]}" -Dport=template -Dno-threads=true \
        -Dtests=disabled -Dexamples=disabled
}

# The example of a port outside this tree builds Evlet and a firmware on it, and runs the firmware.
external_port() {
    local label=options-port-external status=0
    local log=$BUILD_ROOT/$label.log
    rm -rf "${BUILD_ROOT:?}/$label"
    quietly "$log" "$SOURCE_ROOT/examples/external-port/build-and-run.sh" "$BUILD_ROOT/$label" ||
        status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 30 "$log" | sed 's/^/    /'
    fi
    record_status "$label" "$status" "$log"
}
