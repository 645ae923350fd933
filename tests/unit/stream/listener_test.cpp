// SPDX-License-Identifier: BSD-3-Clause
// Listeners: making them, their options, accepting, and what callbacks may do.
#include <netinet/tcp.h>
#include <sys/un.h>

#include "stream/listener_support.h"

using namespace evlet_test;

namespace {

int flag_of(int fd, int command, int flag) {
    return (fcntl(fd, command) & flag) != 0;
}

int option_of(int fd, int level, int option) {
    int value = -1;
    socklen_t size = sizeof value;
    REQUIRE(getsockopt(fd, level, option, &value, &size) == 0);
    return value;
}

template <class... Arguments>
bool can_listen(event_base* base, const Arguments&... arguments) {
    const Listener listener(base, arguments...);
    return listener != nullptr;
}

}  // namespace

TEST_CASE("listener_hands_out_nonblocking_connections_with_the_address_of_the_peer") {
    Base base;
    Listener listener(base);
    REQUIRE(listener);
    const Fd client = connect_to(listener.address());
    REQUIRE(run_until(base, [&] { return listener.calls() == 1; }));
    CHECK(flag_of(listener.taken[0], F_GETFL, O_NONBLOCK));
    if (EVLET_PORT_SYSTEM_DESCRIPTORS) {  // others do not survive exec()
        CHECK_FALSE(flag_of(listener.taken[0], F_GETFD, FD_CLOEXEC));
        CHECK_FALSE(flag_of(evconnlistener_get_fd(listener), F_GETFD, FD_CLOEXEC));
    }
    CHECK(listener.last_peer.size == sizeof(sockaddr_in));
    CHECK(listener.last_peer.port() == local_address(client).port());
}

TEST_CASE("connections_are_left_blocking_or_closed_on_exec_if_asked_for") {
    Base base;
    Listener listener(base, LEV_OPT_LEAVE_SOCKETS_BLOCKING | LEV_OPT_CLOSE_ON_EXEC);
    const Fd client = connect_to(listener.address());
    REQUIRE(run_until(base, [&] { return listener.calls() == 1; }));
    CHECK_FALSE(flag_of(listener.taken[0], F_GETFL, O_NONBLOCK));
    CHECK(flag_of(listener.taken[0], F_GETFD, FD_CLOEXEC));
    CHECK(flag_of(evconnlistener_get_fd(listener), F_GETFD, FD_CLOEXEC));
    CHECK(flag_of(evconnlistener_get_fd(listener), F_GETFL, O_NONBLOCK));
}

TEST_CASE("socket_is_closed_with_the_listener_only_if_asked_for") {
    Base base;
    Listener closing(base);
    const int fd = evconnlistener_get_fd(closing);
    closing.free();
    CHECK_FALSE(is_open(fd));
    Listener keeping(base, 0, Address(AF_INET), -1);
    const Fd kept(evconnlistener_get_fd(keeping));
    keeping.free();
    CHECK(is_open(kept));
}

TEST_CASE("reuseable_listener_takes_a_port_whose_connections_linger") {
    Base base;
    Listener plain(base);
    CHECK(option_of(evconnlistener_get_fd(plain), SOL_SOCKET, SO_REUSEADDR) == 0);
    Listener reusing(base, LEV_OPT_REUSEABLE);
    CHECK(option_of(evconnlistener_get_fd(reusing), SOL_SOCKET, SO_REUSEADDR) != 0);
}

TEST_CASE("two_listeners_share_a_port_only_if_both_allow_it") {
    NEEDS(reuse_port);
    Base base;
    Listener alone(base);
    Listener second(base, LEV_OPT_CLOSE_ON_FREE, alone.address(), -1);
    CHECK_FALSE(second);
    CHECK(EVUTIL_SOCKET_ERROR() == EADDRINUSE);
    Listener one(base, LEV_OPT_REUSEABLE_PORT);
    REQUIRE(one);
    Listener other(base, LEV_OPT_REUSEABLE_PORT | LEV_OPT_CLOSE_ON_FREE, one.address(), -1);
    CHECK(other);
}

TEST_CASE("deferred_connection_is_handed_out_when_it_has_sent_something") {
    NEEDS(deferred_accept);
    Base base;
    Listener listener(base, LEV_OPT_DEFERRED_ACCEPT);
    REQUIRE(listener);
    const Fd client = connect_to(listener.address());
    REQUIRE(is_ready(client, POLLOUT));
    pass(base);
    CHECK(listener.calls() == 0);
    REQUIRE(write(client, "x", 1) == 1);
    CHECK(run_until(base, [&] { return listener.calls() == 1; }));
}

