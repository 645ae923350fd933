// SPDX-License-Identifier: BSD-3-Clause
// The socket calls of the tests, for ports whose descriptors are not the operating system's (the
// fact EVLET_PORT_SYSTEM_DESCRIPTORS): there the POSIX names that tests use mean functions of the
// same form that speak to the port's stack. Elsewhere this header does nothing. test_base.h
// includes it, so tests write what they always wrote; a file that really means the system's own
// pipes says #include "support/system_calls.h" behind its last include.
//
// Such stacks have no second descriptor for one socket. dup() answers the same one, which from then
// on has to be closed once more: the test's next close() of it does nothing. What needs two numbers
// says NEEDS(system_descriptors).
#pragma once

#include <evlet_port_types.h>

// Meson says where there is such a stack. On a board, what stands in for a system has the POSIX names
// itself.
#if EVLET_TEST_PORT_CALLS
#define EVLET_TEST_POSIX_NAMES 0
#else
#define EVLET_TEST_POSIX_NAMES 1
#endif

#if !EVLET_TEST_POSIX_NAMES

// All that declares one of the names below, or has members that are called so, comes first.
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "doctest.h"
#include "port_test_calls.h"

#define accept evlet_test_accept
#define accept4 evlet_test_accept4
#define bind evlet_test_bind
#define close evlet_test_close
#define connect evlet_test_connect
#define dup evlet_test_dup
#define fcntl evlet_test_fcntl
#define getpeername evlet_test_getpeername
#define getsockname evlet_test_getsockname
#define getsockopt evlet_test_getsockopt
#define ioctl evlet_test_ioctl
#define listen evlet_test_listen
#define pipe evlet_test_pipe
#define poll evlet_test_poll
#define read evlet_test_read
#define recv evlet_test_recv
#define recvfrom evlet_test_recvfrom
#define send evlet_test_send
#define sendto evlet_test_sendto
#define setsockopt evlet_test_setsockopt
#define shutdown evlet_test_shutdown
#define socket evlet_test_socket
#define socketpair evlet_test_socketpair
#define write evlet_test_write

#endif
