// SPDX-License-Identifier: BSD-3-Clause
// Connecting by name: which addresses are tried, in which order and when, and what is reported.
#include "stream/name_support.h"

using namespace evlet_test;

namespace {

bool got_connection(Peer& peer) {
    return peer.accept() >= 0;
}

bool got_none(Peer& peer) {
    return peer.accept(0) < 0;
}

}  // namespace

TEST_CASE("numeric_host_is_connected_to_without_a_resolver") {
    ReadyBase base;
    Peer peer(Peer::listens, AF_INET);
    Client client(base);
    REQUIRE(bufferevent_socket_connect_hostname(client, nullptr, AF_INET, "127.0.0.1",
                                                peer.port()) == 0);
    CHECK(client.calls == 0);
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(got_connection(peer));
    CHECK(bufferevent_socket_get_dns_error(client) == 0);
}

TEST_CASE("resolver_is_not_asked_for_a_numeric_host") {
    ReadyBase base;
    FakeResolver resolver;
    Peer peer(Peer::listens, AF_INET);
    Client client(base);
    REQUIRE(client.connect(resolver, "127.0.0.1", peer.port()) == 0);
    CHECK_FALSE(resolver.asked());
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(got_connection(peer));
}

TEST_CASE("resolver_is_asked_for_what_the_program_wants") {
    ReadyBase base;
    FakeResolver resolver;
    Client client(base);
    for (const int port : {1, 80, 10000, 65535}) {
        REQUIRE(client.connect(resolver, "www.name.test", port) == 0);
        CHECK(resolver.host == "www.name.test");
        CHECK(resolver.service == std::to_string(port));
        CHECK(resolver.hints.ai_family == AF_UNSPEC);
        CHECK(resolver.hints.ai_socktype == SOCK_STREAM);
        resolver.answer(EVUTIL_EAI_FAIL);
        CHECK(client.wait() == BEV_EVENT_ERROR);
        client.events = 0;
    }
    evutil_addrinfo hints = {};
    hints.ai_family = AF_INET6;
    hints.ai_flags = EVUTIL_AI_V4MAPPED;
    REQUIRE(bufferevent_socket_connect_hostname_hints(client, resolver.base(), &hints, "name.test",
                                                      7) == 0);
    CHECK(resolver.hints.ai_family == AF_INET6);
    CHECK(resolver.hints.ai_flags == EVUTIL_AI_V4MAPPED);
    CHECK(resolver.hints.ai_socktype == SOCK_STREAM);
}

TEST_CASE("what_cannot_be_asked_for_is_refused_at_once") {
    ReadyBase base;
    FakeResolver resolver;
    Client client(base);
    CHECK(client.connect(resolver, "name.test", 0) == -1);
    CHECK(client.connect(resolver, "name.test", -1) == -1);
    CHECK(client.connect(resolver, "name.test", 65536) == -1);
    CHECK(client.connect(resolver, nullptr, 1) == -1);
    CHECK(bufferevent_socket_connect_hostname(client, resolver.base(), AF_UNIX, "name.test", 7) ==
          -1);
    CHECK(EVUTIL_SOCKET_ERROR() == EINVAL);
    CHECK_FALSE(resolver.asked());
    pass(base);
    CHECK(client.calls == 0);
}

TEST_CASE("failure_of_the_resolver_is_reported_with_its_code") {
    ReadyBase base;
    FakeResolver resolver;
    Client client(base);
    REQUIRE(client.connect(resolver) == 0);
    resolver.answer(EVUTIL_EAI_NONAME);
    CHECK(client.calls == 0);
    CHECK(client.wait() == BEV_EVENT_ERROR);
    CHECK(bufferevent_socket_get_dns_error(client) == EVUTIL_EAI_NONAME);

    // The next name begins with a clean slate.
    REQUIRE(client.connect(resolver) == 0);
    CHECK(bufferevent_socket_get_dns_error(client) == 0);
}

TEST_CASE("name_that_no_resolver_can_know_is_reported_by_the_loop") {
    ReadyBase base;
    Client client(base);
    evutil_addrinfo hints = {};
    hints.ai_flags = EVUTIL_AI_NUMERICHOST;
    REQUIRE(bufferevent_socket_connect_hostname_hints(client, nullptr, &hints, "name.test", 7) ==
            0);
    CHECK(client.calls == 0);
    CHECK(client.wait() == BEV_EVENT_ERROR);
    CHECK(bufferevent_socket_get_dns_error(client) == EVUTIL_EAI_NONAME);
}

TEST_CASE("answer_that_comes_inside_the_question_is_taken") {
    ReadyBase base;
    FakeResolver resolver;
    Peer peer(Peer::listens, AF_INET);
    Answer list;
    list.add(peer);
    resolver.at_once = &list;
    Client client(base);
    REQUIRE(client.connect(resolver) == 0);
    CHECK(client.calls == 0);
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(got_connection(peer));
}

