// SPDX-License-Identifier: BSD-3-Clause
// Connecting a bufferevent to an address: every outcome, told by the loop and never inside the
// call.
#include <sys/un.h>

#include "socket_support.h"

using namespace evlet_test;

namespace {

int connect(const SocketStream& stream, const Address& to) {
    return bufferevent_socket_connect(stream, to.get(), to.length());
}

// An UNIX address without a name in the file system.
struct UnixAddress {
    sockaddr_un address = {};
    socklen_t length = 0;
    // One that nobody else uses.
    UnixAddress() {
        address.sun_family = AF_UNIX;
        const int size = snprintf(address.sun_path + 1, sizeof address.sun_path - 1,
                                  "evlet-test-%ld-%p", long(getpid()), static_cast<void*>(this));
        length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size_t(size));
    }
    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&address);
    }
};

constexpr short kRefused = BEV_EVENT_ERROR;

}  // namespace

TEST_CASE("a_connection_that_stands_is_told_alone_and_works_both_ways") {
    for (const int options : {0, int(BEV_OPT_DEFER_CALLBACKS)}) {
        Base base;
        Peer peer(Peer::listens, AF_INET);
        SocketStream stream(base, -1, options | BEV_OPT_CLOSE_ON_FREE);
        REQUIRE(connect(stream, peer.address()) == 0);
        CHECK(stream.calls() == 0);
        const int fd = bufferevent_getfd(stream);
        CHECK(fd >= 0);
        CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK));
        CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC));
        CHECK(run_until(base, [&] { return !stream.events.empty(); }));
        CHECK(stream.events == std::vector<short>{BEV_EVENT_CONNECTED});
        CHECK(bufferevent_getfd(stream) == fd);
        const Fd other = peer.accept();
        REQUIRE(other >= 0);
        stream.write("to the peer");
        stream.enable(EV_READ);
        settle(base);
        REQUIRE(is_ready(other, POLLIN));
        CHECK(receive_all(other) == "to the peer");
        CHECK(send_some(other, "from it") == 7);
        CHECK(run_until(base, [&] { return stream.reads == 1; }));
        CHECK(stream.take() == "from it");
        CHECK(stream.events.size() == 1);
        stream.free();
        CHECK_FALSE(is_open(fd));
    }
}

TEST_CASE("data_queued_before_the_connection_are_sent_when_it_stands") {
    Base base;
    Peer peer(Peer::listens, AF_INET);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    stream.write("before, ");
    settle(base);
    CHECK(stream.output_length() == 8);
    CHECK(stream.calls() == 0);
    REQUIRE(connect(stream, peer.address()) == 0);
    stream.write("meanwhile, ");
    stream.on_event = [&](short) { stream.write("after"); };
    CHECK(run_until(base, [&] { return stream.writes > 0; }));
    CHECK(stream.order == "ew");
    const Fd other = peer.accept();
    REQUIRE(is_ready(other, POLLIN));
    CHECK(receive_all(other) == "before, meanwhile, after");
}

TEST_CASE("reading_enabled_before_the_connection_begins_with_it") {
    Base base;
    Peer peer(Peer::listens, AF_INET);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    stream.enable(EV_READ);
    REQUIRE(connect(stream, peer.address()) == 0);
    stream.enable(EV_READ);
    const Fd other = peer.accept();
    CHECK(send_some(other, "greeting") == 8);
    CHECK(run_until(base, [&] { return stream.reads == 1; }));
    CHECK(stream.order == "er");
    CHECK(stream.take() == "greeting");
}

TEST_CASE("a_refused_connection_is_an_error_with_its_number") {
    for (const int options : {0, int(BEV_OPT_DEFER_CALLBACKS)}) {
        Base base;
        Peer peer(Peer::refuses, AF_INET);
        SocketStream stream(base, -1, options | BEV_OPT_CLOSE_ON_FREE);
        stream.enable(EV_READ);
        stream.write("for nobody");
        REQUIRE(connect(stream, peer.address()) == 0);
        CHECK(stream.calls() == 0);
        CHECK(run_until(base, [&] { return !stream.events.empty(); }));
        CHECK(stream.events == std::vector<short>{kRefused});
        CHECK(stream.errors[0] == ECONNREFUSED);
        settle(base);
        CHECK(stream.calls() == 1);
        CHECK(stream.output_length() == 10);
        CHECK(bufferevent_socket_get_dns_error(stream) == 0);
    }
}

