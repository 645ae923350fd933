// SPDX-License-Identifier: BSD-3-Clause
// Pairs and filters that are freed: in every callback, inside the filter itself, in any order, with
// all options.
#include "stream/stream_support.h"

using namespace evlet_test;

namespace {

enum class Where { read, write, event, filter_in, filter_out };
enum class What { top, below, other_end, everything };

Codec::Body copying_after(const std::function<void()>& body) {
    return [body](evbuffer* from, evbuffer* to, ev_ssize_t limit, bufferevent_flush_mode) {
        body();
        const std::string bytes = take_bytes(from, room_of(limit));
        return bytes.empty() ? BEV_NEED_MORE : give_bytes(to, bytes);
    };
}

// A pair with two filters on one end, of which one thing is freed in one place. Returns how often
// that place was come to.
int free_there(Where where, What what, int below_options, int options) {
    Base base;
    LinkedPair pair(base, below_options);
    int times = 0;
    Codec codecs[2];
    SocketStream* to_free[3] = {};
    const auto free_now = [&] {
        ++times;
        if (what == What::top || what == What::everything)
            to_free[0]->free();
        if (what == What::below || what == What::everything)
            to_free[1]->free();
        if (what == What::other_end || what == What::everything)
            to_free[2]->free();
    };
    const std::function<void()> nothing = [] {};
    codecs[0].in = copying_after(nothing);
    codecs[0].out = copying_after(nothing);
    codecs[1].in = copying_after(where == Where::filter_in ? free_now : nothing);
    codecs[1].out = copying_after(where == Where::filter_out ? free_now : nothing);
    SocketStream middle(codecs[0].on(pair.b, options));
    SocketStream top(codecs[1].on(middle, options));
    if (options & BEV_OPT_CLOSE_ON_FREE) {
        middle.disown();
        pair.b.disown();
    }
    to_free[0] = &top;
    to_free[1] = &pair.b;
    to_free[2] = &pair.a;
    if (where == Where::read)
        top.on_read = free_now;
    if (where == Where::write)
        top.on_write = free_now;
    if (where == Where::event)
        top.on_event = [&](short) { free_now(); };
    top.enable(EV_READ);
    top.write("going down");
    pair.a.write("going up");
    bufferevent_flush(pair.a, EV_WRITE, BEV_FINISHED);
    for (int i = 0; i < 3; ++i)
        settle(base);
    top.free();
    middle.free();
    pair.b.free();
    pair.a.free();
    settle(base);
    CHECK(codecs[0].freed == 1);
    CHECK(codecs[1].freed == 1);
    return times;
}

void free_stream(evbuffer*, const evbuffer_cb_info*, void* stream) {
    static_cast<SocketStream*>(stream)->free();
}

// A watcher of each of the buffers on the way frees each of the bufferevents.
void free_from_buffer(int watched, int victim, int options) {
    Base base;
    LinkedPair pair(base, options);
    Codec codec = {mixing(), mixing()};
    SocketStream top(codec.on(pair.b, options & ~BEV_OPT_CLOSE_ON_FREE));
    top.enable(EV_READ);
    SocketStream* const streams[] = {&pair.a, &pair.b, &top};
    SocketStream& source = *streams[watched / 2];
    evbuffer* const buffer = watched % 2 ? source.output() : source.input();
    REQUIRE(evbuffer_add_cb(buffer, free_stream, streams[victim]));
    pair.a.write("up");
    if (top.get())
        top.write("down");
    settle(base);
    CHECK(streams[victim]->get() == nullptr);
    top.free();
    settle(base);
    CHECK(codec.freed == 1);
}

}  // namespace

TEST_CASE("pairs_and_filters_may_be_freed_by_who_watches_a_buffer_on_the_way") {
    Base base;
    for (const int options : all_options()) {
        for (int watched = 0; watched < 6; ++watched) {
            for (int victim = 0; victim < 3; ++victim) {
                CAPTURE(options);
                CAPTURE(watched);
                CAPTURE(victim);
                free_from_buffer(watched, victim, options);
            }
        }
    }
}