TEST_CASE("what_was_written_before_the_connection_stood_is_sent") {
    ReadyBase base;
    FakeResolver resolver;
    Peer peer(Peer::listens, AF_INET);
    Client client(base);
    REQUIRE(client.connect(resolver) == 0);
    REQUIRE(bufferevent_write(client, "early", 5) == 0);
    REQUIRE(bufferevent_enable(client, EV_READ | EV_WRITE) == 0);
    Answer list;
    list.add(peer);
    resolver.answer(list);
    REQUIRE(client.wait() == BEV_EVENT_CONNECTED);
    const Fd accepted = peer.accept();
    REQUIRE(run_until(base, [&] { return is_ready(accepted, POLLIN, 0); }));
    char text[8] = {};
    CHECK(read(accepted, text, sizeof text) == 5);
    CHECK(std::string(text) == "early");
}

TEST_CASE("ipv6_is_tried_before_ipv4") {
    if (!has_ipv6())
        return;
    ReadyBase base;
    FakeResolver resolver;
    Peer four(Peer::listens, AF_INET), six(Peer::listens, AF_INET6);
    Client client(base);
    Answer list;
    list.add(four).add(six);
    client.connect(resolver, list);
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(got_connection(six));
    CHECK(got_none(four));
}

TEST_CASE("families_take_turns") {
    if (!has_ipv6())
        return;
    ReadyBase base;
    FakeResolver resolver;
    Peer bad_six(Peer::refuses, AF_INET6), six(Peer::listens, AF_INET6);
    Peer four(Peer::listens, AF_INET);
    Client client(base);
    Answer list;
    list.add(bad_six).add(six).add(four);
    client.connect(resolver, list);
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(got_connection(four));
    CHECK(got_none(six));
}

TEST_CASE("order_of_the_resolver_is_kept_inside_a_family") {
    ReadyBase base;
    FakeResolver resolver;
    Peer bad(Peer::refuses, AF_INET), first(Peer::listens, AF_INET), second(Peer::listens, AF_INET);
    Client client(base);
    Answer list;
    list.add(bad).add(first).add(second);
    client.connect(resolver, list);
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(got_connection(first));
    CHECK(got_none(second));
}

TEST_CASE("next_address_is_tried_a_moment_later_while_the_last_is_silent") {
    ReadyBase base;
    FakeResolver resolver;
    Peer silent(Peer::silent, AF_INET), peer(Peer::listens, AF_INET);
    Client client(base);
    const int lowest = lowest_free();
    Answer list;
    list.add(silent).add(peer);
    const long long begin = monotonic_us(base);
    client.connect(resolver, list);
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(monotonic_us(base) - begin >= 250000);
    CHECK(got_connection(peer));
    client.free();
    pass(base);
    CHECK(lowest_free() == lowest);
}

TEST_CASE("attempts_go_on_side_by_side_and_the_first_to_connect_wins") {
    ReadyBase base;
    FakeResolver resolver;
    Peer slow(Peer::silent, AF_INET), silent(Peer::silent, AF_INET);
    Client client(base);
    const int lowest = lowest_free(), next = second_free();
    Answer list;
    list.add(slow).add(silent);
    client.connect(resolver, list);
    // Both have been begun when the second's descriptor is open.
    REQUIRE(run_until(base, [&] { return is_open(next); }));
    CHECK(client.calls == 0);
    slow.make_room();
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(got_connection(slow));
    CHECK(bufferevent_getfd(client) == lowest);
    CHECK_FALSE(is_open(next));
}

TEST_CASE("last_error_is_reported_when_all_addresses_fail") {
    if (!has_ipv6())
        return;
    ReadyBase base;
    FakeResolver resolver;
    Peer refusing(Peer::refuses, AF_INET6);
    // A link-local address without a scope is refused by this machine itself.
    constexpr int kRefusal = EVLET_PORT_SYSTEM_DESCRIPTORS ? EINVAL : EHOSTUNREACH;
    for (const bool refused_last : {true, false}) {
        Client client(base);
        const int lowest = lowest_free();
        Answer list;
        if (refused_last)
            list.add("fe80::1", 7).add(refusing);
        else
            list.add(refusing).add("fe80::1", 7);
        client.connect(resolver, list);
        CHECK(client.wait() == BEV_EVENT_ERROR);
        CHECK(client.calls == 1);
        CHECK(client.error == (refused_last ? ECONNREFUSED : kRefusal));
        CHECK(bufferevent_socket_get_dns_error(client) == 0);
        CHECK(bufferevent_getfd(client) == -1);
        CHECK(lowest_free() == lowest);
    }
}

