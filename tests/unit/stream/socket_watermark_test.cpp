// SPDX-License-Identifier: BSD-3-Clause
// Watermarks of both directions, at their exact boundaries.
#include <algorithm>

#include "socket_support.h"

using namespace evlet_test;

namespace {

// The longest the input ever was.
void note_longest(evbuffer* buffer, const evbuffer_cb_info*, void* longest) {
    size_t& most = *static_cast<size_t*>(longest);
    most = std::max(most, evbuffer_get_length(buffer));
}

}  // namespace

TEST_CASE("read_callback_waits_for_exactly_the_low_mark") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bufferevent_setwatermark(stream, EV_READ, 5, 0);
    stream.enable(EV_READ);
    pair.write(1, "abcd");
    settle(base);
    CHECK(stream.input_length() == 4);
    CHECK(stream.reads == 0);
    pair.write(1, "e");
    settle(base);
    CHECK(stream.reads == 1);
    // What was left counts for the next call.
    pair.write(1, "f");
    settle(base);
    CHECK(stream.reads == 2);
    CHECK(stream.take() == "abcdef");
    pair.write(1, "g");
    settle(base);
    CHECK(stream.reads == 2);
}

TEST_CASE("input_never_passes_the_high_mark") {
    for (const size_t high : {1, 2, 511, 512, 513, 4096, 5000, 65537}) {
        CAPTURE(high);
        Base base;
        SocketPair pair;
        SocketStream stream(base, pair[0]);
        size_t longest = 0;
        REQUIRE(evbuffer_add_cb(stream.input(), note_longest, &longest));
        bufferevent_setwatermark(stream, EV_READ, 0, high);
        stream.enable(EV_READ);
        const std::string sent = bytes_of_size(3 * high + 1);
        size_t position = 0;
        std::string got;
        for (int round = 0; round < 4000 && got.size() < sent.size(); ++round) {
            position += send_some(pair[1], sent, position);
            // A large mark takes several reads.
            for (int i = 0; i < 40 && stream.input_length() < std::min(high, position - got.size());
                 ++i)
                pass(base);
            pass(base);
            if (position - got.size() >= high)
                CHECK(stream.input_length() == high);
            // A part at a time, so that reading goes on from anywhere below the mark.
            std::string part(std::max<size_t>(1, high / 2), '?');
            part.resize(bufferevent_read(stream, part.data(), part.size()));
            got += part;
        }
        const bool same = got == sent;
        CHECK(same);
        CHECK(longest == high);
    }
}

TEST_CASE("reading_rests_at_the_high_mark_and_goes_on_below_it") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bufferevent_setwatermark(stream, EV_READ, 0, 3);
    stream.enable(EV_READ);
    pair.write(1, "abcdef");
    settle(base);
    CHECK(stream.input_length() == 3);
    CHECK(stream.reads == 1);
    // It does not ask the system while it rests.
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    CHECK((bufferevent_get_enabled(stream) & EV_READ));
    char byte;
    REQUIRE(bufferevent_read(stream, &byte, 1) == 1);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
    settle(base);
    CHECK(stream.input_length() == 3);
    CHECK(stream.reads == 2);
    CHECK(stream.take() == "bcd");
    settle(base);
    CHECK(stream.take() == "ef");
}

TEST_CASE("the_marks_may_change_while_data_wait") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bufferevent_setwatermark(stream, EV_READ, 0, 4);
    stream.enable(EV_READ);
    pair.write(1, "abcdefghijkl");
    settle(base);
    CHECK(stream.input_length() == 4);
    bufferevent_setwatermark(stream, EV_READ, 0, 6);
    settle(base);
    CHECK(stream.input_length() == 6);
    // Below what is there: nothing is lost, and nothing more comes.
    bufferevent_setwatermark(stream, EV_READ, 0, 2);
    settle(base);
    CHECK(stream.input_length() == 6);
    char text[4];
    REQUIRE(bufferevent_read(stream, text, 4) == 4);
    settle(base);
    CHECK(stream.input_length() == 2);
    bufferevent_setwatermark(stream, EV_READ, 0, 0);
    settle(base);
    CHECK(stream.take() == "efghijkl");
}

