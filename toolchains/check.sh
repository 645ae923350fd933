#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# check.sh [SUITE...]: builds and tests Evlet in every way it is meant to be used.
#
# Without arguments all suites run. They need no terminal and no input; what is missing from Debian
# is installed (packages.sh). Builds stay in $EVLET_BUILD_ROOT, default build-check/ in this
# checkout, and are reused by the next run. The last line is the sum, "N passed, N failed,
# N skipped", where one is one test of one build, or one build that failed. Exit 0 if none failed.
set -euo pipefail

TOOLCHAINS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SOURCE_ROOT=$(dirname "$TOOLCHAINS")
BUILD_ROOT=${EVLET_BUILD_ROOT:-$SOURCE_ROOT/build-check}
ALL_SUITES=(lint native sanitize tsan options arm cross firmware size bench)

# shellcheck source=toolchains/packages.sh
. "$TOOLCHAINS/packages.sh"
for part in lib native options cross firmware reports; do
    # shellcheck disable=SC1090
    . "$TOOLCHAINS/suites/$part.sh"
done

usage() {
    cat <<USAGE
usage: check.sh [SUITE...]     all of them when none is named
  lint      rules on sources, headers and archives
  native    debug builds with gcc and clang, every test
  sanitize  AddressSanitizer and UndefinedBehaviorSanitizer
  tsan      ThreadSanitizer
  options   each option alone, all at once, shared libraries, other ports
  arm       armhf under qemu: default, 64-bit time_t, slim
  cross     armel, aarch64, riscv64 and s390x under qemu
  firmware  Cortex-M3 without an operating system under qemu: tests, flash, RAM, stack
  size      size budgets on armhf
  bench     a short run of the benchmarks beside their peers
USAGE
}

is_suite() {
    local suite
    for suite in "${ALL_SUITES[@]}"; do
        if [ "$suite" = "$1" ]; then
            return 0
        fi
    done
    return 1
}

run_suite() {
    local suite=$1 started=$SECONDS
    echo "== $suite"
    "suite_$suite"
    echo "== $suite ended after $((SECONDS - started)) s"
}

# Lists what was skipped and prints the sum. Fails if anything failed or nothing ran.
conclude() {
    if [ -s "$RESULTS.skipped" ]; then
        echo "== skipped"
        cat "$RESULTS.skipped"
    fi
    awk '{ passed += $1; failed += $2; skipped += $3 }
         END {
             if (NR == 0) failed = 1
             printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
             exit failed > 0
         }' "$RESULTS"
}

case ${1:-} in
    -h | --help)
        usage
        exit 0
        ;;
esac
for suite in "$@"; do
    if ! is_suite "$suite"; then
        echo "check.sh: there is no suite \"$suite\"" >&2
        usage >&2
        exit 2
    fi
done

mkdir -p "$BUILD_ROOT"
BUILD_ROOT=$(cd "$BUILD_ROOT" && pwd)
RESULTS=$(mktemp)
trap 'rm -f "$RESULTS" "$RESULTS.skipped"' EXIT
# A caller's flags would silently change what is tested.
unset CFLAGS CXXFLAGS CPPFLAGS LDFLAGS CC CXX

# The builds differ in few files: what one compiled, the next has.
if need_packages cache && [ -d /usr/lib/ccache ]; then
    export PATH=/usr/lib/ccache:$PATH CCACHE_DIR=$BUILD_ROOT/ccache CCACHE_MAXSIZE=2G
    # As precompiled headers require; no source here asks for the time of its compilation.
    export CCACHE_SLOPPINESS=pch_defines,time_macros
fi

if [ $# -eq 0 ]; then
    set -- "${ALL_SUITES[@]}"
fi
for suite in "$@"; do
    run_suite "$suite"
done
wait_for_tests
conclude
