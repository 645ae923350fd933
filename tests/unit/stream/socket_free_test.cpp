// SPDX-License-Identifier: BSD-3-Clause
// A bufferevent freed in each of its callbacks, with every combination of options: nobody calls it
// again, and nobody touches its memory (which the sanitizers watch).
#include "socket_support.h"

using namespace evlet_test;

namespace {

// A buffer's callback that frees a stream once.
struct FreeingObserver {
    explicit FreeingObserver(SocketStream& of, bool on_removal) : stream(of), removal(on_removal) {}
    static void on_change(evbuffer*, const evbuffer_cb_info* info, void* self) {
        auto& observer = *static_cast<FreeingObserver*>(self);
        ++observer.calls;
        if (observer.removal == (info->n_deleted > 0))
            observer.stream.free();
    }
    SocketStream& stream;
    bool removal;
    int calls = 0;
};

void count_call(evbuffer*, const evbuffer_cb_info*, void* calls) {
    ++*static_cast<int*>(calls);
}

// Runs `body` with each combination of options, with a socket pair and a stream that owns its end.
template <class Body>
void with_all_options(Body body) {
    Base base;
    for (const int options : all_options()) {
        CAPTURE(options);
        SocketPair pair;
        SocketStream stream(base, dup(pair[0]), options | BEV_OPT_CLOSE_ON_FREE);
        const int fd = bufferevent_getfd(stream);
        stream.enable(EV_READ);
        body(base, pair, stream);
        settle(base);
        CHECK_FALSE(is_open(fd));
        CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
        CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 0);
    }
}

}  // namespace

TEST_CASE("freed_in_the_read_callback") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        stream.on_read = [&] {
            stream.write("dropped");
            stream.free();
        };
        pair.write(1, "x");
        pair.close(1);
        settle(base);
        CHECK(stream.order == "r");
    });
}

TEST_CASE("freed_in_the_write_callback") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        stream.on_write = [&] { stream.free(); };
        stream.write("sent");
        settle(base);
        CHECK(receive_all(pair[1]) == "sent");
        CHECK(stream.order == "w");
    });
}

TEST_CASE("freed_in_the_write_callback_of_a_reply") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        stream.on_read = [&] { stream.write("reply"); };
        stream.on_write = [&] { stream.free(); };
        pair.write(1, "x");
        settle(base);
        CHECK(receive_all(pair[1]) == "reply");
        CHECK(stream.order == "rw");
    });
}

TEST_CASE("freed_in_the_event_callback_of_an_end") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        stream.on_event = [&](short) { stream.free(); };
        pair.close(1);
        settle(base);
        CHECK(stream.order == "e");
    });
}

TEST_CASE("freed_in_the_event_callback_of_an_error_of_writing") {
    NEEDS(unix_sockets);
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        stream.on_event = [&](short) { stream.free(); };
        REQUIRE(bufferevent_disable(stream, EV_READ) == 0);
        pair.close(1);
        stream.write("x");
        settle(base);
        CHECK(stream.order == "e");
        CHECK(stream.events[0] == (BEV_EVENT_ERROR | BEV_EVENT_WRITING));
    });
}

TEST_CASE("freed_in_the_event_callback_of_a_timeout") {
    with_all_options([](Base& base, SocketPair&, SocketStream& stream) {
        stream.on_event = [&](short) { stream.free(); };
        const timeval limit = milliseconds(1);
        REQUIRE(bufferevent_set_timeouts(stream, &limit, nullptr) == 0);
        CHECK(run_until(base, [&] { return !stream.events.empty(); }));
        settle(base);
        CHECK(stream.order == "e");
    });
}

TEST_CASE("freed_in_a_triggered_callback") {
    with_all_options([](Base& base, SocketPair&, SocketStream& stream) {
        stream.on_read = [&] { stream.free(); };
        bufferevent_trigger(stream, EV_READ | EV_WRITE, BEV_TRIG_IGNORE_WATERMARKS);
        settle(base);
        CHECK(stream.order == "r");
    });
    with_all_options([](Base& base, SocketPair&, SocketStream& stream) {
        stream.on_event = [&](short) { stream.free(); };
        bufferevent_trigger_event(stream, BEV_EVENT_CONNECTED, 0);
        settle(base);
        CHECK(stream.order == "e");
    });
}

TEST_CASE("freed_in_a_callback_of_the_input_buffer_when_data_come") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        FreeingObserver observer(stream, false);
        int later_calls = 0;
        REQUIRE(evbuffer_add_cb(stream.input(), FreeingObserver::on_change, &observer));
        REQUIRE(evbuffer_add_cb(stream.input(), count_call, &later_calls));
        pair.write(1, "x");
        settle(base);
        CHECK(observer.calls == 1);
        CHECK(later_calls == 0);
        CHECK(stream.calls() == 0);
    });
}

TEST_CASE("freed_in_a_callback_of_the_input_buffer_when_data_are_taken") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        FreeingObserver observer(stream, true);
        REQUIRE(evbuffer_add_cb(stream.input(), FreeingObserver::on_change, &observer));
        pair.write(1, "xyz");
        settle(base);
        REQUIRE(stream.reads == 1);
        // Outside of any callback of the bufferevent, nobody else keeps it alive.
        CHECK(evbuffer_drain(stream.input(), 2) == 0);
        CHECK(stream.get() == nullptr);
    });
}

