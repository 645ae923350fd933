# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# What the suites share: one build directory per label, its set-up, build, tests and tally. Sourced
# by check.sh, which sets SOURCE_ROOT, BUILD_ROOT and RESULTS. A suite never stops at the first
# failure: each step that fails is recorded and the next build goes on.

# record PASSED FAILED SKIPPED
record() {
    echo "$1 $2 $3" >>"$RESULTS"
}

# The tests with a browser are skipped, and say so, where it can not be had; all else goes on.
need_browser() {
    need_packages browser || echo "no browser: its tests will be skipped"
}

# The same of the servers that ours is compared with.
need_http_peers() {
    need_packages http-peers || echo "no Node or no nginx: tests with them will be skipped"
}

# And of the resolver that ours is tried against, and dig.
need_dns_peers() {
    need_packages dns-peers || echo "no unbound or no dig: tests with them will be skipped"
}

# failed_step LABEL STEP LOG: counts a step that is not a test as one failure.
failed_step() {
    echo "FAILED $1: $2"
    head -n 30 "$3" | cut -c 1-300 | sed 's/^/    /'
    record 0 1 0
}

# Runs a command with its output in a log. Nothing here may read the terminal.
quietly() {
    local log=$1
    shift
    timeout --kill-after=10 "${STEP_TIMEOUT:-1200}" "$@" >"$log" 2>&1 </dev/null
}

# configure LABEL [MESON ARGUMENT...]
# Keeps a build directory that was set up with the same arguments; starts over with any other.
configure() {
    local label=$1 dir=$BUILD_ROOT/$1
    shift
    local log=$BUILD_ROOT/$label.setup.log key=$dir/check-arguments
    if [ "$label" = "${TESTED_LABEL:-}" ]; then
        wait_for_tests
    fi
    if [ -f "$dir/build.ninja" ] && [ "$(cat "$key" 2>/dev/null)" = "$*" ] &&
        quietly "$log" meson setup --reconfigure "$dir" "$SOURCE_ROOT"; then
        return 0
    fi
    rm -rf "$dir"
    if ! quietly "$log" meson setup "$dir" "$SOURCE_ROOT" "$@"; then
        grep -E -i -A 3 'error' "$log" >"$log.errors" || cp "$log" "$log.errors"
        failed_step "$label" "meson setup $*" "$log.errors"
        return 1
    fi
    echo "$*" >"$key"
}

# compile LABEL [TARGET...]
compile() {
    local label=$1
    shift
    local log=$BUILD_ROOT/$label.build.log started=$SECONDS
    if ! quietly "$log" nice -n 10 ninja -C "$BUILD_ROOT/$label" -j "$(nproc)" "$@"; then
        # What went wrong, without the progress of what went well.
        grep -v -E '^\[[0-9]+/[0-9]+\]' "$log" >"$log.errors" || true
        failed_step "$label" "build" "$log.errors"
        return 1
    fi
    echo "$label: built in $((SECONDS - started)) s"
}

# run_tests LABEL TIMEOUT_MULTIPLIER [MESON TEST ARGUMENT...]
# Tests wait more than they work: those of one build run while the next is compiled, which gives way to
# them. Their outcome is printed by who waits for them.
run_tests() {
    wait_for_tests
    TESTED_LABEL=$1
    run_tests_now "$@" >"$BUILD_ROOT/tests.out" 2>&1 &
    TESTS_PID=$!
}

wait_for_tests() {
    if [ -n "${TESTS_PID:-}" ]; then
        wait "$TESTS_PID" || { echo "FAILED $TESTED_LABEL: the tests ended early"; record 0 1 0; }
        cat "$BUILD_ROOT/tests.out"
        TESTS_PID=
        TESTED_LABEL=
    fi
}

run_tests_now() {
    local label=$1 multiplier=$2
    shift 2
    local dir=$BUILD_ROOT/$label log=$BUILD_ROOT/$label.test.log started=$SECONDS
    rm -f "$dir/meson-logs/testlog.json"
    # Several at once on each processor; fewer where a sanitizer or an emulator makes work of them.
    local at_once=$((3 * $(nproc)))
    if [ "$multiplier" -gt 1 ]; then
        at_once=$((2 * $(nproc)))
    fi
    # The tally decides what failed; Meson's own exit status says no more than it does.
    quietly "$log" meson test -C "$dir" --no-rebuild --timeout-multiplier "$multiplier" \
        --num-processes "$at_once" "$@" || true
    echo "$label: tested in $((SECONDS - started)) s"
    meson runpython "$SOURCE_ROOT/toolchains/tally.py" "$dir/meson-logs/testlog.json" "$label" \
        "$RESULTS"
}

# build_only LABEL [MESON SETUP ARGUMENT...]: what cannot run here; that it builds is one test.
build_only() {
    local label=$1
    if configure "$@" && compile "$label"; then
        echo "$label: builds"
        record 1 0 0
    fi
}

# build_and_test LABEL TIMEOUT_MULTIPLIER [MESON SETUP ARGUMENT...]
# All tests but the lints: those read sources, not objects, and the suite "lint" runs them once.
# LEAVE_OUT in the environment names more suites of Meson that tell nothing new about this build.
build_and_test() {
    local label=$1 multiplier=$2 suite
    shift 2
    local -a which=(--no-suite lint)
    for suite in ${LEAVE_OUT:-}; do
        which+=(--no-suite "$suite")
    done
    if configure "$label" "$@" && compile "$label"; then
        run_tests "$label" "$multiplier" "${which[@]}"
    fi
}

# quick_test LABEL TIMEOUT_MULTIPLIER ROOMS [MESON SETUP ARGUMENT...]
# For builds that differ from others, which run everything, in one thing: all libraries, examples,
# ports and parity, but unit tests of some rooms alone, with the backend that a program gets by
# itself, and of the integration tests those of the suite "smoke".
quick_test() {
    local label=$1 multiplier=$2 rooms=$3
    shift 3
    LEAVE_OUT="not-best integration ${LEAVE_OUT:-}" \
        build_and_test "$label" "$multiplier" "$@" "-Dtest-rooms=$rooms"
}
