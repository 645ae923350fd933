// SPDX-License-Identifier: BSD-3-Clause
// Memory: how it follows the traffic, and what happens when there is none.
#include "socket_support.h"

using namespace evlet_test;

namespace {

void count_additions(evbuffer*, const evbuffer_cb_info* info, void* count) {
    if (info->n_added)
        ++*static_cast<int*>(count);
}

}  // namespace

TEST_CASE("a_big_transfer_takes_few_receives") {
    Base base;
    SocketPair pair;
    const int size = 1 << 20;
    setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    SocketStream stream(base, pair[0]);
    int receives = 0;
    REQUIRE(evbuffer_add_cb(stream.input(), count_additions, &receives));
    stream.enable(EV_READ);
    const std::string sent = bytes_of_size(4000000);
    std::string got;
    stream.on_read = [&] { got += stream.take(); };
    size_t position = 0;
    while (got.size() < sent.size()) {
        const size_t before = got.size();
        position += send_some(pair[1], sent, position);
        settle(base);
        REQUIRE(got.size() > before);
    }
    const bool same = got == sent;
    CHECK(same);
    // 512-byte receives would be 8000.
    CHECK(receives < 200);
}

TEST_CASE("receives_grow_although_the_program_leaves_the_input_to_pile_up") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    int receives = 0;
    REQUIRE(evbuffer_add_cb(stream.input(), count_additions, &receives));
    stream.enable(EV_READ);
    const std::string sent = bytes_of_size(2000000);
    size_t position = 0;
    while (stream.input_length() < sent.size()) {
        const size_t before = stream.input_length();
        position += send_some(pair[1], sent, position);
        settle(base);
        REQUIRE(stream.input_length() > before);
    }
    const bool same = stream.take() == sent;
    CHECK(same);
    CHECK(receives < 200);
}

#if EVLET_MEM_HOOKS
TEST_CASE("after_a_burst_an_idle_connection_holds_what_it_held_before") {
    FailingMemory memory;
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    stream.on_read = [&] { stream.take(); };
    pair.write(1, "x");
    settle(base);
    stream.write("x");
    settle(base);
    receive_all(pair[1]);
    const long idle = memory.outstanding();
    const std::string burst = bytes_of_size(100000);
    for (int i = 0; i < 20; ++i) {
        size_t position = 0;
        while (position < burst.size()) {
            position += send_some(pair[1], burst, position);
            settle(base);
        }
        stream.write(burst);
        for (int turn = 0; turn < 100 && stream.output_length(); ++turn) {
            receive_all(pair[1]);
            settle(base);
        }
        receive_all(pair[1]);
        settle(base);
    }
    CHECK(stream.output_length() == 0);
    CHECK(memory.outstanding() <= idle);
}

TEST_CASE("echo_of_small_messages_needs_no_more_memory_than_its_messages") {
    FailingMemory memory;
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    stream.on_read = [&] { bufferevent_write_buffer(stream, stream.input()); };
    pair.write(1, "warm up");
    settle(base);
    const long before = memory.outstanding();
    const long allocations = memory.allocations();
    for (int i = 0; i < 100; ++i) {
        pair.write(1, "ping");
        settle(base);
        CHECK(memory.outstanding() <= before);
    }
    CHECK(receive_all(pair[1]).size() == 407);
    CHECK(memory.allocations() - allocations <= 200);
}

TEST_CASE("making_a_bufferevent_without_memory_says_so_and_leaks_nothing") {
    FailingMemory memory;
    const long at_start = memory.outstanding();
    {
        Base base;
        SocketPair pair;
        for (const int options : all_options()) {
            CAPTURE(options);
            const long before = memory.outstanding();
            for (int n = 1;; ++n) {
                REQUIRE(n < 20);
                errno = 0;
                memory.fail_at(n);
                bufferevent* const bev = bufferevent_socket_new(base, pair[0], options);
                const int error = errno;
                memory.stop_failing();
                if (bev) {
                    CHECK(n > 1);
                    bufferevent_setfd(bev, -1);
                    bufferevent_free(bev);
                    settle(base);
                    break;
                }
                CHECK(error == ENOMEM);
                CHECK(memory.outstanding() == before);
                CHECK(is_open(pair[0]));
            }
            CHECK(memory.outstanding() == before);
        }
    }
    CHECK(memory.outstanding() == at_start);
}

TEST_CASE("a_write_without_memory_adds_nothing") {
    FailingMemory memory;
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    const std::string part = bytes_of_size(3000);
    std::string expected;
    for (int round = 0; round < 10; ++round) {
        for (int n = 1;; ++n) {
            REQUIRE(n < 10);
            const size_t before = stream.output_length();
            memory.fail_at(n);
            const bool written = bufferevent_write(stream, part.data(), part.size()) == 0;
            memory.stop_failing();
            if (written)
                break;
            CHECK(stream.output_length() == before);
        }
        expected += part;
    }
    settle(base);
    CHECK(receive_all(pair[1]) == expected);
}