TEST_CASE("freed_in_a_callback_of_the_output_buffer_when_data_are_added") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        FreeingObserver observer(stream, false);
        REQUIRE(evbuffer_add_cb(stream.output(), FreeingObserver::on_change, &observer));
        CHECK(bufferevent_write(stream, "xyz", 3) == 0);
        CHECK(stream.get() == nullptr);
        settle(base);
        CHECK(stream.calls() == 0);
        CHECK(receive_all(pair[1]).empty());
    });
}

TEST_CASE("freed_in_a_callback_of_the_output_buffer_when_data_are_sent") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        FreeingObserver observer(stream, true);
        REQUIRE(evbuffer_add_cb(stream.output(), FreeingObserver::on_change, &observer));
        stream.write("xyz");
        settle(base);
        CHECK(stream.get() == nullptr);
        CHECK(stream.calls() == 0);
        CHECK(receive_all(pair[1]) == "xyz");
    });
}

TEST_CASE("freed_while_a_callback_of_its_buffer_waits_for_the_loop") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        int calls = 0;
        REQUIRE(evbuffer_add_cb(stream.input(), count_call, &calls));
        REQUIRE(evbuffer_add_cb(stream.output(), count_call, &calls));
        REQUIRE(evbuffer_defer_callbacks(stream.input(), base) == 0);
        REQUIRE(evbuffer_defer_callbacks(stream.output(), base) == 0);
        stream.on_read = [&] {
            stream.write("x");
            stream.free();
        };
        pair.write(1, "x");
        settle(base);
        CHECK(stream.order == "r");
        CHECK(calls <= 1);
    });
}

TEST_CASE("freed_in_a_callback_of_its_buffer_that_waited_for_the_loop") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        FreeingObserver observer(stream, false);
        REQUIRE(evbuffer_add_cb(stream.input(), FreeingObserver::on_change, &observer));
        REQUIRE(evbuffer_defer_callbacks(stream.input(), base) == 0);
        pair.write(1, "x");
        settle(base);
        CHECK(stream.get() == nullptr);
    });
}

TEST_CASE("freed_by_the_callback_of_another_when_both_are_ready") {
    Base base;
    for (const int options : all_options()) {
        CAPTURE(options);
        SocketPair one, two;
        SocketStream first(base, one[0], options & ~BEV_OPT_CLOSE_ON_FREE);
        SocketStream second(base, two[0], options & ~BEV_OPT_CLOSE_ON_FREE);
        first.on_read = [&] { second.free(); };
        second.on_read = [&] { first.free(); };
        first.enable(EV_READ);
        second.enable(EV_READ);
        one.write(1, "x");
        two.write(1, "x");
        settle(base);
        CHECK(first.reads + second.reads == 1);
    }
}

TEST_CASE("freed_with_everything_due_nothing_is_called") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        stream.write("x");
        pair.write(1, "x");
        bufferevent_trigger(stream, EV_READ | EV_WRITE,
                            BEV_TRIG_DEFER_CALLBACKS | BEV_TRIG_IGNORE_WATERMARKS);
        bufferevent_trigger_event(stream, BEV_EVENT_EOF, BEV_TRIG_DEFER_CALLBACKS);
        stream.free();
        settle(base);
        CHECK(stream.calls() == 0);
        CHECK(receive_all(pair[1]).empty());
    });
}

TEST_CASE("a_bufferevent_replaced_in_its_callback_by_one_on_the_same_descriptor") {
    Base base;
    SocketPair pair;
    for (const int options : all_options()) {
        SocketStream old(base, pair[0], options & ~BEV_OPT_CLOSE_ON_FREE);
        bufferevent* made = nullptr;
        old.on_read = [&] {
            old.free();
            made = bufferevent_socket_new(base, pair[0], 0);
            bufferevent_enable(made, EV_READ);
        };
        old.enable(EV_READ);
        pair.write(1, "x");
        settle(base);
        REQUIRE(made);
        pair.write(1, "y");
        settle(base);
        CHECK(evbuffer_get_length(bufferevent_get_input(made)) == 1);
        CHECK(old.reads == 1);
        bufferevent_free(made);
    }
}

TEST_CASE("calls_to_a_freed_bufferevent_in_its_callback_harm_nothing") {
    with_all_options([](Base& base, SocketPair& pair, SocketStream& stream) {
        stream.on_read = [&] {
            bufferevent* const bev = stream.disown();
            bufferevent_free(bev);
            bufferevent_free(bev);
            bufferevent_write(bev, "x", 1);
            bufferevent_enable(bev, EV_READ | EV_WRITE);
            bufferevent_disable(bev, EV_READ);
            bufferevent_setwatermark(bev, EV_READ, 0, 1);
            bufferevent_setwatermark(bev, EV_READ, 0, 0);
            bufferevent_trigger(bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
            bufferevent_enable(bev, EV_READ);
            evbuffer_drain(bufferevent_get_input(bev), 1);
        };
        pair.write(1, "xx");
        settle(base);
        CHECK(stream.order == "r");
        CHECK(receive_all(pair[1]).empty());
    });
}