TEST_CASE("ipv6_listener_takes_ipv4_or_not_as_asked_for") {
    if (!has_ipv6())
        return;
    Base base;
    Address any(AF_INET6);
    reinterpret_cast<sockaddr_in6&>(any.storage).sin6_addr = in6addr_any;
    Listener only(base, LEV_OPT_BIND_IPV6ONLY | LEV_OPT_CLOSE_ON_FREE, any, -1);
    REQUIRE(only);
    const Fd refused = connect_to(Address(AF_INET, only.address().port()));
    REQUIRE(is_ready(refused, POLLOUT));
    CHECK(option_of(refused, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);

    Listener both(base, LEV_OPT_BIND_IPV4_AND_IPV6 | LEV_OPT_CLOSE_ON_FREE, any, -1);
    REQUIRE(both);
    const Fd client = connect_to(Address(AF_INET, both.address().port()));
    REQUIRE(run_until(base, [&] { return both.calls() == 1; }));
    const auto& peer = reinterpret_cast<const sockaddr_in6&>(both.last_peer.storage);
    CHECK(peer.sin6_family == AF_INET6);
    CHECK(IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr));
}

TEST_CASE("listener_that_cannot_be_made_leaves_nothing_open") {
    Base base;
    const int lowest = lowest_free();
    const Address any(AF_INET);
    constexpr unsigned kBoth = LEV_OPT_BIND_IPV6ONLY | LEV_OPT_BIND_IPV4_AND_IPV6;
    CHECK_FALSE(can_listen(base, kBoth, any, -1));
    if (EVLET_PORT_SYSTEM_DESCRIPTORS)  // lwIP takes the option for IPv4 too
        CHECK_FALSE(can_listen(base, LEV_OPT_BIND_IPV6ONLY, any, -1));
    CHECK_FALSE(can_listen(base, 0, any, 0));
    CHECK_FALSE(can_listen(nullptr, 0, any, -1));
    Address cut(AF_INET);
    cut.size = 3;
    CHECK_FALSE(can_listen(base, 0, cut, -1));
    Address foreign(AF_INET);
    reinterpret_cast<sockaddr_in&>(foreign.storage).sin_addr.s_addr = htonl(0xf0000001);
    CHECK_FALSE(can_listen(base, 0, foreign, -1));
    CHECK(evconnlistener_new_bind(base, nullptr, nullptr, 0, -1, nullptr, 0) == nullptr);
    CHECK(lowest_free() == lowest);
}

TEST_CASE("listener_over_a_descriptor_leaves_it_to_the_caller_when_it_fails") {
    Base base;
    CHECK_FALSE(can_listen(base, 0, -1, -1));
    SocketPair pair;
    CHECK_FALSE(can_listen(base, LEV_OPT_CLOSE_ON_FREE, -1, pair[0]));
    CHECK(is_open(pair[0]));
}

TEST_CASE("listener_listens_itself_unless_the_backlog_is_zero") {
    Base base;
    for (const int backlog : {-1, 1, 0}) {
        const Fd fd = bound_socket(AF_INET);
        if (backlog == 0)
            REQUIRE(listen(fd, 4) == 0);
        Listener listener(base, 0, backlog, fd);
        REQUIRE(listener);
        CHECK(option_of(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1);
        const Fd client = connect_to(local_address(fd));
        CHECK(run_until(base, [&] { return listener.calls() == 1; }));
    }
    const Fd idle = bound_socket(AF_INET);
    Listener listener(base, LEV_OPT_DISABLED, 0, idle);
    CHECK(option_of(idle, SOL_SOCKET, SO_ACCEPTCONN) == 0);
}

TEST_CASE("listener_tells_its_base_and_descriptor") {
    Base base;
    const Fd fd = bound_socket(AF_INET);
    Listener listener(base, 0, -1, fd);
    CHECK(evconnlistener_get_base(listener) == base.get());
    CHECK(evconnlistener_get_fd(listener) == fd);
}

TEST_CASE("unix_socket_can_be_listened_on") {
    NEEDS(unix_sockets);
    Base base;
    Address address;
    auto& local = reinterpret_cast<sockaddr_un&>(address.storage);
    local.sun_family = AF_UNIX;
    // An abstract name, which nothing has to clean up.
    snprintf(local.sun_path + 1, sizeof local.sun_path - 1, "evlet-listener-test-%d",
             static_cast<int>(getpid()));
    address.size =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + strlen(local.sun_path + 1));
    Listener listener(base, LEV_OPT_CLOSE_ON_FREE, address, -1);
    REQUIRE(listener);
    const Fd client = connect_to(address);
    REQUIRE(run_until(base, [&] { return listener.calls() == 1; }));
    CHECK(listener.last_peer.storage.ss_family == AF_UNIX);
}

TEST_CASE("disabled_listener_accepts_when_it_is_enabled") {
    Base base;
    Listener listener(base, LEV_OPT_DISABLED);
    const Fd client = connect_to(listener.address());
    REQUIRE(is_ready(client, POLLOUT));
    pass(base);
    CHECK(listener.calls() == 0);
    CHECK(evconnlistener_enable(listener) == 0);
    CHECK(evconnlistener_enable(listener) == 0);
    CHECK(run_until(base, [&] { return listener.calls() == 1; }));
    CHECK(evconnlistener_disable(listener) == 0);
    const Fd late = connect_to(listener.address());
    REQUIRE(is_ready(late, POLLOUT));
    pass(base);
    CHECK(listener.calls() == 1);
}

