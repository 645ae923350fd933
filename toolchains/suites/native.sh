# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# The build machine: debug builds with both compilers, sanitizers, threads under ThreadSanitizer.

NATIVE_GCC=(--native-file "$TOOLCHAINS/gcc.ini" --buildtype=plain -Doptimization=g -Ddebug=false -Dwerror=true)

suite_native() {
    need_packages build test clang client tls rpc-peers || { record 0 1 0; return 0; }
    need_browser
    need_http_peers
    need_dns_peers
    build_and_test native-gcc 1 "${NATIVE_GCC[@]}"
    # The other compiler's warnings; its code runs all tests under the sanitizers.
    quick_test native-clang 1 base,log,mem --native-file "$TOOLCHAINS/clang.ini" \
        --buildtype=plain -Doptimization=1 -Ddebug=false -Dwerror=true
}

suite_sanitize() {
    need_packages build test clang tls || { record 0 1 0; return 0; }
    # Tests ask for impossible sizes on purpose; NULL is the answer of a real allocator.
    local -x ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:allocator_may_return_null=1
    local -x UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    # Those two checks need type information, which Evlet is built without.
    local flags="-fno-sanitize=function,vptr -fno-sanitize-recover=all -fno-omit-frame-pointer"
    # b_lundef: a shared object leaves the sanitizer's symbols to the program.
    # Fuzzing is for a build that sees what goes wrong.
    LEAVE_OUT=not-best-above-loop build_and_test sanitize 3 -Dfuzzers=true \
        --native-file "$TOOLCHAINS/clang.ini" --buildtype=debug -Doptimization=1 -Db_lundef=false \
        -Db_sanitize=address,undefined "-Dc_args=$flags" "-Dcpp_args=$flags"
}

suite_tsan() {
    need_packages build test clang tls || { record 0 1 0; return 0; }
    local -x TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:allocator_may_return_null=1
    # Only what threads do: all else has run under the other sanitizers.
    if configure tsan --native-file "$TOOLCHAINS/clang.ini" --buildtype=debug -Doptimization=1 \
        -Db_lundef=false -Db_sanitize=thread -Dexamples=disabled \
        -Dtest-rooms=thread,locks,loop,buffer,stream,tls,dns,ws,freertos &&
        compile tsan thread-tests port-thread-tests; then
        run_tests tsan 5 --suite threads
    fi
}
