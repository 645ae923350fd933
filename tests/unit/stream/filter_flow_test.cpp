// SPDX-License-Identifier: BSD-3-Clause
// Filters: watermarks, limits, flushes and timeouts.
#include "stream/stream_support.h"

using namespace evlet_test;

namespace {

struct Flow {
    Base base;
    LinkedPair pair{base};
    Codec codec;
    SocketStream top;
    explicit Flow(const Codec::Body& in, const Codec::Body& out)
        : codec{in, out}, top(codec.on(pair.b)) {
        top.enable(EV_READ);
    }
};

Codec::Body copying() {
    return [](evbuffer* from, evbuffer* to, ev_ssize_t limit, bufferevent_flush_mode) {
        const std::string bytes = take_bytes(from, room_of(limit));
        return bytes.empty() ? BEV_NEED_MORE : give_bytes(to, bytes);
    };
}

// Takes all at once, and gives what there is room for.
Codec::Body hoarding(std::string* kept) {
    return [kept](evbuffer* from, evbuffer* to, ev_ssize_t limit, bufferevent_flush_mode) {
        *kept += take_bytes(from, SIZE_MAX);
        const std::string part = kept->substr(0, room_of(limit));
        kept->erase(0, part.size());
        return part.empty() ? BEV_NEED_MORE : give_bytes(to, part);
    };
}

}  // namespace

TEST_CASE("a_filter_is_told_how_much_room_there_is_below_the_high_watermark") {
    Flow f(copying(), copying());
    bufferevent_setwatermark(f.top, EV_READ, 0, 10);
    bufferevent_setwatermark(f.pair.b, EV_WRITE, 0, 7);
    bufferevent_disable(f.pair.a, EV_READ);
    f.pair.a.write(std::string(25, 'i'));
    f.top.write(std::string(25, 'o'));
    settle(f.base);
    CHECK(f.codec.in_limits == std::vector<ev_ssize_t>{10});
    CHECK(f.top.input_length() == 10);
    CHECK(f.codec.out_limits == std::vector<ev_ssize_t>{7});
    CHECK(f.pair.b.output_length() == 7);
    CHECK(f.top.output_length() == 18);
}

TEST_CASE("a_filter_without_watermarks_is_told_of_no_limit") {
    Flow f(copying(), copying());
    f.pair.a.write("i");
    f.top.write("o");
    settle(f.base);
    CHECK(f.codec.in_limits == std::vector<ev_ssize_t>{-1});
    CHECK(f.codec.out_limits == std::vector<ev_ssize_t>{-1});
    CHECK(f.codec.in_modes == std::vector<bufferevent_flush_mode>{BEV_NORMAL});
}

TEST_CASE("reading_below_a_filter_rests_while_the_filter_has_enough") {
    Flow f(copying(), nullptr);
    bufferevent_setwatermark(f.top, EV_READ, 0, 10);
    f.pair.a.write(std::string(10, 'x'));
    settle(f.base);
    f.pair.a.write("y");
    settle(f.base);
    CHECK(f.pair.a.output_length() == 1);
    CHECK(f.pair.b.input_length() == 0);
    evbuffer_drain(f.top.input(), 1);
    settle(f.base);
    CHECK(f.top.take() == "xxxxxxxxxy");
}

TEST_CASE("reading_goes_on_through_a_filter_when_its_input_is_drained") {
    Flow f(copying(), nullptr);
    bufferevent_setwatermark(f.top, EV_READ, 0, 10);
    f.pair.a.write(std::string(25, 'x'));
    settle(f.base);
    CHECK(f.top.reads == 1);
    f.top.take();
    settle(f.base);
    CHECK(f.top.reads == 2);
    f.top.take();
    settle(f.base);
    CHECK(f.top.take().size() == 5);
}

TEST_CASE("a_filter_that_kept_something_for_lack_of_room_is_called_again_for_it") {
    std::string kept;
    Flow f(hoarding(&kept), nullptr);
    bufferevent_setwatermark(f.top, EV_READ, 0, 10);
    f.pair.a.write(std::string(25, 'x'));
    std::string received;
    for (int i = 0; i < 3; ++i) {
        settle(f.base);
        received += f.top.take();
    }
    CHECK(received.size() == 25);
    CHECK(kept.empty());
}

TEST_CASE("an_output_filter_that_kept_something_is_called_again_when_there_is_room") {
    std::string kept;
    Flow f(nullptr, hoarding(&kept));
    bufferevent_setwatermark(f.pair.b, EV_WRITE, 0, 10);
    bufferevent_setwatermark(f.pair.a, EV_READ, 0, 10);
    f.top.write(std::string(45, 'x'));
    std::string received;
    for (int i = 0; i < 10; ++i) {
        settle(f.base);
        received += f.pair.a.take();
    }
    CHECK(received.size() == 45);
}