TEST_CASE("listener_without_a_callback_accepts_when_it_gets_one") {
    Base base;
    Listener listener(base);
    evconnlistener_set_cb(listener, nullptr, nullptr);
    const Fd client = connect_to(listener.address());
    REQUIRE(is_ready(client, POLLOUT));
    CHECK(evconnlistener_enable(listener) == 0);
    pass(base);
    CHECK(listener.calls() == 0);
    SUBCASE("while enabled") {
        evconnlistener_set_cb(listener, Listener::on_connection, &listener);
        CHECK(run_until(base, [&] { return listener.calls() == 1; }));
    }
    SUBCASE("but not while disabled") {
        evconnlistener_disable(listener);
        evconnlistener_set_cb(listener, Listener::on_connection, &listener);
        pass(base);
        CHECK(listener.calls() == 0);
        evconnlistener_enable(listener);
        CHECK(run_until(base, [&] { return listener.calls() == 1; }));
    }
}

TEST_CASE("many_waiting_connections_do_not_keep_other_events_from_their_turn") {
    constexpr int kClients = 80;
    Base base;
    Listener listener(base);
    std::vector<Fd> clients;
    for (int i = 0; i < kClients; ++i) {
        clients.push_back(connect_to(listener.address()));
        REQUIRE(is_ready(clients.back(), POLLOUT));
    }
    int seen = 0;
    TestEvent other(base, -1, 0, [&](short) { seen = listener.calls(); });
    listener.body = [&] {
        if (listener.calls() == 1)
            event_active(other, 0, 0);
    };
    REQUIRE(run_until(base, [&] { return listener.calls() == kClients; }));
    CHECK(seen > 0);
    CHECK(seen < kClients);
}

TEST_CASE("callback_may_free_its_listener") {
    Base base;
    Listener listener(base);
    const Fd first = connect_to(listener.address());
    const Fd second = connect_to(listener.address());
    REQUIRE(is_ready(first, POLLOUT));
    REQUIRE(is_ready(second, POLLOUT));
    listener.body = [&] { listener.free(); };
    pass(base);
    pass(base);
    CHECK(listener.calls() == 1);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("callback_may_disable_and_enable_its_listener") {
    Base base;
    Listener listener(base);
    const Fd first = connect_to(listener.address());
    const Fd second = connect_to(listener.address());
    REQUIRE(is_ready(first, POLLOUT));
    REQUIRE(is_ready(second, POLLOUT));
    SUBCASE("disabled it takes no more") {
        listener.body = [&] { evconnlistener_disable(listener); };
        pass(base);
        pass(base);
        CHECK(listener.calls() == 1);
    }
    SUBCASE("enabled again it goes on") {
        listener.body = [&] {
            evconnlistener_disable(listener);
            evconnlistener_enable(listener);
        };
        CHECK(run_until(base, [&] { return listener.calls() == 2; }));
    }
    SUBCASE("without a callback it takes no more") {
        listener.body = [&] { evconnlistener_set_cb(listener, nullptr, nullptr); };
        pass(base);
        pass(base);
        CHECK(listener.calls() == 1);
    }
}

TEST_CASE("callback_may_put_another_in_its_place") {
    Base base;
    Listener listener(base);
    static int others;
    others = 0;
    const Fd first = connect_to(listener.address());
    const Fd second = connect_to(listener.address());
    listener.body = [&] {
        evconnlistener_set_cb(
            listener,
            [](evconnlistener*, evutil_socket_t fd, sockaddr*, int, void*) {
                ++others;
                ::close(fd);
            },
            nullptr);
    };
    CHECK(run_until(base, [&] { return listener.calls() + others == 2; }));
    CHECK(listener.calls() == 1);
}

#if EVLET_MEM_HOOKS
TEST_CASE("listener_is_one_block_of_memory") {
    FailingMemory memory;
    Base base;
    { Listener warm_up(base); }
    const long before = memory.allocations();
    Listener listener(base);
    CHECK(memory.allocations() - before == 1);
}

TEST_CASE("listener_without_memory_is_not_made") {
    FailingMemory memory;
    for (int nth = 1; nth < 10; ++nth) {
        Base base;
        const int lowest = lowest_free();
        memory.fail_at(nth);
        Listener listener(base);
        memory.stop_failing();
        if (!memory.failed()) {
            CHECK(nth > 1);
            REQUIRE(listener);
            return;
        }
        CHECK_FALSE(listener);
        CHECK(EVUTIL_SOCKET_ERROR() == ENOMEM);
        CHECK(lowest_free() == lowest);
    }
}
#endif
