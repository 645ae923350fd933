// SPDX-License-Identifier: BSD-3-Clause
// Bytes in and out of a socket, and all the ways in which a peer may end.
#include <stdio.h>

#include "socket_support.h"
#include "support/fatal.h"

using namespace evlet_test;

TEST_CASE("what_the_peer_sends_is_in_the_input_when_the_read_callback_comes") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    std::string seen;
    stream.on_read = [&] { seen = stream.take(); };
    pair.write(1, "hello");
    pass(base);
    CHECK(stream.reads == 1);
    CHECK(seen == "hello");
    settle(base);
    CHECK(stream.calls() == 1);
}

TEST_CASE("nothing_is_read_before_reading_is_enabled") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    CHECK(bufferevent_get_enabled(stream) == EV_WRITE);
    pair.write(1, "hello");
    settle(base);
    CHECK(stream.input_length() == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    stream.enable(EV_READ);
    pass(base);
    CHECK(stream.take() == "hello");
}

TEST_CASE("a_disabled_reader_leaves_data_in_the_kernel_until_enabled_again") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    for (int round = 0; round < 3; ++round) {
        REQUIRE(bufferevent_disable(stream, EV_READ) == 0);
        CHECK(bufferevent_get_enabled(stream) == EV_WRITE);
        pair.write(1, "x");
        settle(base);
        CHECK(stream.input_length() == 0);
        stream.enable(EV_READ);
        CHECK(bufferevent_get_enabled(stream) == (EV_READ | EV_WRITE));
        pass(base);
        CHECK(stream.take() == "x");
    }
}

TEST_CASE("a_reader_disabled_in_its_callback_reads_no_more") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    REQUIRE(bufferevent_set_max_single_read(stream, 1) == 0);
    stream.on_read = [&] { bufferevent_disable(stream, EV_READ); };
    stream.enable(EV_READ);
    pair.write(1, "abc");
    settle(base);
    CHECK(stream.reads == 1);
    CHECK(stream.input_length() == 1);
    stream.on_read = nullptr;
    stream.enable(EV_READ);
    for (int i = 0; i < 6; ++i)
        pass(base);
    CHECK(stream.take() == "abc");
}

TEST_CASE("a_disabled_writer_keeps_its_output_until_enabled_again") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    REQUIRE(bufferevent_disable(stream, EV_WRITE) == 0);
    CHECK(bufferevent_get_enabled(stream) == 0);
    stream.write("abc");
    settle(base);
    CHECK(stream.output_length() == 3);
    CHECK(stream.writes == 0);
    CHECK(receive_all(pair[1]).empty());
    stream.enable(EV_WRITE);
    settle(base);
    CHECK(receive_all(pair[1]) == "abc");
    CHECK(stream.output_length() == 0);
    CHECK(stream.writes == 1);
}

TEST_CASE("a_writer_disabled_while_the_peer_is_slow_goes_on_where_it_stopped") {
    Base base;
    SocketPair pair;
    make_buffers_small(pair[0]);
    make_buffers_small(pair[1]);
    SocketStream stream(base, pair[0]);
    const std::string sent = bytes_of_size(200000);
    stream.write(sent);
    settle(base);
    const size_t left = stream.output_length();
    REQUIRE(left > 0);
    REQUIRE(left < sent.size());
    REQUIRE(bufferevent_disable(stream, EV_WRITE) == 0);
    std::string got = receive_all(pair[1]);
    settle(base);
    CHECK(stream.output_length() == left);
    stream.enable(EV_WRITE);
    for (int i = 0; i < 10000 && got.size() < sent.size(); ++i) {
        pass(base);
        got += receive_all(pair[1]);
    }
    const bool same = got == sent;
    CHECK(same);
    CHECK(stream.output_length() == 0);
    CHECK(stream.writes == 1);
}

TEST_CASE("much_data_arrives_whole_through_small_kernel_buffers_in_both_directions") {
    Base base;
    SocketPair pair;
    make_buffers_small(pair[0]);
    make_buffers_small(pair[1]);
    SocketStream left(base, pair[0]), right(base, pair[1]);
    const std::string to_right = bytes_of_size(300000);
    const std::string to_left = bytes_of_size(250001);
    std::string at_left, at_right;
    left.on_read = [&] { at_left += left.take(); };
    right.on_read = [&] { at_right += right.take(); };
    left.enable(EV_READ);
    right.enable(EV_READ);
    left.write(to_right);
    right.write(to_left);
    CHECK(run_until(base, [&] {
        return at_left.size() >= to_left.size() && at_right.size() >= to_right.size();
    }));
    const bool same = at_left == to_left && at_right == to_right;
    CHECK(same);
    settle(base);
    CHECK(left.events.empty());
    CHECK(right.events.empty());
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 2);
}