TEST_CASE("pairs_and_filters_may_be_freed_in_every_callback_with_all_options") {
    Base base;
    const std::vector<int> choices = all_options();
    for (const Where where :
         {Where::read, Where::write, Where::event, Where::filter_in, Where::filter_out}) {
        for (const What what : {What::top, What::below, What::other_end, What::everything}) {
            for (const int options : choices) {
                CAPTURE(static_cast<int>(where));
                CAPTURE(static_cast<int>(what));
                CAPTURE(options);
                CHECK(free_there(where, what, options & BEV_OPT_THREADSAFE, options) > 0);
            }
        }
    }
}

TEST_CASE("either_end_of_a_pair_may_be_freed_in_any_callback_of_either") {
    Base base;
    for (const int options : all_options()) {
        for (int which = 0; which < 3; ++which) {
            for (int victim = 0; victim < 3; ++victim) {
                LinkedPair pair(base, options);
                const auto free_now = [&] {
                    if (victim != 1)
                        pair.a.free();
                    if (victim != 0)
                        pair.b.free();
                };
                if (which == 0)
                    pair.b.on_read = free_now;
                else if (which == 1)
                    pair.a.on_write = free_now;
                else
                    pair.b.on_event = [&](short) { free_now(); };
                pair.a.write("x");
                bufferevent_flush(pair.a, EV_WRITE, BEV_FINISHED);
                settle(base);
                if (victim == 0)
                    pair.b.write("still alive");
                settle(base);
                CHECK((victim != 2 || pair.a.get() == nullptr));
            }
        }
    }
}

TEST_CASE("the_lock_of_a_pair_lives_as_long_as_either_end") {
    Base base;
    const int options = has_locks() ? BEV_OPT_THREADSAFE : 0;
    for (int first = 0; first < 2; ++first) {
        LinkedPair pair(base, options);
        SocketStream& gone = first ? pair.b : pair.a;
        SocketStream& rest = first ? pair.a : pair.b;
        gone.free();
        settle(base);
        rest.write("x");
        CHECK(rest.output_length() == 1);
        bufferevent_lock(rest);
        bufferevent_unlock(rest);
    }
}

TEST_CASE("a_filter_keeps_the_memory_of_what_it_stands_on") {
    Base base;
    const int options = has_locks() ? BEV_OPT_THREADSAFE : 0;
    LinkedPair pair(base, options);
    Codec codec = {mixing(), mixing()};
    SocketStream top(codec.on(pair.b, options));
    top.enable(EV_READ);
    pair.a.write("x");
    pair.b.free();
    pair.a.free();
    top.write("y");
    bufferevent_flush(top, kBoth, BEV_FINISHED);
    settle(base);
    bufferevent_disable(top, kBoth);
    bufferevent_enable(top, kBoth);
    settle(base);
    CHECK(top.output_length() == 1);
    CHECK(top.calls() == 0);
}

TEST_CASE("a_bufferevent_whose_filter_is_freed_is_the_programs_again") {
    Base base;
    LinkedPair pair(base);
    Codec codec = {mixing(), mixing()};
    bufferevent* const top = codec.on(pair.b);
    bufferevent_free(top);
    CHECK(codec.freed == 1);
    bufferevent_data_cb readcb = [](bufferevent*, void*) {};
    bufferevent_event_cb eventcb = nullptr;
    void* argument = &pair;
    bufferevent_getcb(pair.b, &readcb, nullptr, &eventcb, &argument);
    const bool cleared = !readcb && !eventcb && !argument;
    CHECK(cleared);
    pair.b.listen_to_all();
    pair.b.enable(EV_READ);
    pair.a.write("plain");
    settle(base);
    CHECK(pair.b.take() == "plain");
}

TEST_CASE("a_filter_that_closes_on_free_takes_its_socket_with_it") {
    Base base;
    SocketPair sockets;
    const int fd = dup(sockets[0]);
    bufferevent* const below = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    Codec codec;
    bufferevent* const top = codec.on(below, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(top);
    bufferevent_enable(top, EV_READ);
    bufferevent_free(top);
    CHECK_FALSE(is_open(fd));
    CHECK(codec.freed == 1);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
}