TEST_CASE("after_a_refusal_the_same_bufferevent_connects_elsewhere") {
    NEEDS(second_attempts);
    Base base;
    Peer refuses(Peer::refuses, AF_INET), listens(Peer::listens, AF_INET);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    stream.enable(EV_READ);
    stream.write("hello");
    REQUIRE(connect(stream, refuses.address()) == 0);
    stream.on_event = [&](short what) {
        if (what & BEV_EVENT_ERROR)
            CHECK(connect(stream, listens.address()) == 0);
    };
    CHECK(run_until(base, [&] { return stream.writes == 1; }));
    CHECK(stream.events == std::vector<short>{kRefused, BEV_EVENT_CONNECTED});
    const Fd other = listens.accept();
    REQUIRE(is_ready(other, POLLIN));
    CHECK(receive_all(other) == "hello");
    CHECK(send_some(other, "x") == 1);
    CHECK(run_until(base, [&] { return stream.reads == 1; }));
}

TEST_CASE("after_a_refusal_a_new_descriptor_works") {
    Base base;
    Peer refuses(Peer::refuses, AF_INET);
    SocketPair pair;
    SocketStream stream(base, -1);
    stream.enable(EV_READ);
    stream.write("hello");
    REQUIRE(connect(stream, refuses.address()) == 0);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    const int old = bufferevent_getfd(stream);
    REQUIRE(bufferevent_setfd(stream, pair[0]) == 0);
    if (old >= 0)
        close(old);
    pair.write(1, "x");
    settle(base);
    CHECK(receive_all(pair[1]) == "hello");
    CHECK(stream.take() == "x");
}

TEST_CASE("a_peer_that_does_not_answer_is_a_timeout_of_writing") {
    Base base;
    Peer silent(Peer::silent, AF_INET);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    const timeval limit = milliseconds(20);
    REQUIRE(bufferevent_set_timeouts(stream, nullptr, &limit) == 0);
    stream.enable(EV_READ);
    REQUIRE(connect(stream, silent.address()) == 0);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.events == std::vector<short>{BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING});
    settle(base);
    CHECK(stream.calls() == 1);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("the_shorter_timeout_limits_connecting_and_that_of_reading_only_if_reading_is_enabled") {
    Base base;
    Peer silent(Peer::silent, AF_INET);
    const timeval brief = milliseconds(20), lengthy = {60, 0};
    struct {
        const timeval* read;
        const timeval* write;
        short enabled;
        short told;
    } const cases[] = {
        {&brief, nullptr, EV_READ, BEV_EVENT_TIMEOUT | BEV_EVENT_READING},
        {&brief, &lengthy, EV_READ, BEV_EVENT_TIMEOUT | BEV_EVENT_READING},
        {&lengthy, &brief, EV_READ, BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING},
        {&brief, &brief, 0, BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING},
    };
    for (const auto& each : cases) {
        SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
        REQUIRE(bufferevent_set_timeouts(stream, each.read, each.write) == 0);
        stream.enable(each.enabled);
        REQUIRE(connect(stream, silent.address()) == 0);
        CHECK(run_until(base, [&] { return !stream.events.empty(); }));
        CHECK(stream.events == std::vector<short>{each.told});
    }
}

TEST_CASE("a_timeout_set_while_connecting_holds") {
    Base base;
    Peer silent(Peer::silent, AF_INET);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(connect(stream, silent.address()) == 0);
    settle(base);
    CHECK(stream.calls() == 0);
    const timeval limit = milliseconds(20);
    REQUIRE(bufferevent_set_timeouts(stream, nullptr, &limit) == 0);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.events == std::vector<short>{BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING});
}

