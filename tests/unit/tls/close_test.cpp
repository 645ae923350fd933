// SPDX-License-Identifier: BSD-3-Clause
// Ends: clean ones, and those that somebody else may have made.
#include "tls_support.h"

using namespace evlet_test;

namespace {

// Two ends on sockets of their own; what one sends reaches the other through the test's hands.
class Wire {
public:
    Wire(event_base* base, const Pairing& with)
        : client(tls_on(base, with.client, Role::client, near_[0].fd[0])),
          server(tls_on(base, with.server, Role::server, near_[1].fd[0])) {
        client.enable(EV_READ);
        server.enable(EV_READ);
    }
    ~Wire() { cut_here(); }
    // Passes on what there is, up to `most` bytes in all. Returns how many.
    size_t carry(size_t most = SIZE_MAX) {
        size_t carried = 0;
        for (int end = 0; end < 2; ++end) {
            char bytes[4096];
            const size_t room = std::min(sizeof bytes, most - carried);
            const ssize_t got = room ? ::recv(near_[end].fd[1], bytes, room, MSG_DONTWAIT) : 0;
            if (got <= 0)
                continue;
            REQUIRE(::send(near_[1 - end].fd[1], bytes, static_cast<size_t>(got),
                           MSG_NOSIGNAL | MSG_DONTWAIT) == got);
            carried += static_cast<size_t>(got);
        }
        return carried;
    }
    // Behind all that was sent: what is left unread would be a reset.
    void cut() {
        while (near_[0].fd[1] >= 0 && carry()) {}
        cut_here();
    }
    void cut_here() {
        for (auto& pair : near_) {
            if (pair.fd[1] >= 0)
                ::close(pair.fd[1]);
            pair.fd[1] = -1;
        }
    }

private:
    RawPair near_[2];

public:
    SocketStream client, server;
};

// How many bytes a handshake takes.
size_t size_of_handshake(const Pairing& with) {
    Base base;
    Wire wire(base, with);
    size_t size = 0;
    REQUIRE(run_until(base, [&] {
        size += wire.carry();
        return wire.client.saw(kConnected) && wire.server.saw(kConnected);
    }));
    return size;
}

void shake_hands_over(event_base* base, Wire& wire) {
    REQUIRE(run_until(base, [&] {
        wire.carry();
        return wire.client.saw(kConnected) && wire.server.saw(kConnected);
    }));
}

}  // namespace

TLS_TEST("a_handshake_that_is_cut_off_anywhere_is_an_error_on_both_sides") {
    const size_t size = size_of_handshake(with);
    const size_t step = takes_its_time() ? 1 : 97;
    for (size_t cut_at = 0; cut_at + 1 < size; cut_at += cut_at < 8 ? 1 : step) {
        CAPTURE(cut_at);
        Base base;
        Wire wire(base, with);
        size_t left = cut_at;
        // Signatures differ in size: the last bytes may never come.
        for (int idle = 0; left > 0 && idle < 20;) {
            const size_t carried = wire.carry(left);
            left -= carried;
            idle = carried ? 0 : idle + 1;
            pass(base);
        }
        wire.cut_here();
        REQUIRE(run_until(base, [&] {
            return !wire.client.events.empty() && wire.client.events.back() != kConnected &&
                   !wire.server.events.empty() && wire.server.events.back() != kConnected;
        }));
        CHECK((wire.client.events.back() & BEV_EVENT_ERROR));
        CHECK((wire.server.events.back() & BEV_EVENT_ERROR));
        CHECK(with.client.is_clean());
    }
}

TLS_TEST("a_clean_close_is_an_end_behind_the_last_byte") {
    for (const Over over : every_transport()) {
        Base base;
        TlsPair pair(base, with, over);
        pair.connect();
        std::string got;
        pair.server.on_read = [&] { got += pair.server.take(); };
        pair.client.write("the last words");
        CHECK(bufferevent_flush(pair.client, EV_WRITE, BEV_FINISHED) >= 0);
        REQUIRE(run_until(base, [&] { return pair.server.events.size() == 2; }));
        CHECK(pair.server.events[1] == kReadEof);
        CHECK(got == "the last words");
        CHECK(pair.server.order == "ere");
        CHECK((bufferevent_get_enabled(pair.server) & EV_READ) == 0);
    }
}

