// SPDX-License-Identifier: BSD-3-Clause
// What a socket bufferevent is told and asked: options, callbacks, sizes, references, and the names
// of old.
#include <event2/buffer_compat.h>
#include <event2/bufferevent_compat.h>
#include <event2/bufferevent_struct.h>
#include <event2/event_compat.h>
#include <event2/watch.h>

#include "socket_support.h"

using namespace evlet_test;

namespace {

void data_one(bufferevent*, void*) {}
void data_two(bufferevent*, void*) {}
void event_one(bufferevent*, short, void*) {}

}  // namespace

TEST_CASE("every_sensible_combination_of_options_makes_a_working_bufferevent") {
    Base base;
    const std::vector<int> combinations = all_options();
    CHECK(combinations.size() >= 6);
    for (const int options : combinations) {
        CAPTURE(options);
        SocketPair pair;
        SocketStream stream(base, dup(pair[0]), options);
        const int fd = bufferevent_getfd(stream);
        stream.enable(EV_READ);
        stream.write("out");
        pair.write(1, "in");
        settle(base);
        CHECK(stream.take() == "in");
        CHECK(receive_all(pair[1]) == "out");
        CHECK(stream.reads == 1);
        CHECK(stream.writes == 1);
        stream.free();
        settle(base);
        CHECK(is_open(fd) == !(options & BEV_OPT_CLOSE_ON_FREE));
        if (is_open(fd))
            close(fd);
    }
}

TEST_CASE("unlocked_callbacks_that_are_not_deferred_are_refused") {
    Base base;
    SocketPair pair;
    for (const int with : {0, int(BEV_OPT_THREADSAFE), int(BEV_OPT_CLOSE_ON_FREE)}) {
        errno = 0;
        CHECK(bufferevent_socket_new(base, pair[0], BEV_OPT_UNLOCK_CALLBACKS | with) == nullptr);
        CHECK(errno == EINVAL);
    }
    CHECK(is_open(pair[0]));
}

TEST_CASE("a_bufferevent_that_needs_a_lock_is_refused_where_there_are_none") {
    Base base;
    SocketPair pair;
    bufferevent* const bev =
        bufferevent_socket_new(base, pair[0], BEV_OPT_THREADSAFE | BEV_OPT_CLOSE_ON_FREE);
    CHECK((bev != nullptr) == has_locks());
    if (bev) {
        bufferevent_lock(bev);
        bufferevent_lock(bev);
        bufferevent_unlock(bev);
        bufferevent_unlock(bev);
        bufferevent_setfd(bev, -1);
        bufferevent_free(bev);
    }
    CHECK(is_open(pair[0]));
}

TEST_CASE("callbacks_are_told_as_they_were_set") {
    Base base;
    bufferevent* const bev = bufferevent_socket_new(base, -1, 0);
    REQUIRE(bev);
    int argument = 0;
    bufferevent_data_cb read = data_one, write = data_one;
    bufferevent_event_cb event = event_one;
    void* pointer = &argument;
    bufferevent_getcb(bev, &read, &write, &event, &pointer);
    CHECK((read == nullptr));
    CHECK((write == nullptr));
    CHECK((event == nullptr));
    CHECK(pointer == nullptr);
    bufferevent_setcb(bev, data_one, data_two, event_one, &argument);
    bufferevent_getcb(bev, nullptr, nullptr, nullptr, nullptr);
    bufferevent_getcb(bev, &read, &write, &event, &pointer);
    CHECK((read == data_one));
    CHECK((write == data_two));
    CHECK((event == event_one));
    CHECK(pointer == &argument);
    CHECK((bev->readcb == data_one));
    CHECK((bev->writecb == data_two));
    CHECK((bev->errorcb == event_one));
    bufferevent_free(bev);
}

