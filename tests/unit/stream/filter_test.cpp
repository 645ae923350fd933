// SPDX-License-Identifier: BSD-3-Clause
// Filters: what passes through, what they are told, and when they are not called again.
#include "stream/stream_support.h"

using namespace evlet_test;

namespace {

// A pair whose end `b` has a filter on top, which reads.
struct Filtered {
    Base base;
    LinkedPair pair{base};
    Codec codec;
    SocketStream top;
    explicit Filtered(const Codec& what, int options = 0, short enabled = EV_READ)
        : codec(what), top(codec.on(pair.b, options)) {
        if (enabled)
            top.enable(enabled);
    }
};

// Upper case in, lower case out.
Codec shouting() {
    Codec codec;
    codec.in = [](evbuffer* from, evbuffer* to, ev_ssize_t limit, bufferevent_flush_mode) {
        std::string bytes = take_bytes(from, room_of(limit));
        for (char& byte : bytes)
            byte = static_cast<char>(toupper(byte));
        return bytes.empty() ? BEV_NEED_MORE : give_bytes(to, bytes);
    };
    codec.out = [](evbuffer* from, evbuffer* to, ev_ssize_t limit, bufferevent_flush_mode) {
        std::string bytes = take_bytes(from, room_of(limit));
        for (char& byte : bytes)
            byte = static_cast<char>(tolower(byte));
        return bytes.empty() ? BEV_NEED_MORE : give_bytes(to, bytes);
    };
    return codec;
}

}  // namespace

TEST_CASE("a_filter_changes_what_passes_through_in_both_directions") {
    Filtered f(shouting());
    f.pair.a.write("hello");
    f.top.write("WORLD");
    settle(f.base);
    CHECK(f.top.take() == "HELLO");
    CHECK(f.pair.a.take() == "world");
    CHECK(f.top.reads == 1);
    CHECK(f.top.writes == 1);
    CHECK(f.pair.b.calls() == 0);
}

TEST_CASE("a_filter_of_no_functions_passes_bytes_unchanged") {
    Filtered f{Codec()};
    f.pair.a.write("hello");
    f.top.write("world");
    settle(f.base);
    CHECK(f.top.take() == "hello");
    CHECK(f.pair.a.take() == "world");
}

TEST_CASE("a_filter_knows_what_it_stands_on") {
    Base base;
    SocketPair sockets;
    SocketStream below(base, sockets[0]);
    Codec codec;
    SocketStream top(codec.on(below));
    CHECK(bufferevent_get_underlying(top) == below.get());
    CHECK(bufferevent_getfd(top) == sockets[0]);
    CHECK(bufferevent_get_base(top) == base.get());
    CHECK(bufferevent_get_enabled(top) == EV_WRITE);
    CHECK(bufferevent_get_underlying(below) == nullptr);
}

TEST_CASE("a_filter_on_a_socket_answers_in_the_turn_in_which_it_was_asked") {
    Base base;
    SocketPair sockets;
    SocketStream below(base, sockets[0]);
    Codec codec = shouting();
    SocketStream top(codec.on(below));
    top.enable(EV_READ);
    top.on_read = [&] { top.write("I HEARD " + top.take()); };
    sockets.write(1, "you");
    pass(base);
    CHECK(receive_all(sockets[1]) == "i heard you");
}

TEST_CASE("what_was_read_below_before_a_filter_reads_goes_through_it_then") {
    Base base;
    LinkedPair pair(base);
    pair.a.write("early");
    settle(base);
    Codec codec = shouting();
    SocketStream top(codec.on(pair.b));
    settle(base);
    pair.a.write(" bird");
    settle(base);
    CHECK(codec.in_calls == 0);
    CHECK(top.input_length() == 0);
    top.enable(EV_READ);
    settle(base);
    CHECK(top.take() == "EARLY BIRD");
}

TEST_CASE("a_filter_that_does_not_write_keeps_its_output") {
    Filtered f(shouting());
    bufferevent_disable(f.top, EV_WRITE);
    f.top.write("KEPT");
    settle(f.base);
    CHECK(f.codec.out_calls == 0);
    f.top.enable(EV_WRITE);
    settle(f.base);
    CHECK(f.pair.a.take() == "kept");
}

TEST_CASE("a_filter_waits_for_the_rest_of_a_frame") {
    Codec codec;
    codec.in = unframing();
    codec.out = framing(5);
    Filtered f(codec);
    f.top.write("1234567");
    settle(f.base);
    CHECK(f.pair.a.take() == std::string("\0\5"
                                         "12345\0\2"
                                         "67",
                                         11));
    for (const char piece : {'\0', '\3', 'a', 'b'}) {
        f.pair.a.write(std::string(1, piece));
        settle(f.base);
        CHECK(f.top.reads == 0);
    }
    f.pair.a.write("c");
    settle(f.base);
    CHECK(f.top.reads == 1);
    CHECK(f.top.take() == "abc");
}