TLS_TEST("after_a_clean_close_the_other_direction_goes_on") {
    for (const Over over : every_transport()) {
        Base base;
        TlsPair pair(base, with, over);
        pair.connect();
        CHECK(bufferevent_flush(pair.client, EV_WRITE, BEV_FINISHED) >= 0);
        REQUIRE(run_until(base, [&] { return pair.server.saw(kReadEof); }));
        const std::string answer = bytes_of_size(200000);
        pair.server.write(answer);
        receive_exactly(base, pair.client, answer);
        CHECK(bufferevent_flush(pair.server, EV_WRITE, BEV_FINISHED) >= 0);
        REQUIRE(run_until(base, [&] { return pair.client.saw(kReadEof); }));
        CHECK(pair.client.events.size() == 2);
        CHECK(pair.server.events.size() == 2);
    }
}

TLS_TEST("a_close_waits_for_the_output_before_it") {
    Base base;
    TlsPair pair(base, with);
    make_buffers_small(bufferevent_getfd(pair.client));
    pair.connect();
    const std::string sent = bytes_of_size(500000);
    std::string got;
    pair.server.on_read = [&] { got += pair.server.take(); };
    pair.client.write(sent);
    CHECK(bufferevent_flush(pair.client, EV_WRITE, BEV_FINISHED) >= 0);
    REQUIRE(run_until(base, [&] { return pair.server.events.size() == 2; }));
    CHECK(pair.server.events[1] == kReadEof);
    const bool same = got == sent;
    CHECK(same);
}

TLS_TEST("freeing_an_end_tells_the_peer_that_it_closed") {
    for (const Over over : {Over::sockets, Over::filtered_sockets}) {
        Base base;
        TlsPair pair(base, with, over);
        pair.connect();
        pair.client.free();
        REQUIRE(run_until(base, [&] { return pair.server.events.size() == 2; }));
        CHECK(pair.server.events[1] == kReadEof);
    }
}

TLS_TEST("an_end_without_a_close_is_an_error_unless_that_was_allowed") {
    for (const bool allowed : {false, true}) {
        Base base;
        Wire wire(base, with);
        shake_hands_over(base, wire);
        CHECK(with.server.allows_dirty(wire.server) == 0);
        with.server.allow_dirty(wire.server, allowed);
        CHECK(with.server.allows_dirty(wire.server) == allowed);
        CHECK(bufferevent_ssl_get_flags(wire.server) ==
              (allowed ? ev_uint64_t(BUFFEREVENT_SSL_DIRTY_SHUTDOWN) : 0));
        wire.client.write("the first half");
        std::string got;
        wire.server.on_read = [&] { got += wire.server.take(); };
        REQUIRE(run_until(base, [&] {
            wire.carry();
            return got == "the first half";
        }));
        wire.cut();
        REQUIRE(run_until(base, [&] { return wire.server.events.size() == 2; }));
        CHECK(wire.server.events[1] == (allowed ? kReadEof : kReadError));
        CHECK(with.server.is_clean());
    }
}

// The end is known below while bytes before it are still to be decrypted.
TLS_TEST("a_cut_that_is_allowed_is_an_end_and_a_broken_record_before_it_an_error") {
    for (const Over over : {Over::filtered_sockets, Over::pair})
        for (const bool broken : {false, true}) {
            CAPTURE(broken);
            Base base;
            TlsPair pair(base, with, over);
            pair.connect();
            with.server.allow_dirty(pair.server, 1);
            bufferevent_disable(pair.server, EV_READ);
            bufferevent* const below = bufferevent_get_underlying(pair.client);
            const std::string sent = bytes_of_size(3000);
            pair.client.write(sent);
            REQUIRE(run_until(base, [&] { return pair.client.output_length() == 0; }));
            // The head of a record, and none of an engine's making.
            if (broken)
                REQUIRE(bufferevent_write(below, "\27\3\3\0\40abcdefghijklmnopqrstuvwxyz012345",
                                          37) == 0);
            if (over == Over::pair) {
                bufferevent_flush(below, EV_WRITE, BEV_FINISHED);
            } else {
                REQUIRE(run_until(
                    base, [&] { return evbuffer_get_length(bufferevent_get_output(below)) == 0; }));
                REQUIRE(::shutdown(bufferevent_getfd(below), SHUT_WR) == 0);
            }
            REQUIRE(bufferevent_set_max_single_read(pair.server, 100) == 0);
            std::string got;
            pair.server.on_read = [&] { got += pair.server.take(); };
            pair.server.enable(EV_READ);
            REQUIRE(run_until(base, [&] { return pair.server.events.size() == 2; }));
            CHECK(pair.server.events[1] == (broken ? kReadError : kReadEof));
            CHECK((with.server.error(pair.server) != 0 || !broken));
            CHECK(got == sent);
            CHECK(with.server.is_clean());
        }
}