TEST_CASE("what_a_program_may_look_into_is_there") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bufferevent* const bev = stream;
    const timeval one = {1, 500000}, two = {2, 0};
    REQUIRE(bufferevent_set_timeouts(bev, &one, &two) == 0);
    bufferevent_setwatermark(bev, EV_READ, 1, 2);
    CHECK(bev->ev_base == base.get());
    CHECK(bev->input == bufferevent_get_input(bev));
    CHECK(bev->output == bufferevent_get_output(bev));
    CHECK(bev->timeout_read.tv_usec == 500000);
    CHECK(bev->timeout_write.tv_sec == 2);
    CHECK(bev->wm_read.high == 2);
    CHECK(bev->enabled == EV_WRITE);
    CHECK(bufferevent_get_base(bev) == base.get());
    CHECK(bufferevent_get_underlying(bev) == nullptr);
    CHECK(bufferevent_socket_get_dns_error(bev) == 0);
    CHECK(bufferevent_flush(bev, EV_READ | EV_WRITE, BEV_NORMAL) == 0);
    CHECK(bufferevent_flush(bev, EV_WRITE, BEV_FINISHED) == 0);
}

TEST_CASE("other_bits_than_read_and_write_are_not_enabled") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    CHECK(bufferevent_enable(stream, EV_READ | EV_PERSIST | EV_ET) == 0);
    CHECK(bufferevent_get_enabled(stream) == (EV_READ | EV_WRITE));
    CHECK(bufferevent_disable(stream, EV_WRITE | EV_TIMEOUT) == 0);
    CHECK(bufferevent_get_enabled(stream) == EV_READ);
    CHECK(bufferevent_disable(stream, 0) == 0);
    CHECK(bufferevent_enable(stream, 0) == 0);
    CHECK(bufferevent_get_enabled(stream) == EV_READ);
}

TEST_CASE("sizes_of_single_reads_and_writes_are_told_and_obeyed") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    CHECK(bufferevent_get_max_single_read(stream) == 256 * 1024);
    CHECK(bufferevent_get_max_single_write(stream) == EV_SSIZE_MAX);
    REQUIRE(bufferevent_set_max_single_read(stream, 7) == 0);
    REQUIRE(bufferevent_set_max_single_write(stream, 5) == 0);
    CHECK(bufferevent_get_max_single_read(stream) == 7);
    CHECK(bufferevent_get_max_single_write(stream) == 5);
    std::vector<size_t> in, out;
    const auto note = [](evbuffer*, const evbuffer_cb_info* info, void* sizes) {
        static_cast<std::vector<size_t>*>(sizes)->push_back(info->n_added ? info->n_added
                                                                          : info->n_deleted);
    };
    REQUIRE(evbuffer_add_cb(stream.input(), note, &in));
    REQUIRE(evbuffer_add_cb(stream.output(), note, &out));
    stream.enable(EV_READ);
    pair.write(1, "0123456789abcdefg");
    stream.write("0123456789ab");
    for (int i = 0; i < 8; ++i)
        pass(base);
    CHECK(in == std::vector<size_t>{7, 7, 3});
    CHECK(out == std::vector<size_t>{12, 5, 5, 2});
    // The limit that the buffer itself has holds too.
    in.clear();
    REQUIRE(evbuffer_set_max_read(stream.input(), 4) == 0);
    pair.write(1, "0123456789");
    for (int i = 0; i < 8; ++i)
        pass(base);
    CHECK(in == std::vector<size_t>{4, 4, 2});
    for (const size_t none : {size_t(0), size_t(EV_SSIZE_MAX) + 1, SIZE_MAX}) {
        REQUIRE(bufferevent_set_max_single_read(stream, 7) == 0);
        REQUIRE(bufferevent_set_max_single_write(stream, 7) == 0);
        CHECK(bufferevent_set_max_single_read(stream, none) == 0);
        CHECK(bufferevent_set_max_single_write(stream, none) == 0);
        CHECK(bufferevent_get_max_single_read(stream) == 256 * 1024);
        CHECK(bufferevent_get_max_single_write(stream) == EV_SSIZE_MAX);
    }
}