TEST_CASE("a_filter_that_neither_takes_nor_gives_is_called_once_for_what_comes") {
    Codec codec;
    codec.in =
        codec.out = [](evbuffer*, evbuffer*, ev_ssize_t, bufferevent_flush_mode) { return BEV_OK; };
    Filtered f(codec);
    f.pair.a.write("x");
    f.top.write("y");
    settle(f.base);
    CHECK(f.codec.in_calls == 1);
    CHECK(f.codec.out_calls == 1);
    CHECK(f.top.calls() == 0);
    f.pair.a.write("x");
    settle(f.base);
    CHECK(f.codec.in_calls == 2);
    CHECK(bufferevent_get_enabled(f.top) == kBoth);
}

TEST_CASE("a_filter_that_gives_without_end_does_not_keep_the_loop_from_others") {
    Codec codec;
    codec.in = [](evbuffer*, evbuffer* to, ev_ssize_t, bufferevent_flush_mode) {
        return give_bytes(to, "more");
    };
    Filtered f(codec);
    f.top.on_read = [&] { f.top.take(); };
    TestEvent timer(f.base, -1, 0, [&](short) { event_base_loopbreak(f.base); });
    REQUIRE(timer.add_ms(5) == 0);
    f.pair.a.write("x");
    event_base_dispatch(f.base);
    CHECK(timer.calls == 1);
    CHECK(f.codec.in_calls > 1);
}

TEST_CASE("a_filter_that_swallows_everything_tells_nobody_of_reading") {
    Codec codec;
    codec.in = codec.out = [](evbuffer* from, evbuffer*, ev_ssize_t, bufferevent_flush_mode) {
        take_bytes(from, SIZE_MAX);
        return BEV_OK;
    };
    Filtered f(codec);
    f.pair.a.write("x");
    f.top.write("y");
    settle(f.base);
    CHECK(f.top.reads == 0);
    CHECK(f.top.writes == 1);
    CHECK(f.pair.a.input_length() == 0);
}

TEST_CASE("a_filter_that_calls_for_a_flush_of_itself_is_not_called_from_within") {
    Codec codec;
    bufferevent* self = nullptr;
    int depth = 0;
    int deepest = 0;
    const Codec::Body body = [&](evbuffer* from, evbuffer* to, ev_ssize_t, bufferevent_flush_mode) {
        deepest = std::max(deepest, ++depth);
        bufferevent_flush(self, kBoth, BEV_FLUSH);
        --depth;
        const std::string bytes = take_bytes(from, SIZE_MAX);
        return bytes.empty() ? BEV_NEED_MORE : give_bytes(to, bytes);
    };
    codec.in = codec.out = body;
    Filtered f(codec);
    self = f.top;
    f.pair.a.write("in");
    f.top.write("out");
    CHECK(run_until(f.base,
                    [&] { return f.top.input_length() == 2 && f.pair.a.input_length() == 3; }));
    CHECK(deepest <= 2);  // one for each direction
}

TEST_CASE("a_filter_that_writes_to_its_own_bufferevent_is_not_called_from_within") {
    Codec codec = shouting();
    const Codec::Body plain = codec.out;
    bufferevent* self = nullptr;
    int extra = 3;
    codec.out = [&](evbuffer* from, evbuffer* to, ev_ssize_t limit, bufferevent_flush_mode mode) {
        if (extra-- > 0)
            bufferevent_write(self, "!", 1);
        return plain(from, to, limit, mode);
    };
    Filtered f(codec);
    self = f.top;
    f.top.write("X");
    settle(f.base);
    CHECK(f.pair.a.take().substr(0, 2) == "x!");
}

TEST_CASE("the_context_of_a_filter_is_freed_once_when_the_filter_goes") {
    Codec codec;
    {
        Base base;
        LinkedPair pair(base);
        bufferevent* const top = codec.on(pair.b);
        bufferevent_incref(top);
        bufferevent_free(top);
        CHECK(codec.freed == 0);
        CHECK(bufferevent_decref(top) == 1);
        CHECK(codec.freed == 1);
    }
    CHECK(codec.freed == 1);
}

TEST_CASE("options_of_a_filter_that_cannot_be_kept_are_refused") {
    Base base;
    LinkedPair pair(base);
    Codec codec;
    errno = 0;
    CHECK(codec.on(pair.b, BEV_OPT_UNLOCK_CALLBACKS) == nullptr);
    CHECK(errno == EINVAL);
    CHECK(codec.freed == 0);
    bufferevent_data_cb readcb = nullptr;
    bufferevent_getcb(pair.b, &readcb, nullptr, nullptr, nullptr);
    const bool still_there = readcb != nullptr;
    CHECK(still_there);
}
