// SPDX-License-Identifier: BSD-3-Clause
// Filters: how ends and errors below them come up, and the errors of filters themselves.
#include "stream/stream_support.h"

using namespace evlet_test;

namespace {

constexpr short kEndOfInput = BEV_EVENT_EOF | BEV_EVENT_READING;

// Holds everything back until it is told that no more comes.
Codec::Body patient() {
    return [](evbuffer* from, evbuffer* to, ev_ssize_t limit, bufferevent_flush_mode mode) {
        if (mode != BEV_FINISHED)
            return BEV_NEED_MORE;
        const std::string bytes = take_bytes(from, room_of(limit));
        return bytes.empty() ? BEV_NEED_MORE : give_bytes(to, bytes);
    };
}

Codec::Body broken() {
    return [](evbuffer* from, evbuffer*, ev_ssize_t, bufferevent_flush_mode) {
        take_bytes(from, 1);
        errno = EPROTO;
        return BEV_ERROR;
    };
}

struct Ending {
    Base base;
    LinkedPair pair{base};
    Codec codec;
    SocketStream top;
    explicit Ending(const Codec::Body& in, const Codec::Body& out = nullptr)
        : codec{in, out}, top(codec.on(pair.b)) {
        top.enable(EV_READ);
    }
    void finish() { bufferevent_flush(pair.a, EV_WRITE, BEV_FINISHED); }
};

}  // namespace

TEST_CASE("a_filter_sees_all_bytes_with_finished_before_the_end_of_file_comes_up") {
    Ending e(patient());
    e.pair.a.write("last words");
    settle(e.base);
    CHECK(e.top.reads == 0);
    e.finish();
    settle(e.base);
    CHECK(e.top.order == "re");
    CHECK(e.top.take() == "last words");
    CHECK(e.top.events == std::vector<short>{kEndOfInput});
    CHECK(e.codec.in_modes.back() == BEV_FINISHED);
    CHECK(bufferevent_get_enabled(e.top) == EV_WRITE);
}

TEST_CASE("the_end_of_file_of_a_socket_comes_up_through_a_filter_once") {
    Base base;
    SocketPair sockets;
    SocketStream below(base, sockets[0]);
    Codec codec = {patient()};
    SocketStream top(codec.on(below));
    top.enable(EV_READ);
    sockets.write(1, "bye");
    sockets.close(1);
    REQUIRE(run_until(base, [&] { return !top.events.empty(); }));
    settle(base);
    CHECK(top.order == "re");
    CHECK(top.events == std::vector<short>{kEndOfInput});
    CHECK(top.take() == "bye");
}

TEST_CASE("the_end_waits_until_the_data_before_it_fit_below_the_high_watermark") {
    Ending e(patient());
    bufferevent_setwatermark(e.top, EV_READ, 0, 4);
    e.pair.a.write("0123456789");
    e.finish();
    std::string received;
    for (int i = 0; i < 3; ++i) {
        settle(e.base);
        CHECK(e.top.input_length() <= 4);
        CHECK(e.top.events.empty() == (received.size() < 8));
        received += e.top.take();
    }
    settle(e.base);
    CHECK(received == "0123456789");
    CHECK(e.top.events == std::vector<short>{kEndOfInput});
}

TEST_CASE("a_filter_that_does_not_read_hears_of_the_end_when_it_does") {
    Ending e(patient());
    bufferevent_disable(e.top, EV_READ);
    e.pair.a.write("x");
    e.finish();
    settle(e.base);
    CHECK(e.top.calls() == 0);
    e.top.enable(EV_READ);
    settle(e.base);
    CHECK(e.top.order == "re");
}

TEST_CASE("bytes_that_a_filter_never_takes_do_not_hold_the_end_up") {
    Ending e(unframing());
    e.pair.a.write(std::string("\0\5ab", 4));
    e.finish();
    settle(e.base);
    CHECK(e.top.order == "e");
    CHECK(e.pair.b.input_length() == 4);
}