TEST_CASE("a_reference_keeps_the_memory_until_it_is_given_back") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, dup(pair[0]), BEV_OPT_CLOSE_ON_FREE);
    const int fd = bufferevent_getfd(stream);
    bufferevent_incref(stream);
    bufferevent_incref(stream);
    CHECK(bufferevent_decref(stream) == 0);
    stream.enable(EV_READ);
    bufferevent* const bev = stream.disown();
    bufferevent_free(bev);
    pair.write(1, "x");
    settle(base);
    CHECK(stream.calls() == 0);
    CHECK(is_open(fd));
    CHECK(bufferevent_getfd(bev) == fd);
    CHECK(bufferevent_decref(bev) == 1);
    CHECK_FALSE(is_open(fd));
}

TEST_CASE("a_lock_keeps_the_memory_until_it_is_given_back") {
    NEEDS(duplicates);
    Base base;
    SocketPair pair;
    for (const int options : all_options()) {
        SocketStream stream(base, dup(pair[0]), options | BEV_OPT_CLOSE_ON_FREE);
        const int fd = bufferevent_getfd(stream);
        bufferevent_lock(stream);
        bufferevent_lock(stream);
        bufferevent* const bev = stream.disown();
        bufferevent_free(bev);
        CHECK(bufferevent_get_enabled(bev) == EV_WRITE);
        bufferevent_unlock(bev);
        CHECK(is_open(fd));
        bufferevent_unlock(bev);
        CHECK_FALSE(is_open(fd));
    }
}

TEST_CASE("old_programs_make_a_bufferevent_without_naming_a_base") {
    event_base* const old_base = event_init();
    REQUIRE(old_base);
    SocketPair pair;
    struct Told {
        int reads, writes;
        short what;
    } told = {};
    bufferevent* const bev = bufferevent_new(
        pair[0], [](bufferevent*, void* t) { ++static_cast<Told*>(t)->reads; },
        [](bufferevent*, void* t) { ++static_cast<Told*>(t)->writes; },
        [](bufferevent*, short what, void* t) { static_cast<Told*>(t)->what = what; }, &told);
    REQUIRE(bev);
    CHECK(bufferevent_get_base(bev) == old_base);
    REQUIRE(bufferevent_enable(bev, EV_READ) == 0);
    REQUIRE(bufferevent_write(bev, "x", 1) == 0);
    pair.write(1, "abc");
    settle(old_base);
    CHECK(told.reads == 1);
    CHECK(told.writes == 1);
    CHECK(EVBUFFER_LENGTH(EVBUFFER_INPUT(bev)) == 3);
    CHECK(EVBUFFER_LENGTH(EVBUFFER_OUTPUT(bev)) == 0);
    CHECK(receive_all(pair[1]) == "x");
    bufferevent_settimeout(bev, 3, 0);
    CHECK(bev->timeout_read.tv_sec == 3);
    CHECK(bev->timeout_write.tv_sec == 0);
    pair.close(1);
    settle(old_base);
    CHECK(told.what == (EVBUFFER_READ | EVBUFFER_EOF));
    bufferevent_free(bev);
    event_base_free(old_base);
    CHECK(is_open(pair[0]));
}

TEST_CASE("a_bufferevent_without_any_base_waits_for_one") {
    SocketPair pair;
    bufferevent* const bev = bufferevent_new(pair[0], nullptr, nullptr, nullptr, nullptr);
    REQUIRE(bev);
    CHECK(bufferevent_get_base(bev) == nullptr);
    REQUIRE(bufferevent_write(bev, "early", 5) == 0);
    Base base;
    CHECK(bufferevent_base_set(base, bev) == 0);
    CHECK(bufferevent_get_base(bev) == base.get());
    settle(base);
    CHECK(receive_all(pair[1]) == "early");
    bufferevent_free(bev);
    bufferevent* const never = bufferevent_new(pair[0], nullptr, nullptr, nullptr, nullptr);
    REQUIRE(bufferevent_write(never, "early", 5) == 0);
    bufferevent_free(never);
}