TEST_CASE("a_byte_at_a_time_is_a_callback_at_a_time_and_nothing_is_lost") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    std::string expected;
    for (int i = 0; i < 300; ++i) {
        const char text[2] = {static_cast<char>('a' + i % 26), 0};
        pair.write(1, text);
        expected += text;
        pass(base);
        CHECK(stream.reads == i + 1);
    }
    CHECK(stream.take() == expected);
}

TEST_CASE("the_end_of_the_peer_is_told_after_its_last_bytes") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    pair.write(1, "last words");
    pair.close(1);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.order == "re");
    CHECK(stream.events[0] == (BEV_EVENT_EOF | BEV_EVENT_READING));
    CHECK(stream.take() == "last words");
    CHECK(bufferevent_get_enabled(stream) == EV_WRITE);
    settle(base);
    CHECK(stream.events.size() == 1);
}

TEST_CASE("after_a_half_close_of_the_peer_writing_goes_on") {
    Base base;
    TcpPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    REQUIRE(shutdown(pair[1], SHUT_WR) == 0);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.saw(BEV_EVENT_EOF | BEV_EVENT_READING));
    stream.write("still here");
    settle(base);
    CHECK(stream.output_length() == 0);
    std::string got;
    // Loopback may take its time.
    TestEvent arrival(base, pair[1], EV_READ | EV_PERSIST,
                      [&](short) { got += receive_all(pair[1]); });
    REQUIRE(arrival.add() == 0);
    CHECK(run_until(base, [&] { return got == "still here"; }));
    CHECK(stream.events.size() == 1);
}

TEST_CASE("a_peer_that_resets_is_an_error_of_reading_with_its_number") {
    NEEDS(resets);
    Base base;
    TcpPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    pair.reset(1);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.events[0] == (BEV_EVENT_ERROR | BEV_EVENT_READING));
    CHECK(stream.errors[0] == ECONNRESET);
    CHECK(bufferevent_get_enabled(stream) == EV_WRITE);
    settle(base);
    CHECK(stream.events.size() == 1);
}

TEST_CASE("the_number_of_an_error_survives_until_a_deferred_callback") {
    NEEDS(resets);
    Base base;
    TcpPair pair;
    SocketStream stream(base, pair[0], BEV_OPT_DEFER_CALLBACKS);
    stream.enable(EV_READ);
    TestEvent disturber(base, pair[0], EV_READ | EV_PERSIST, [](short) { errno = EDOM; });
    REQUIRE(disturber.add() == 0);
    pair.reset(1);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.errors[0] == ECONNRESET);
}

TEST_CASE("writing_to_a_peer_that_is_gone_is_an_error_of_writing_and_kills_nobody") {
    NEEDS(fork_with_sockets);
    const int status = run_in_child([] {
        Base base;
        SocketPair pair;
        SocketStream stream(base, pair[0]);
        pair.close(1);
        stream.write("anybody?");
        settle(base);
        CHILD_REQUIRE(stream.events.size() == 1);
        CHILD_REQUIRE(stream.events[0] == (BEV_EVENT_ERROR | BEV_EVENT_WRITING));
        CHILD_REQUIRE(stream.errors[0] == EPIPE);
        CHILD_REQUIRE(bufferevent_get_enabled(stream) == 0);
        CHILD_REQUIRE(stream.output_length() == 8);
    });
    CHECK(ended_well(status));
}

TEST_CASE("writing_a_file_to_a_peer_that_is_gone_kills_nobody") {
    NEEDS(fork_with_sockets);
    const int status = run_in_child([] {
        Base base;
        SocketPair pair;
        SocketStream stream(base, pair[0]);
        FILE* const file = tmpfile();
        CHILD_REQUIRE(file);
        const std::string text(10000, 'x');
        CHILD_REQUIRE(fwrite(text.data(), 1, text.size(), file) == text.size());
        CHILD_REQUIRE(fflush(file) == 0);
        CHILD_REQUIRE(evbuffer_add_file(stream.output(), dup(fileno(file)), 0, 10000) == 0);
        fclose(file);
        pair.close(1);
        settle(base);
        CHILD_REQUIRE(stream.events.size() == 1);
        CHILD_REQUIRE(stream.events[0] == (BEV_EVENT_ERROR | BEV_EVENT_WRITING));
        CHILD_REQUIRE(stream.errors[0] == EPIPE);
    });
    CHECK(ended_well(status));
}

TEST_CASE("output_for_a_peer_that_never_reads_grows_and_stays") {
    Base base;
    SocketPair pair;
    make_buffers_small(pair[0]);
    SocketStream stream(base, pair[0]);
    const std::string part = bytes_of_size(5000);
    size_t before = 0;
    for (int i = 0; i < 50; ++i) {
        stream.write(part);
        settle(base);
        CHECK(stream.output_length() >= before);
        before = stream.output_length();
    }
    CHECK(before > 100000);
    CHECK(stream.events.empty());
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
}

