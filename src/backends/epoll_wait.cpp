// SPDX-License-Identifier: BSD-3-Clause
// Three ways to wait: epoll_pwait2 with its nanoseconds where the kernel has it; a timerfd in the
// set, if the program asked for precise timers and did not forbid it; epoll_wait with milliseconds.
// Whether the kernel has epoll_pwait2 is found out once in the process: it may be compiled in and
// still answer ENOSYS, on an older kernel or under qemu-user.
#include "backends/epoll_wait.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "event2/event.h"

namespace evlet {
namespace {

// Longer waits overflow in old kernels; waking up once in a while does no harm.
constexpr int kLongestWaitMs = 24 * 3600 * 1000;
constexpr Nanos kLongestWait = kLongestWaitMs * kNanosPerMilli;

#ifdef SYS_epoll_pwait2
enum class Known : unsigned char { unknown, yes, no };
std::atomic<Known> g_pwait2;

// The kernel's own layout, which is the same on 32-bit machines whatever time_t is there.
struct KernelTimespec {
    int64_t seconds;
    int64_t nanos;
};

int call_pwait2(int fd, epoll_event* events, int capacity, Nanos timeout) {
    const Nanos limited = timeout < kLongestWait ? timeout : kLongestWait;
    const KernelTimespec spec = {limited / kNanosPerSecond, limited % kNanosPerSecond};
    return static_cast<int>(syscall(SYS_epoll_pwait2, fd, events, capacity,
                                    timeout < 0 ? nullptr : &spec, nullptr, 0));
}

bool has_pwait2(int fd) {
    Known known = g_pwait2.load(std::memory_order_relaxed);
    if (known == Known::unknown) {
        epoll_event event;
        const bool missing = call_pwait2(fd, &event, 1, 0) < 0 &&
                             (errno == ENOSYS || errno == EPERM);  // EPERM: a sandbox says so
        known = missing ? Known::no : Known::yes;
        g_pwait2.store(known, std::memory_order_relaxed);
    }
    return known == Known::yes;
}
#else
int call_pwait2(int, epoll_event*, int, Nanos) {
    errno = ENOSYS;
    return -1;
}

bool has_pwait2(int) {
    return false;
}
#endif

Status watch_timer(const EpollWaiter& waiter) {
    epoll_event request = {};
    request.events = EPOLLIN | EPOLLET;
    request.data.fd = kTimerMark;
    return epoll_ctl(waiter.fd, EPOLL_CTL_ADD, waiter.timer_fd, &request) == 0 ? Status::ok
                                                                               : Status::system;
}

// Sets the timer if it is not right already. `timeout` < 0 leaves it alone: at worst it fires for
// nothing.
void arm_timer(EpollWaiter& waiter, Nanos timeout) {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const Nanos at = add_saturated(now.tv_sec * kNanosPerSecond + now.tv_nsec, timeout);
    if (at == waiter.timer_at)
        return;
    itimerspec spec = {};
    spec.it_value.tv_sec = static_cast<time_t>(at / kNanosPerSecond);
    spec.it_value.tv_nsec = static_cast<long>(at % kNanosPerSecond);
    if (timerfd_settime(waiter.timer_fd, TFD_TIMER_ABSTIME, &spec, nullptr) == 0)
        waiter.timer_at = at;
}

}  // namespace

Status open_epoll_waiter(EpollWaiter& waiter, unsigned config_flags) {
    waiter = {-1, -1, -1};
    waiter.fd = epoll_create1(EPOLL_CLOEXEC);
    if (waiter.fd < 0)
        return Status::system;
    if (has_pwait2(waiter.fd) || !(config_flags & EVENT_BASE_FLAG_PRECISE_TIMER) ||
        (config_flags & EVENT_BASE_FLAG_EPOLL_DISALLOW_TIMERFD))
        return Status::ok;
    waiter.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (waiter.timer_fd >= 0 && failed(watch_timer(waiter))) {
        close(waiter.timer_fd);
        waiter.timer_fd = -1;  // milliseconds have to do
    }
    return Status::ok;
}

void close_epoll_waiter(EpollWaiter& waiter) {
    if (waiter.timer_fd >= 0)
        close(waiter.timer_fd);
    if (waiter.fd >= 0)
        close(waiter.fd);
    waiter = {-1, -1, -1};
}

Status renew_epoll_set(EpollWaiter& waiter) {
    const EpollWaiter fresh = {epoll_create1(EPOLL_CLOEXEC), waiter.timer_fd, waiter.timer_at};
    if (fresh.fd < 0)
        return Status::system;
    if (fresh.timer_fd >= 0 && failed(watch_timer(fresh))) {
        close(fresh.fd);
        return Status::system;
    }
    close(waiter.fd);
    waiter = fresh;
    return Status::ok;
}

int wait_epoll(EpollWaiter& waiter, epoll_event* events, unsigned capacity, Nanos timeout) {
    const auto most = static_cast<int>(capacity);
    // Not to wait, or to wait for ever, needs no exact clock.
    if (timeout <= 0)
        return epoll_wait(waiter.fd, events, most, timeout < 0 ? -1 : 0);
    if (has_pwait2(waiter.fd))
        return call_pwait2(waiter.fd, events, most, timeout);
    if (waiter.timer_fd >= 0 && timeout < kLongestWait) {
        arm_timer(waiter, timeout);
        return epoll_wait(waiter.fd, events, most, -1);
    }
    return epoll_wait(waiter.fd, events, most, to_wait_milliseconds(timeout, kLongestWaitMs));
}

}  // namespace evlet
