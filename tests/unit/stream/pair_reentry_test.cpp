// SPDX-License-Identifier: BSD-3-Clause
// Pairs whose callbacks write, and pairs in programs that run out of memory.
#include "stream/stream_support.h"

using namespace evlet_test;

namespace {

// Answers each byte that comes in with another one, from within the change of the buffer.
struct Answering {
    bufferevent* bev;
    int* depth;
    int* deepest;
    int left;

    static void on_change(evbuffer* input, const evbuffer_cb_info* info, void* argument) {
        auto& self = *static_cast<Answering*>(argument);
        if (!info->n_added || self.left-- <= 0)
            return;
        *self.deepest = std::max(*self.deepest, ++*self.depth);
        evbuffer_drain(input, 1);
        bufferevent_write(self.bev, "x", 1);
        --*self.depth;
    }
};

// Writes and reads by random pieces what two programs would.
void exchange(event_base* base, int options, unsigned seed) {
    LinkedPair pair(base, options);
    std::mt19937 random(seed);
    const std::string sent[2] = {bytes_of_size(40000 + seed), bytes_of_size(30000)};
    std::string received[2];
    size_t position[2] = {};
    SocketStream* const ends[2] = {&pair.a, &pair.b};
    bufferevent_setwatermark(pair.a, EV_READ, 0, 1 + random() % 3000);
    bufferevent_setwatermark(pair.b, EV_READ, 0, 1 + random() % 3000);
    for (int step = 0; step < 100000; ++step) {
        const int at = random() % 2;
        if (random() % 2) {
            const size_t piece = std::min<size_t>(random() % 2000, sent[at].size() - position[at]);
            ends[at]->write(sent[at].substr(position[at], piece));
            position[at] += piece;
        } else {
            received[at] += take_bytes(ends[at]->input(), random() % 2000);
        }
        if (random() % 4 == 0)
            pass(base);
        if (received[0].size() == sent[1].size() && received[1].size() == sent[0].size())
            break;
    }
    const bool there = received[1] == sent[0];
    const bool back = received[0] == sent[1];
    CHECK(there);
    CHECK(back);
}

}  // namespace

TEST_CASE("buffer_callbacks_that_answer_each_other_do_not_recur") {
    Base base;
    LinkedPair pair(base);
    int depth = 0;
    int deepest = 0;
    Answering a = {pair.a, &depth, &deepest, 5000};
    Answering b = {pair.b, &depth, &deepest, 5000};
    REQUIRE(evbuffer_add_cb(pair.a.input(), Answering::on_change, &a));
    REQUIRE(evbuffer_add_cb(pair.b.input(), Answering::on_change, &b));
    pair.a.write("x");
    REQUIRE(run_until(base, [&] { return a.left <= 0 && b.left <= 0; }));
    CHECK(deepest <= 2);
}

TEST_CASE("a_watcher_of_an_output_sees_bytes_come_before_they_go") {
    Base base;
    LinkedPair pair(base);
    std::vector<evbuffer_cb_info> told;
    REQUIRE(evbuffer_add_cb(
        pair.a.output(),
        [](evbuffer*, const evbuffer_cb_info* info, void* seen) {
            static_cast<std::vector<evbuffer_cb_info>*>(seen)->push_back(*info);
        },
        &told));
    pair.a.write("four");
    settle(base);
    REQUIRE(told.size() == 2);
    CHECK(told[0].n_added == 4);
    CHECK(told[0].orig_size == 0);
    CHECK(told[1].n_deleted == 4);
    CHECK(told[1].orig_size == 4);
    CHECK(pair.b.take() == "four");
}

TEST_CASE("a_writer_that_always_writes_more_does_not_keep_the_loop_from_others") {
    Base base;
    LinkedPair pair(base);
    pair.a.on_write = [&] { pair.a.write("more"); };
    pair.b.on_read = [&] { pair.b.take(); };
    TestEvent timer(base, -1, 0, [&](short) { event_base_loopbreak(base); });
    REQUIRE(timer.add_ms(5) == 0);
    pair.a.write("first");
    event_base_dispatch(base);
    CHECK(pair.a.writes > 1);
}

TEST_CASE("two_ends_that_echo_for_ever_do_not_keep_the_loop_from_others") {
    Base base;
    LinkedPair pair(base);
    const auto echo = [](SocketStream& stream) {
        bufferevent_write_buffer(stream, stream.input());
    };
    pair.a.on_read = [&] { echo(pair.a); };
    pair.b.on_read = [&] { echo(pair.b); };
    TestEvent timer(base, -1, 0, [&](short) { event_base_loopbreak(base); });
    REQUIRE(timer.add_ms(5) == 0);
    pair.a.write("ball");
    event_base_dispatch(base);
    CHECK(pair.a.reads > 1);
}

TEST_CASE("random_pieces_through_a_pair_come_out_as_they_went_in") {
    Base base;
    for (const int options : all_options()) {
        CAPTURE(options);
        for (unsigned seed = 1; seed < 4; ++seed)
            exchange(base, options, seed);
    }
}

#if EVLET_MEM_HOOKS
TEST_CASE("a_pair_that_cannot_be_made_leaves_nothing_behind") {
    Base base;
    FailingMemory memory;
    const long before = memory.outstanding();
    for (const int options : all_options()) {
        for (long nth = 1;; ++nth) {
            memory.fail_at(nth);
            bufferevent* ends[2] = {nullptr, nullptr};
            const int made = bufferevent_pair_new(base, options, ends);
            memory.stop_failing();
            if (made == 0) {
                CHECK_FALSE(memory.failed());
                bufferevent_free(ends[0]);
                bufferevent_free(ends[1]);
                break;
            }
            CHECK(errno == ENOMEM);
            CHECK(ends[0] == nullptr);
            CHECK(memory.outstanding() == before);
        }
    }
    CHECK(memory.outstanding() == before);
}

TEST_CASE("a_pair_that_runs_out_of_memory_reports_it_and_loses_no_byte") {
    Base base;
    LinkedPair pair(base);
    bufferevent_setwatermark(pair.b, EV_READ, 0, 1500);
    const std::string sent = bytes_of_size(4000);
    REQUIRE(evbuffer_add_reference(pair.a.output(), sent.data(), 1, nullptr, nullptr) == 0);
    settle(base);
    FailingMemory memory;
    bufferevent_disable(pair.b, EV_READ);
    REQUIRE(evbuffer_add_reference(pair.a.output(), sent.data() + 1, 3999, nullptr, nullptr) == 0);
    memory.fail_at(1, true);  // a part of a chain has to be copied
    pair.b.enable(EV_READ);
    memory.stop_failing();
    REQUIRE(memory.failed());
    settle(base);
    CHECK(pair.b.saw(BEV_EVENT_ERROR | BEV_EVENT_READING));
    CHECK(pair.b.errors.back() == ENOMEM);
    std::string received = pair.b.take();
    while (received.size() < sent.size()) {
        pair.b.enable(EV_READ);
        settle(base);
        REQUIRE(pair.b.input_length() > 0);
        received += pair.b.take();
    }
    const bool same = received == sent;
    CHECK(same);
}
#endif