TEST_CASE("a_filter_that_grows_everything_a_thousandfold_stops_soon_after_the_high_watermark") {
    Flow f(expanding(1000), nullptr);
    bufferevent_setwatermark(f.top, EV_READ, 0, 5000);
    f.pair.a.write(std::string(10000, 'x'));
    size_t received = 0;
    while (received < 10000 * 1000) {
        settle(f.base);
        const size_t length = f.top.input_length();
        REQUIRE(length > 0);
        REQUIRE(length <= 5000 + 100 * 1000);
        received += f.top.take().size();
    }
    CHECK(received == 10000 * 1000);
}

TEST_CASE("a_program_is_not_asked_to_write_while_much_has_not_left_below_a_filter") {
    Flow f(nullptr, expanding(1000));
    bufferevent_disable(f.pair.a, EV_READ);
    f.top.on_write = [&] {
        if (f.top.writes < 10)
            f.top.write(std::string(100, 'x'));
    };
    f.top.write("x");
    settle(f.base);
    settle(f.base);
    CHECK(f.pair.b.output_length() < 200 * 1000);
    const int writes = f.top.writes;
    f.pair.a.enable(EV_READ);
    f.pair.a.take();
    settle(f.base);
    CHECK(f.top.writes > writes);
}

TEST_CASE("the_write_callback_of_a_filter_obeys_the_low_watermark") {
    Flow f(nullptr, copying());
    bufferevent_setwatermark(f.top, EV_WRITE, 5, 0);
    bufferevent_setwatermark(f.pair.b, EV_WRITE, 0, 10);
    bufferevent_disable(f.pair.a, EV_READ);
    f.top.write(std::string(20, 'x'));
    settle(f.base);
    CHECK(f.top.output_length() == 10);
    CHECK(f.top.writes == 0);
    f.pair.a.enable(EV_READ);
    settle(f.base);
    CHECK(f.top.writes > 0);
}

TEST_CASE("a_flush_goes_through_a_filter_down_to_the_partner_of_a_pair") {
    Flow f(nullptr, [](evbuffer* from, evbuffer* to, ev_ssize_t, bufferevent_flush_mode mode) {
        if (mode == BEV_NORMAL)
            return BEV_NEED_MORE;  // better later
        std::string bytes = take_bytes(from, SIZE_MAX);
        if (mode == BEV_FINISHED)
            bytes += ".";
        return give_bytes(to, bytes);
    });
    f.top.write("abc");
    settle(f.base);
    CHECK(f.pair.a.input_length() == 0);
    CHECK(bufferevent_flush(f.top, EV_WRITE, BEV_FLUSH) == 1);
    settle(f.base);
    CHECK(f.pair.a.take() == "abc");
    CHECK(f.pair.a.events.empty());
    f.top.write("def");
    CHECK(bufferevent_flush(f.top, EV_WRITE, BEV_FINISHED) == 1);
    CHECK(f.top.calls() == 1);  // for the first flush: the loop calls
    settle(f.base);
    CHECK(f.pair.a.take() == "def.");
    CHECK(f.pair.a.events == std::vector<short>{BEV_EVENT_EOF | BEV_EVENT_READING});
}

TEST_CASE("a_flush_for_reading_comes_up_through_a_filter") {
    Flow f(copying(), nullptr);
    bufferevent_setwatermark(f.pair.b, EV_READ, 0, 1);
    bufferevent_setwatermark(f.top, EV_READ, 0, 2);
    f.pair.a.write("12345");
    settle(f.base);
    CHECK(f.top.input_length() == 2);
    f.top.take();
    CHECK(bufferevent_flush(f.top, EV_READ, BEV_FLUSH) == 1);
    CHECK(f.top.take() == "345");
    CHECK(bufferevent_flush(f.top, EV_READ, BEV_NORMAL) == 0);
}

TEST_CASE("a_filter_that_gets_nothing_times_out") {
    Flow f(copying(), copying());
    const timeval limit = milliseconds(10);
    bufferevent_set_timeouts(f.top, &limit, nullptr);
    REQUIRE(run_until(f.base, [&] { return f.top.calls() > 0; }));
    CHECK(f.top.events == std::vector<short>{BEV_EVENT_TIMEOUT | BEV_EVENT_READING});
    CHECK(bufferevent_get_enabled(f.top) == EV_WRITE);
    f.top.enable(EV_READ);
    f.pair.a.write("late");
    REQUIRE(run_until(f.base, [&] { return f.top.reads == 1; }));
}

TEST_CASE("a_filter_that_cannot_get_rid_of_its_output_times_out") {
    Flow f(copying(), copying());
    const timeval limit = milliseconds(10);
    bufferevent_set_timeouts(f.top, nullptr, &limit);
    bufferevent_setwatermark(f.pair.b, EV_WRITE, 0, 1);
    bufferevent_disable(f.pair.a, EV_READ);
    f.top.write("xx");
    REQUIRE(run_until(f.base, [&] { return f.top.events.size() > 0; }));
    CHECK(f.top.events == std::vector<short>{BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING});
}