TEST_CASE("while_connecting_nothing_is_read_or_sent_whatever_is_enabled") {
    Base base;
    Peer silent(Peer::silent, AF_INET);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(connect(stream, silent.address()) == 0);
    stream.enable(EV_READ | EV_WRITE);
    REQUIRE(bufferevent_disable(stream, EV_READ | EV_WRITE) == 0);
    stream.enable(EV_READ | EV_WRITE);
    stream.write("kept");
    bufferevent_setwatermark(stream, EV_READ, 0, 1);
    bufferevent_setwatermark(stream, EV_READ, 0, 0);
    settle(base);
    CHECK(stream.calls() == 0);
    CHECK(stream.output_length() == 4);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
}

TEST_CASE("a_connection_being_made_may_be_given_up") {
    Base base;
    Peer silent(Peer::silent, AF_INET);
    SocketPair pair;
    {
        SocketStream freed(base, -1, BEV_OPT_CLOSE_ON_FREE);
        REQUIRE(connect(freed, silent.address()) == 0);
        freed.free();
        settle(base);
        CHECK(freed.calls() == 0);
    }
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    stream.write("hello");
    REQUIRE(connect(stream, silent.address()) == 0);
    REQUIRE(bufferevent_replacefd(stream, dup(pair[0])) == 0);
    settle(base);
    CHECK(receive_all(pair[1]) == "hello");
    CHECK(stream.events.empty());
}

TEST_CASE("an_error_number_left_by_somebody_else_does_not_spoil_a_connection") {
    Base base;
    Peer peer(Peer::listens, AF_INET);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(connect(stream, peer.address()) == 0);
    errno = EDOM;
    bufferevent_trigger_event(stream, BEV_EVENT_READING, 0);
    CHECK(run_until(base, [&] { return stream.events.size() == 2; }));
    CHECK(stream.events[1] == BEV_EVENT_CONNECTED);
}

TEST_CASE("a_socket_of_the_program_is_connected_and_stays_its_own") {
    Base base;
    Peer peer(Peer::listens, AF_INET);
    const Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    SocketStream stream(base, fd);
    stream.enable(EV_READ);
    REQUIRE(connect(stream, peer.address()) == 0);
    CHECK(bufferevent_getfd(stream) == fd);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.events == std::vector<short>{BEV_EVENT_CONNECTED});
    stream.free();
    CHECK(is_open(fd));
}

TEST_CASE("a_socket_that_is_connecting_already_is_waited_for") {
    Base base;
    Peer listens(Peer::listens, AF_INET), refuses(Peer::refuses, AF_INET);
    {
        const Fd fd = connect_to(listens.address());
        SocketStream stream(base, fd);
        stream.write("x");
        REQUIRE(bufferevent_socket_connect(stream, nullptr, 0) == 0);
        CHECK(run_until(base, [&] { return !stream.events.empty(); }));
        CHECK(stream.events == std::vector<short>{BEV_EVENT_CONNECTED});
        CHECK(run_until(base, [&] { return stream.writes == 1; }));
    }
    {
        const Fd fd = connect_to(refuses.address());
        SocketStream stream(base, fd);
        REQUIRE(bufferevent_socket_connect(stream, nullptr, 0) == 0);
        CHECK(run_until(base, [&] { return !stream.events.empty(); }));
        CHECK(stream.events == std::vector<short>{kRefused});
        CHECK(stream.errors[0] == ECONNREFUSED);
    }
}

TEST_CASE("no_address_and_no_socket_is_refused_at_once") {
    Base base;
    SocketStream stream(base, -1);
    CHECK(bufferevent_socket_connect(stream, nullptr, 0) == -1);
    CHECK(bufferevent_getfd(stream) == -1);
    settle(base);
    CHECK(stream.calls() == 0);
}

