// SPDX-License-Identifier: BSD-3-Clause
#include "support/test_base.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctest.h"

namespace evlet_test {

const char* method_under_test() {
    return getenv("EVLET_TEST_METHOD");
}

event_config* config_under_test(int flags) {
    event_config* config = event_config_new();
    REQUIRE(config);
    for (const char** name = event_get_supported_methods(); method_under_test() && *name; ++name) {
        if (strcmp(*name, method_under_test()) != 0)
            REQUIRE(event_config_avoid_method(config, *name) == 0);
    }
    if (flags)
        REQUIRE(event_config_set_flag(config, flags) == 0);
    return config;
}

Base::Base(int flags) {
    event_config* config = config_under_test(flags);
    base_ = event_base_new_with_config(config);
    event_config_free(config);
    REQUIRE(base_);
    if (method_under_test())
        REQUIRE(std::string(event_base_get_method(base_)) == method_under_test());
}

Base::~Base() {
    free();
}

void Base::free() {
    if (base_)
        event_base_free(base_);
    base_ = nullptr;
}

SocketPair::SocketPair() {
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds_) == 0);
}

SocketPair::~SocketPair() {
    close(0);
    close(1);
}

void SocketPair::close(int end) {
    if (fds_[end] >= 0)
        ::close(fds_[end]);
    fds_[end] = -1;
}

void SocketPair::write(int end, const char* text) const {
    REQUIRE(::write(fds_[end], text, strlen(text)) == static_cast<ssize_t>(strlen(text)));
}

#if EVLET_TEST_POSIX_NAMES

// A kernel delivers all of a write at once.
bool arrives(int fd, size_t) {
    constexpr int kPatienceMs = 20000;
    pollfd entry = {fd, POLLIN, 0};
    return ::poll(&entry, 1, kPatienceMs) == 1;
}

void let_arrive() {}

#else

bool arrives(int fd, size_t bytes) {
    constexpr int kMostLooks = 20000;
    for (int looks = 0; looks < kMostLooks; ++looks) {
        // Ready before the count was taken and nothing to count: the end.
        pollfd entry = {fd, POLLIN, 0};
        const bool ready = poll(&entry, 1, 0) == 1;
        int count = 0;
        if (ioctl(fd, FIONREAD, &count) != 0)
            return false;
        if (count > 0 ? static_cast<size_t>(count) >= bytes : ready)
            return true;
        usleep(1000);
    }
    return false;
}

void let_arrive() {
    evlet_test_settle();
}

#endif

#if EVLET_MEM_HOOKS
namespace {

struct {
    bool installed;
    long countdown;  // 0: do not fail
    bool and_all_after;
    bool failed;
    long outstanding;
    long allocations;
} g_memory;

bool must_fail() {
    __atomic_add_fetch(&g_memory.allocations, 1, __ATOMIC_SEQ_CST);
    if (g_memory.countdown == 0)
        return false;
    if (g_memory.countdown > 1) {
        --g_memory.countdown;
        return false;
    }
    if (!g_memory.and_all_after)
        g_memory.countdown = 0;
    g_memory.failed = true;
    return true;
}

void* test_malloc(size_t size) {
    if (must_fail())
        return nullptr;
    __atomic_add_fetch(&g_memory.outstanding, 1, __ATOMIC_SEQ_CST);
    return malloc(size);
}

void* test_realloc(void* block, size_t size) {
    if (must_fail())
        return nullptr;
    if (!block)
        __atomic_add_fetch(&g_memory.outstanding, 1, __ATOMIC_SEQ_CST);
    return realloc(block, size);
}

void test_free(void* block) {
    if (block)
        __atomic_sub_fetch(&g_memory.outstanding, 1, __ATOMIC_SEQ_CST);
    free(block);
}

}  // namespace

FailingMemory::FailingMemory() {
    if (!g_memory.installed)
        event_set_mem_functions(test_malloc, test_realloc, test_free);
    g_memory = {true, 0, false, false, g_memory.outstanding, 0};
}

FailingMemory::~FailingMemory() {
    stop_failing();
}

void FailingMemory::fail_at(long nth, bool and_all_after) {
    g_memory.failed = false;
    g_memory.countdown = nth;
    g_memory.and_all_after = and_all_after;
}

void FailingMemory::stop_failing() {
    g_memory.countdown = 0;
}

bool FailingMemory::failed() const {
    return g_memory.failed;
}

long FailingMemory::outstanding() const {
    return g_memory.outstanding;
}

long FailingMemory::allocations() const {
    return g_memory.allocations;
}
#endif

namespace {

std::vector<CapturedLog::Line> g_lines;

void collect(int severity, const char* text) {
    g_lines.push_back({severity, text});
}

}  // namespace

CapturedLog::CapturedLog() {
    g_lines.clear();
    event_set_log_callback(collect);
}

CapturedLog::~CapturedLog() {
    event_set_log_callback(nullptr);
}

const std::vector<CapturedLog::Line>& CapturedLog::lines() const {
    return g_lines;
}

bool CapturedLog::contains(const char* part) const {
    for (const Line& line : g_lines) {
        if (line.text.find(part) != std::string::npos)
            return true;
    }
    return false;
}

int run_in_child(void (*body)()) {
    fflush(nullptr);  // or a child that calls exit() writes the parent's buffers once more
#if EVLET_TEST_POSIX_NAMES
    const pid_t child = fork();
#else
    const pid_t child = evlet_test_fork();
#endif
    REQUIRE(child >= 0);
    if (child == 0) {
        body();
        _exit(0);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    return status;
}

FewDescriptors::FewDescriptors(int spare) {
    const int lowest = dup(0);
    REQUIRE(lowest >= 0);
    ::close(lowest);
#if EVLET_TEST_POSIX_NAMES
    rlimit limit;
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    old_soft_ = limit.rlim_cur;
    limit.rlim_cur = static_cast<rlim_t>(lowest + spare);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
#else
    old_soft_ = 0;
    evlet_test_limit_descriptors(lowest + spare);
#endif
}

FewDescriptors::~FewDescriptors() {
#if EVLET_TEST_POSIX_NAMES
    rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = old_soft_;
    setrlimit(RLIMIT_NOFILE, &limit);
#else
    evlet_test_limit_descriptors(0);
#endif
}

}  // namespace evlet_test