TLS_TEST("a_reset_is_an_error_even_if_a_cut_is_allowed") {
    NEEDS(resets);
    for (const bool filtered : {false, true}) {
        Base base;
        TcpPair tcp;
        bufferevent* const plain =
            filtered ? bufferevent_socket_new(base, dup(tcp[0]), BEV_OPT_CLOSE_ON_FREE) : nullptr;
        SocketStream client(filtered ? tls_over(base, with.client, Role::client, plain)
                                     : tls_on(base, with.client, Role::client, dup(tcp[0])));
        SocketStream server(tls_on(base, with.server, Role::server, dup(tcp[1])));
        client.enable(EV_READ);
        server.enable(EV_READ);
        REQUIRE(run_until(base, [&] { return client.saw(kConnected) && server.saw(kConnected); }));
        with.client.allow_dirty(client, 1);
        tcp.close(0);
        const linger at_once = {1, 0};
        setsockopt(tcp[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        REQUIRE(bufferevent_replacefd(server, -1) == 0);
        tcp.close(1);
        REQUIRE(run_until(base, [&] { return client.events.size() == 2; }));
        CHECK(client.events[1] == kReadError);
        CHECK(client.errors[1] == ECONNRESET);
    }
}

TLS_TEST("a_stream_cut_inside_a_record_gives_what_was_whole_and_then_an_error") {
    Base base;
    Wire wire(base, with);
    shake_hands_over(base, wire);
    std::string got;
    wire.server.on_read = [&] { got += wire.server.take(); };
    wire.client.write("whole");
    REQUIRE(run_until(base, [&] {
        wire.carry();
        return got == "whole";
    }));
    wire.client.write("cut off");
    settle(base);
    REQUIRE(wire.carry(9) == 9);
    wire.cut_here();
    REQUIRE(run_until(base, [&] { return wire.server.events.size() == 2; }));
    CHECK(wire.server.events[1] == kReadError);
    CHECK(got == "whole");
}

TLS_TEST("a_byte_that_was_changed_on_the_way_is_an_error") {
    Base base;
    const RawPair near, far;
    SocketStream client(tls_on(base, with.client, Role::client, near.fd[0]));
    SocketStream server(tls_on(base, with.server, Role::server, far.fd[0]));
    const Fd a(near.fd[1]), b(far.fd[1]);
    server.enable(EV_READ);
    REQUIRE(run_until(base, [&] {
        send_some(b, receive_all(a));
        send_some(a, receive_all(b));
        return client.saw(kConnected) && server.saw(kConnected);
    }));
    client.write("nobody may touch this");
    settle(base);
    std::string record = receive_all(a);
    REQUIRE(record.size() > 10);
    record[record.size() - 3] = static_cast<char>(record[record.size() - 3] ^ 1);
    send_some(b, record);
    REQUIRE(run_until(base, [&] { return server.events.size() == 2; }));
    CHECK(server.events[1] == kReadError);
    CHECK(with.server.error(server) != 0);
    CHECK(server.input_length() == 0);
    CHECK(with.server.is_clean());
}

TLS_TEST("an_error_of_one_connection_is_not_the_next_ones") {
    Base base;
    TlsPair pair(base, with);
    pair.connect();
    with.client.leave_an_error();
    with.server.leave_an_error();
    pair.client.write("ping");
    receive_exactly(base, pair.server, "ping");
    pair.server.write("pong");
    receive_exactly(base, pair.client, "pong");
    CHECK(pair.client.events.size() == 1);
    CHECK(with.client.error(pair.client) == 0);
}

TLS_TEST("a_reset_is_told_with_its_number") {
    NEEDS(system_descriptors);
    Base base;
    TcpPair tcp;
    SocketStream client(tls_on(base, with.client, Role::client, dup(tcp[0])));
    client.enable(EV_READ);
    settle(base);
    tcp.close(0);
    tcp.reset(1);
    REQUIRE(run_until(base, [&] { return !client.events.empty(); }));
    CHECK((client.events[0] & BEV_EVENT_ERROR));
    CHECK((client.errors[0] == ECONNRESET || client.errors[0] == EPIPE));
}

TLS_TEST("writing_to_a_peer_that_has_gone_ends_in_an_event_and_no_signal") {
    for (const Over over : {Over::sockets, Over::filtered_sockets}) {
        Base base;
        TlsPair pair(base, with, over);
        pair.connect();
        bufferevent_disable(pair.client, EV_READ);
        pair.server.free();
        for (int i = 0; i < 10; ++i) {
            pair.client.write(bytes_of_size(100000));
            settle(base);
        }
        REQUIRE(run_until(base, [&] { return pair.client.events.size() == 2; }));
        CHECK((pair.client.events[1] & BEV_EVENT_ERROR));
    }
}