TEST_CASE("an_input_filter_that_fails_ends_reading_with_its_error") {
    Ending e(broken());
    e.pair.a.write("xyz");
    settle(e.base);
    CHECK(e.top.events == std::vector<short>{BEV_EVENT_ERROR | BEV_EVENT_READING});
    CHECK(e.top.errors == std::vector<int>{EPROTO});
    CHECK(e.codec.in_calls == 1);
    CHECK(bufferevent_get_enabled(e.top) == EV_WRITE);
    e.top.enable(EV_READ);
    settle(e.base);
    CHECK(e.codec.in_calls == 2);
}

TEST_CASE("an_output_filter_that_fails_ends_writing_with_its_error") {
    Ending e(nullptr, broken());
    e.top.write("xyz");
    settle(e.base);
    CHECK(e.top.saw(BEV_EVENT_ERROR | BEV_EVENT_WRITING));
    CHECK(e.top.events.size() == 1);
    CHECK(e.codec.out_calls == 1);
    CHECK(bufferevent_get_enabled(e.top) == EV_READ);
}

TEST_CASE("an_end_below_a_filter_that_fails_is_reported_as_the_failure_only") {
    Ending e([](evbuffer*, evbuffer*, ev_ssize_t, bufferevent_flush_mode mode) {
        return mode == BEV_FINISHED ? BEV_ERROR : BEV_NEED_MORE;
    });
    e.pair.a.write("half a fra");
    e.finish();
    settle(e.base);
    CHECK(e.top.events == std::vector<short>{BEV_EVENT_ERROR | BEV_EVENT_READING});
}

TEST_CASE("a_filter_on_a_connecting_socket_hears_of_the_connection") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    SocketStream below(base, -1, BEV_OPT_CLOSE_ON_FREE);
    Codec codec = {mixing(), mixing()};
    SocketStream top(codec.on(below));
    top.enable(EV_READ);
    top.write("sent when connected");
    Address to = listener.address();
    REQUIRE(bufferevent_socket_connect(below, to.get(), to.length()) == 0);
    REQUIRE(run_until(base, [&] { return !top.events.empty(); }));
    CHECK(top.events == std::vector<short>{BEV_EVENT_CONNECTED});
    const Fd peer = listener.accept();
    REQUIRE(peer >= 0);
    std::string received;
    CHECK(run_until(base, [&] {
        received += receive_all(peer);
        return received.size() == 19;
    }));
}

TEST_CASE("a_filter_hears_that_a_connection_was_refused") {
    Base base;
    Peer listener(Peer::refuses, AF_INET);
    SocketStream below(base, -1, BEV_OPT_CLOSE_ON_FREE);
    Codec codec;
    SocketStream top(codec.on(below));
    Address to = listener.address();
    REQUIRE(bufferevent_socket_connect(below, to.get(), to.length()) == 0);
    REQUIRE(run_until(base, [&] { return !top.events.empty(); }));
    CHECK(top.saw(BEV_EVENT_ERROR));
    CHECK(top.errors.back() == ECONNREFUSED);
}

TEST_CASE("a_reset_connection_is_an_error_of_the_filter_on_top") {
    NEEDS(resets);
    Base base;
    TcpPair sockets;
    SocketStream below(base, sockets[0]);
    Codec codec;
    SocketStream top(codec.on(below));
    top.enable(EV_READ);
    sockets.reset(1);
    REQUIRE(run_until(base, [&] { return !top.events.empty(); }));
    CHECK(top.saw(BEV_EVENT_ERROR | BEV_EVENT_READING));
    CHECK(top.errors.back() == ECONNRESET);
}

TEST_CASE("a_timeout_below_a_filter_comes_up_and_reading_can_be_enabled_again") {
    Ending e(mixing());
    const timeval limit = milliseconds(10);
    bufferevent_set_timeouts(e.pair.b, &limit, nullptr);
    REQUIRE(run_until(e.base, [&] { return !e.top.events.empty(); }));
    CHECK(e.top.events == std::vector<short>{BEV_EVENT_TIMEOUT | BEV_EVENT_READING});
    bufferevent_set_timeouts(e.pair.b, nullptr, nullptr);
    e.top.enable(EV_READ);
    e.pair.a.write("x");
    settle(e.base);
    CHECK(e.top.input_length() == 1);
}