TEST_CASE("answer_without_a_stream_address_is_an_error") {
    ReadyBase base;
    FakeResolver resolver;
    Client client(base);
    Answer list;
    list.add("127.0.0.1", 7, SOCK_DGRAM);
    client.connect(resolver, list);
    CHECK(client.wait() == BEV_EVENT_ERROR);
    CHECK(client.error == EAFNOSUPPORT);
}

TEST_CASE("no_more_than_64_addresses_are_tried") {
    ReadyBase base;
    FakeResolver resolver;
    Peer refusing(Peer::refuses, AF_INET), peer(Peer::listens, AF_INET);
    for (const int refusals : {63, 64}) {
        Client client(base);
        Answer list;
        for (int i = 0; i < refusals; ++i)
            list.add(refusing);
        list.add(peer);
        client.connect(resolver, list);
        CHECK(client.wait() == (refusals < 64 ? BEV_EVENT_CONNECTED : BEV_EVENT_ERROR));
    }
    CHECK(got_connection(peer));
    CHECK(got_none(peer));
}

TEST_CASE("descriptor_that_the_bufferevent_has_is_the_one_that_connects") {
    ReadyBase base;
    FakeResolver resolver;
    Peer six(Peer::listens, has_ipv6() ? AF_INET6 : AF_INET), peer(Peer::listens, AF_INET);
    Fd own = bound_socket(AF_INET);
    const int fd = own;
    const int port = local_address(fd).port();
    Client client(base, own.release());
    Answer list;
    if (has_ipv6())
        list.add(six);
    list.add(peer);
    client.connect(resolver, list);
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(bufferevent_getfd(client) == fd);
    Address from;
    const Fd accepted = peer.accept(kPatienceMs, &from);
    CHECK(from.port() == port);
    CHECK(got_none(six));
}

TEST_CASE("descriptor_that_the_bufferevent_has_is_tried_with_one_address_after_the_other") {
    NEEDS(second_attempts);
    ReadyBase base;
    FakeResolver resolver;
    Peer refusing(Peer::refuses, AF_INET), peer(Peer::listens, AF_INET);
    Fd own = bound_socket(AF_INET);
    const int fd = own;
    Client client(base, own.release());
    Answer list;
    list.add(refusing).add(refusing).add(peer);
    client.connect(resolver, list);
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(bufferevent_getfd(client) == fd);
    CHECK(got_connection(peer));
}

TEST_CASE("descriptor_that_the_bufferevent_had_stays_when_nobody_answers_on_it") {
    NEEDS(second_attempts);
    ReadyBase base;
    FakeResolver resolver;
    Peer refusing(Peer::refuses, AF_INET);
    Fd own = bound_socket(AF_INET);
    const int fd = own;
    Client client(base, own.release());
    Answer list;
    list.add(refusing).add(refusing);
    client.connect(resolver, list);
    CHECK(client.wait() == BEV_EVENT_ERROR);
    CHECK(client.error == ECONNREFUSED);
    CHECK(is_open(fd));
    CHECK(bufferevent_getfd(client) == fd);
}

TEST_CASE("after_a_failure_another_name_can_be_tried") {
    ReadyBase base;
    FakeResolver resolver;
    Peer refusing(Peer::refuses, AF_INET), peer(Peer::listens, AF_INET);
    Client client(base);
    Answer bad;
    bad.add(refusing);
    client.connect(resolver, bad);
    CHECK(client.wait() == BEV_EVENT_ERROR);
    client.events = 0;
    Answer good;
    good.add(peer);
    client.connect(resolver, good);
    CHECK(client.wait() == BEV_EVENT_CONNECTED);
    CHECK(got_connection(peer));
}

TEST_CASE("write_timeout_bounds_the_wait_for_the_resolver") {
    ReadyBase base;
    FakeResolver resolver;
    Client client(base);
    const timeval soon = milliseconds(20);
    REQUIRE(bufferevent_set_timeouts(client, nullptr, &soon) == 0);
    REQUIRE(client.connect(resolver) == 0);
    CHECK(client.wait() == (BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING));
    CHECK(resolver.cancelled == 1);
    resolver.answer(EVUTIL_EAI_CANCEL);
    pass(base);
    CHECK(client.calls == 1);
}

TEST_CASE("write_timeout_bounds_all_attempts_together") {
    ReadyBase base;
    FakeResolver resolver;
    Peer one(Peer::silent, AF_INET), two(Peer::silent, AF_INET), three(Peer::silent, AF_INET);
    Client client(base);
    const int lowest = lowest_free();
    const timeval soon = milliseconds(300);
    REQUIRE(bufferevent_set_timeouts(client, nullptr, &soon) == 0);
    Answer list;
    list.add(one).add(two).add(three);
    client.connect(resolver, list);
    CHECK(client.wait() == (BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING));
    CHECK(client.calls == 1);
    CHECK(lowest_free() == lowest);
}