TEST_CASE("a_call_that_fails_changes_nothing_and_leaks_no_descriptor") {
    Base base;
    const int free_before = lowest_free();
    {
        SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
        sockaddr unknown = {};
        unknown.sa_family = 250;
        errno = 0;
        CHECK(bufferevent_socket_connect(stream, &unknown, sizeof unknown) == -1);
        CHECK(errno != 0);
        CHECK(bufferevent_getfd(stream) == -1);
        // Too short to be an address.
        const Address any(AF_INET, 1);
        CHECK(bufferevent_socket_connect(stream, any.get(), 2) == -1);
        CHECK(bufferevent_getfd(stream) == -1);
        {
            FewDescriptors none(0);
            CHECK(bufferevent_socket_connect(stream, any.get(), any.length()) == -1);
        }
        CHECK(bufferevent_getfd(stream) == -1);
        settle(base);
        CHECK(stream.calls() == 0);
        Peer peer(Peer::listens, AF_INET);
        REQUIRE(connect(stream, peer.address()) == 0);
        CHECK(run_until(base, [&] { return stream.saw(BEV_EVENT_CONNECTED); }));
    }
    CHECK(lowest_free() == free_before);
}

TEST_CASE("a_connection_that_stands_at_once_is_told_by_the_loop") {
    NEEDS(unix_sockets);
    Base base;
    const UnixAddress address;
    const Fd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(bind(listener, address.get(), address.length) == 0);
    REQUIRE(listen(listener, 4) == 0);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    stream.write("hello");
    stream.enable(EV_READ);
    REQUIRE(bufferevent_socket_connect(stream, address.get(), int(address.length)) == 0);
    CHECK(stream.calls() == 0);
    CHECK(run_until(base, [&] { return stream.writes == 1; }));
    CHECK(stream.order == "ew");
    const Fd other(accept(listener, nullptr, nullptr));
    CHECK(receive_all(other) == "hello");
    CHECK(send_some(other, "x") == 1);
    CHECK(run_until(base, [&] { return stream.reads == 1; }));
}

TEST_CASE("a_refusal_at_once_is_told_by_the_loop_and_may_be_followed_by_another_attempt") {
    NEEDS(unix_sockets);
    Base base;
    const UnixAddress nobody;
    Peer peer(Peer::listens, AF_INET);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(bufferevent_socket_connect(stream, nobody.get(), int(nobody.length)) == 0);
    CHECK(stream.calls() == 0);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.events == std::vector<short>{kRefused});
    CHECK(stream.errors[0] == ECONNREFUSED);
    // A socket of another family is needed.
    REQUIRE(bufferevent_replacefd(stream, -1) == 0);
    REQUIRE(connect(stream, peer.address()) == 0);
    CHECK(run_until(base, [&] { return stream.events.size() == 2; }));
    CHECK(stream.events[1] == BEV_EVENT_CONNECTED);
}

TEST_CASE("a_bufferevent_may_be_freed_when_it_is_told_of_its_connection") {
    for (const Peer::Kind kind : {Peer::listens, Peer::refuses}) {
        for (const int options : {0, int(BEV_OPT_DEFER_CALLBACKS)}) {
            Base base;
            Peer peer(kind, AF_INET);
            SocketStream stream(base, -1, options | BEV_OPT_CLOSE_ON_FREE);
            stream.enable(EV_READ);
            stream.write("never sent");
            stream.on_event = [&](short) { stream.free(); };
            REQUIRE(connect(stream, peer.address()) == 0);
            CHECK(run_until(base, [&] { return !stream.events.empty(); }));
            settle(base);
            CHECK(stream.order == "e");
        }
    }
}

TEST_CASE("disabled_writing_does_not_keep_a_connection_from_being_told") {
    Base base;
    Peer peer(Peer::listens, AF_INET);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    stream.write("kept");
    REQUIRE(connect(stream, peer.address()) == 0);
    REQUIRE(bufferevent_disable(stream, EV_WRITE) == 0);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.events == std::vector<short>{BEV_EVENT_CONNECTED});
    settle(base);
    CHECK(stream.output_length() == 4);
    stream.enable(EV_WRITE);
    settle(base);
    CHECK(stream.output_length() == 0);
}

TEST_CASE("connecting_with_ipv6_works_where_there_is_ipv6") {
    if (!has_ipv6())
        return;
    Base base;
    Peer peer(Peer::listens, AF_INET6);
    SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(connect(stream, peer.address()) == 0);
    CHECK(run_until(base, [&] { return stream.saw(BEV_EVENT_CONNECTED); }));
}