TEST_CASE("a_buffer_is_moved_to_the_output_and_out_of_the_input") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    evbuffer* const buffer = evbuffer_new();
    REQUIRE(evbuffer_add(buffer, "abc", 3) == 0);
    REQUIRE(bufferevent_write_buffer(stream, buffer) == 0);
    CHECK(evbuffer_get_length(buffer) == 0);
    pair.write(1, "defg");
    settle(base);
    CHECK(receive_all(pair[1]) == "abc");
    REQUIRE(bufferevent_read_buffer(stream, buffer) == 0);
    CHECK(evbuffer_get_length(buffer) == 4);
    CHECK(stream.input_length() == 0);
    REQUIRE(bufferevent_read_buffer(stream, buffer) == 0);
    CHECK(evbuffer_get_length(buffer) == 4);
    evbuffer_free(buffer);
}

TEST_CASE("reading_takes_what_is_there_and_says_how_much") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    char text[8] = "zzzzzzz";
    CHECK(bufferevent_read(stream, text, sizeof text) == 0);
    pair.write(1, "abcde");
    pass(base);
    CHECK(bufferevent_read(stream, text, 2) == 2);
    CHECK(bufferevent_read(stream, text + 2, 6) == 3);
    CHECK(std::string(text) == "abcdezz");
    CHECK(bufferevent_read(stream, text, 8) == 0);
}

TEST_CASE("the_program_may_not_add_to_the_input_nor_drain_the_output") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    CHECK(evbuffer_add(stream.input(), "x", 1) == -1);
    REQUIRE(bufferevent_disable(stream, EV_WRITE) == 0);
    stream.write("abc");
    CHECK(evbuffer_drain(stream.output(), 1) == -1);
    CHECK(evbuffer_prepend(stream.output(), "x", 1) == -1);
    CHECK(stream.output_length() == 3);
    pair.write(1, "ok");
    pass(base);
    CHECK(evbuffer_drain(stream.input(), 1) == 0);
    CHECK(stream.take() == "k");
}

TEST_CASE("writing_nothing_does_nothing") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    CHECK(bufferevent_write(stream, "", 0) == 0);
    evbuffer* const empty = evbuffer_new();
    CHECK(bufferevent_write_buffer(stream, empty) == 0);
    evbuffer_free(empty);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(stream.calls() == 0);
    CHECK(receive_all(pair[1]).empty());
}

TEST_CASE("a_file_in_the_output_arrives_whole_between_other_bytes") {
    NEEDS(files);
    Base base;
    SocketPair pair;
    make_buffers_small(pair[0]);
    SocketStream stream(base, pair[0]);
    const std::string text = bytes_of_size(200001);
    FILE* const file = tmpfile();
    REQUIRE(file);
    REQUIRE(fwrite(text.data(), 1, text.size(), file) == text.size());
    REQUIRE(fflush(file) == 0);
    stream.write("before");
    REQUIRE(evbuffer_add_file(stream.output(), dup(fileno(file)), 0, 200001) == 0);
    fclose(file);
    stream.write("after");
    const std::string expected = "before" + text + "after";
    std::string got;
    for (int i = 0; i < 10000 && got.size() < expected.size(); ++i) {
        pass(base);
        got += receive_all(pair[1]);
    }
    const bool same = got == expected;
    CHECK(same);
    CHECK(stream.writes == 1);
    CHECK(stream.events.empty());
}

TEST_CASE("callbacks_that_are_not_set_are_not_missed") {
    Base base;
    SocketPair pair;
    for (const int options : {0, int(BEV_OPT_DEFER_CALLBACKS)}) {
        bufferevent* const bev = bufferevent_socket_new(base, pair[0], options);
        REQUIRE(bev);
        REQUIRE(bufferevent_enable(bev, EV_READ) == 0);
        pair.write(1, "abc");
        REQUIRE(bufferevent_write(bev, "def", 3) == 0);
        settle(base);
        CHECK(evbuffer_get_length(bufferevent_get_input(bev)) == 3);
        CHECK(receive_all(pair[1]) == "def");
        bufferevent_trigger(bev, EV_READ | EV_WRITE, 0);
        bufferevent_trigger_event(bev, BEV_EVENT_EOF, 0);
        settle(base);
        bufferevent_free(bev);
    }
    bufferevent* const bev = bufferevent_socket_new(base, pair[0], 0);
    REQUIRE(bufferevent_enable(bev, EV_READ) == 0);
    pair.close(1);
    settle(base);
    CHECK(bufferevent_get_enabled(bev) == EV_WRITE);
    bufferevent_free(bev);
}