TEST_CASE("a_mark_that_is_taken_away_does_not_enable_reading") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bufferevent_setwatermark(stream, EV_READ, 0, 2);
    stream.enable(EV_READ);
    pair.write(1, "abcd");
    settle(base);
    REQUIRE(bufferevent_disable(stream, EV_READ) == 0);
    bufferevent_setwatermark(stream, EV_READ, 0, 0);
    CHECK(stream.take() == "ab");
    settle(base);
    CHECK(stream.input_length() == 0);
    stream.enable(EV_READ);
    settle(base);
    CHECK(stream.take() == "cd");
}

TEST_CASE("enabling_at_the_high_mark_reads_nothing") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bufferevent_setwatermark(stream, EV_READ, 0, 2);
    stream.enable(EV_READ);
    pair.write(1, "abcd");
    settle(base);
    REQUIRE(bufferevent_disable(stream, EV_READ) == 0);
    stream.enable(EV_READ);
    settle(base);
    CHECK(stream.input_length() == 2);
}

TEST_CASE("draining_in_the_read_callback_at_the_high_mark_goes_on_reading") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bufferevent_setwatermark(stream, EV_READ, 4, 4);
    stream.enable(EV_READ);
    std::string got;
    stream.on_read = [&] { got += stream.take(); };
    pair.write(1, "abcdefghij");
    for (int i = 0; i < 8; ++i)
        pass(base);
    CHECK(got == "abcdefgh");
    CHECK(stream.reads == 2);
    CHECK(stream.take() == "ij");
}

TEST_CASE("write_callback_comes_when_the_output_is_down_to_the_low_mark") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    REQUIRE(bufferevent_set_max_single_write(stream, 1) == 0);
    bufferevent_setwatermark(stream, EV_WRITE, 3, 0);
    std::vector<size_t> lengths;
    stream.on_write = [&] { lengths.push_back(stream.output_length()); };
    stream.write("abcdef");
    for (int i = 0; i < 12; ++i)
        pass(base);
    CHECK(lengths == std::vector<size_t>{3, 2, 1, 0});
    CHECK(receive_all(pair[1]) == "abcdef");
}

TEST_CASE("without_a_mark_the_write_callback_comes_once_when_all_is_sent") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    REQUIRE(bufferevent_set_max_single_write(stream, 1) == 0);
    std::vector<size_t> lengths;
    stream.on_write = [&] { lengths.push_back(stream.output_length()); };
    stream.write("abcdef");
    for (int i = 0; i < 12; ++i)
        pass(base);
    CHECK(lengths == std::vector<size_t>{0});
}

TEST_CASE("watermarks_are_told_as_they_were_set") {
    Base base;
    SocketStream stream(base, -1);
    size_t low = 77, high = 77;
    CHECK(bufferevent_getwatermark(stream, EV_READ, &low, &high) == 0);
    CHECK(low == 0);
    CHECK(high == 0);
    bufferevent_setwatermark(stream, EV_READ, 1, 20);
    bufferevent_setwatermark(stream, EV_WRITE, 3, 40);
    CHECK(bufferevent_getwatermark(stream, EV_READ, &low, nullptr) == 0);
    CHECK(bufferevent_getwatermark(stream, EV_READ, nullptr, &high) == 0);
    CHECK(low == 1);
    CHECK(high == 20);
    CHECK(bufferevent_getwatermark(stream, EV_WRITE, &low, &high) == 0);
    CHECK(low == 3);
    CHECK(high == 40);
    for (const short wrong : {short(0), short(EV_READ | EV_WRITE), short(EV_TIMEOUT)})
        CHECK(bufferevent_getwatermark(stream, wrong, &low, &high) == -1);
    CHECK(low == 3);
    bufferevent_setwatermark(stream, EV_READ | EV_WRITE, 5, 6);
    CHECK(bufferevent_getwatermark(stream, EV_READ, &low, &high) == 0);
    CHECK(low == 5);
    CHECK(high == 6);
    CHECK(bufferevent_getwatermark(stream, EV_WRITE, &low, &high) == 0);
    CHECK(high == 6);
}
