# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# What is read or measured rather than tested: lints, size budgets, a short benchmark.

suite_lint() {
    # The same build as the suite "native", with what that finds.
    need_packages build test lint tls rpc-peers || { record 0 1 0; return 0; }
    if configure native-gcc "${NATIVE_GCC[@]}" && compile native-gcc; then
        run_tests native-gcc 1 --suite lint
    fi
}

# record_status LABEL STATUS LOG: counts a program by its exit status, 77 for skipped.
record_status() {
    case $2 in
        0)
            echo "$1: passed"
            record 1 0 0
            ;;
        77)
            echo "$1: $(tail -n 1 "$3")" >>"$RESULTS.skipped"
            record 0 0 1
            ;;
        *)
            echo "FAILED $1: exit $2"
            record 0 1 0
            ;;
    esac
}

suite_size() {
    need_packages build arm || { record 0 1 0; return 0; }
    local log=$BUILD_ROOT/size.log status=0
    local -a given=()
    if fetch_foreign_package libevent-dev armhf "$BUILD_ROOT/peer-armhf"; then
        given+=(--peer "$BUILD_ROOT/peer-armhf")
    fi
    if fetch_foreign_package libmbedtls-dev armhf "$BUILD_ROOT/mbedtls-armhf"; then
        given+=(--mbedtls "$BUILD_ROOT/mbedtls-armhf")
    fi
    quietly "$log" meson runpython "$SOURCE_ROOT/tests/size/run.py" "$BUILD_ROOT/size" \
        ${given[@]+"${given[@]}"} || status=$?
    cat "$log"
    record_status size "$status" "$log"
}

suite_bench() {
    need_packages build test peers tls || { record 0 1 0; return 0; }
    local dir=$BUILD_ROOT/bench log=$BUILD_ROOT/bench.test.log
    if configure bench --buildtype=plain -Doptimization=2 -Ddebug=false -Dbenchmarks=enabled -Dtests=disabled \
        -Dexamples=disabled && compile bench; then
        wait_for_tests
        rm -f "$dir/meson-logs/testlog.json"
        # A short run tells that the benchmarks work and what to expect; the figures that count
        # are taken on a machine with nothing else to do.
        EVLET_BENCH_SHORT=1 quietly "$log" meson test -C "$dir" --no-rebuild --benchmark \
            --num-processes 1 || true
        meson runpython "$TOOLCHAINS/tally.py" "$dir/meson-logs/testlog.json" bench "$RESULTS" show
    fi
}