TEST_CASE("reading_without_memory_loses_no_byte") {
    for (const bool and_all_after : {false, true}) {
        for (int n = 1; n < 8; ++n) {
            CAPTURE(n);
            FailingMemory memory;
            Base base;
            SocketPair pair;
            SocketStream stream(base, pair[0]);
            stream.enable(EV_READ);
            settle(base);
            const std::string sent = bytes_of_size(6000);
            REQUIRE(send_some(pair[1], sent) == sent.size());
            memory.fail_at(n, and_all_after);
            // No log lines and no growth of vectors count: only the library allocates here.
            for (int i = 0; i < 10; ++i)
                pass(base);
            memory.stop_failing();
            for (size_t i = 0; i < stream.events.size(); ++i) {
                CHECK(stream.events[i] == (BEV_EVENT_ERROR | BEV_EVENT_READING));
                CHECK(stream.errors[i] == ENOMEM);
                CHECK(bufferevent_get_enabled(stream) == EV_WRITE);
            }
            stream.enable(EV_READ);
            CHECK(run_until(base, [&] { return stream.input_length() == sent.size(); }));
            const bool same = stream.take() == sent;
            CHECK(same);
        }
    }
}

TEST_CASE("sending_without_memory_loses_no_byte") {
    for (int n = 1; n < 6; ++n) {
        FailingMemory memory;
        Base base;
        SocketPair pair;
        make_buffers_small(pair[0]);
        SocketStream stream(base, pair[0]);
        const std::string sent = bytes_of_size(100000);
        stream.write(sent);
        memory.fail_at(n, true);
        for (int i = 0; i < 4; ++i)
            pass(base);
        memory.stop_failing();
        for (const short what : stream.events)
            CHECK(what == (BEV_EVENT_ERROR | BEV_EVENT_WRITING));
        stream.enable(EV_WRITE);
        std::string got;
        for (int i = 0; i < 10000 && got.size() < sent.size(); ++i) {
            pass(base);
            got += receive_all(pair[1]);
        }
        const bool same = got == sent;
        CHECK(same);
    }
}

TEST_CASE("enabling_and_settings_without_memory_say_so_and_work_later") {
    FailingMemory memory;
    const long at_start = memory.outstanding();
    {
        Base base;
        SocketPair pair;
        SocketStream stream(base, pair[0]);
        const timeval limit = {3600, 0};
        REQUIRE(bufferevent_set_timeouts(stream, &limit, &limit) == 0);
        int failures = 0;
        for (int n = 1;; ++n) {
            REQUIRE(n < 20);
            memory.fail_at(n, true);
            const bool enabled = bufferevent_enable(stream, EV_READ) == 0;
            memory.stop_failing();
            if (enabled)
                break;
            ++failures;
        }
        CHECK(failures > 0);
        memory.fail_at(1, true);
        CHECK(bufferevent_set_max_single_read(stream, 3) == -1);
        CHECK(bufferevent_set_max_single_write(stream, 3) == -1);
        CHECK(bufferevent_set_max_single_read(stream, 0) == 0);
        memory.stop_failing();
        CHECK(bufferevent_get_max_single_read(stream) == 256 * 1024);
        CHECK(bufferevent_set_max_single_read(stream, 3) == 0);
        pair.write(1, "abcdef");
        pass(base);
        CHECK(stream.input_length() == 3);
    }
    CHECK(memory.outstanding() == at_start);
}

TEST_CASE("connecting_without_memory_says_so_or_works") {
    FailingMemory memory;
    const long at_start = memory.outstanding();
    const int free_before = lowest_free();
    {
        Base base;
        Peer peer(Peer::listens, AF_INET);
        for (int n = 1; n < 10; ++n) {
            CAPTURE(n);
            SocketStream stream(base, -1, BEV_OPT_CLOSE_ON_FREE);
            stream.enable(EV_READ);
            memory.fail_at(n, true);
            const int result =
                bufferevent_socket_connect(stream, peer.address().get(), peer.address().length());
            memory.stop_failing();
            if (result != 0) {
                settle(base);
                CHECK(stream.calls() == 0);
                CHECK(bufferevent_socket_connect(stream, peer.address().get(),
                                                 peer.address().length()) == 0);
            }
            CHECK(run_until(base, [&] { return !stream.events.empty(); }));
            CHECK(stream.events[0] == BEV_EVENT_CONNECTED);
        }
    }
    CHECK(lowest_free() == free_before);
    CHECK(memory.outstanding() == at_start);
}

TEST_CASE("a_bufferevent_that_has_seen_everything_leaves_nothing_behind") {
    FailingMemory memory;
    const long at_start = memory.outstanding();
    {
        Base base;
        for (const int options : all_options()) {
            SocketPair pair;
            SocketStream stream(base, dup(pair[0]), options | BEV_OPT_CLOSE_ON_FREE);
            int count = 0;
            REQUIRE(evbuffer_add_cb(stream.input(), count_additions, &count));
            REQUIRE(evbuffer_defer_callbacks(stream.input(), base) == 0);
            REQUIRE(bufferevent_set_max_single_read(stream, 100) == 0);
            stream.enable(EV_READ);
            stream.write(bytes_of_size(100000));
            REQUIRE(send_some(pair[1], bytes_of_size(50000)) == 50000);
            settle(base);
            CHECK(count > 0);
        }
        for (int i = 0; i < 3; ++i)
            pass(base);
    }
    CHECK(memory.outstanding() == at_start);
}
#endif
