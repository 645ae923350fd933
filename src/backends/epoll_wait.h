// SPDX-License-Identifier: BSD-3-Clause
// An epoll set and the most exact way of waiting for it that kernel and configuration allow. Used
// by epoll.cpp alone.
#pragma once

#include <sys/epoll.h>

#include "base/status.h"
#include "base/time.h"

namespace evlet {

struct EpollWaiter {
    int fd;
    int timer_fd;    // -1 unless the timeout is kept by a timerfd in the set
    Nanos timer_at;  // what it is set to, < 0: not set
};

// data.fd of the timerfd's entry, which is no descriptor.
constexpr int kTimerMark = -1;

// `config_flags`: EVENT_BASE_FLAG_PRECISE_TIMER and _EPOLL_DISALLOW_TIMERFD matter.
Status open_epoll_waiter(EpollWaiter& waiter, unsigned config_flags);
void close_epoll_waiter(EpollWaiter& waiter);
// Replaces the set by an empty one. The old one stays if that fails.
Status renew_epoll_set(EpollWaiter& waiter);
// epoll_wait with a timeout in nanoseconds, < 0 for ever.
int wait_epoll(EpollWaiter& waiter, epoll_event* events, unsigned capacity, Nanos timeout);

}  // namespace evlet
