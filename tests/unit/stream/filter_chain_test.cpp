// SPDX-License-Identifier: BSD-3-Clause
// Filters on filters, with random pieces, watermarks and options; and without memory.
#include "stream/stream_support.h"

using namespace evlet_test;

namespace {

// Three filters on each of two connected bufferevents; the codecs of one side undo the other's.
class Tower {
public:
    Tower(bufferevent* below, bool left, int options) {
        options |= BEV_OPT_CLOSE_ON_FREE;
        codecs_[0] = {unframing(), framing(left ? 700 : 90)};
        codecs_[1] = {mixing(), mixing()};
        codecs_[2] = {shrinking(3), expanding(3)};
        for (Codec& codec : codecs_) {
            below = codec.on(below, options);
            REQUIRE(below);
            levels_.push_back(below);
        }
    }
    [[nodiscard]] bufferevent* top() const { return levels_.back(); }
    // Limits on the levels, in either direction. Frames have to fit.
    void set_random_watermarks(std::mt19937& random, bufferevent* below) const {
        for (bufferevent* bev : levels_) {
            bufferevent_setwatermark(bev, EV_READ, 0, random() % 3 ? 800 + random() % 3000 : 0);
            bufferevent_setwatermark(bev, EV_WRITE, 0, random() % 3 ? 800 + random() % 3000 : 0);
        }
        bufferevent_setwatermark(below, EV_READ, 0, random() % 2 ? 800 + random() % 3000 : 0);
        bufferevent_setwatermark(below, EV_WRITE, 0, random() % 2 ? 800 + random() % 3000 : 0);
    }
    [[nodiscard]] int freed() const {
        return codecs_[0].freed + codecs_[1].freed + codecs_[2].freed;
    }

private:
    Codec codecs_[3];
    std::vector<bufferevent*> levels_;
};

struct Talk {
    std::string sent, received;
    size_t position = 0;
};

// Two programs that write and take random pieces until both have got everything.
bool talk(event_base* base, SocketStream& left, SocketStream& right, std::mt19937& random) {
    Talk talks[2] = {{bytes_of_size(30000 + random() % 3000), ""}, {bytes_of_size(20000), ""}};
    SocketStream* const ends[2] = {&left, &right};
    const auto step = [&] {
        const size_t at = random() % 2;
        Talk& own = talks[at];
        Talk& other = talks[1 - at];
        const size_t piece = std::min<size_t>(random() % 3000, own.sent.size() - own.position);
        ends[at]->write(own.sent.substr(own.position, piece));
        own.position += piece;
        if (random() % 2)
            other.received += take_bytes(ends[at]->input(), random() % 3000);
        return talks[0].received.size() == talks[0].sent.size() &&
               talks[1].received.size() == talks[1].sent.size();
    };
    for (int i = 0; i < 200000 && !step(); ++i)
        pass(base);
    return talks[0].received == talks[0].sent && talks[1].received == talks[1].sent;
}

}  // namespace

TEST_CASE("random_pieces_through_three_filters_over_a_socket_pair_come_out_as_they_went_in") {
    Base base;
    for (const int options : all_options()) {
        CAPTURE(options);
        std::mt19937 random(static_cast<unsigned>(options) + 1);
        SocketPair sockets;
        make_buffers_small(sockets[0]);
        make_buffers_small(sockets[1]);
        bufferevent* const bottom[2] = {
            bufferevent_socket_new(base, sockets[0], options & ~BEV_OPT_CLOSE_ON_FREE),
            bufferevent_socket_new(base, sockets[1], options & ~BEV_OPT_CLOSE_ON_FREE)};
        Tower left(bottom[0], true, options);
        Tower right(bottom[1], false, options);
        left.set_random_watermarks(random, bottom[0]);
        right.set_random_watermarks(random, bottom[1]);
        SocketStream a(left.top());
        SocketStream b(right.top());
        a.enable(EV_READ);
        b.enable(EV_READ);
        CHECK(talk(base, a, b, random));
        CHECK(a.events.empty());
        a.free();
        b.free();
        settle(base);
        CHECK(left.freed() == 3);
        CHECK(right.freed() == 3);
    }
}

TEST_CASE("random_pieces_through_three_filters_over_a_pair_come_out_as_they_went_in") {
    Base base;
    for (unsigned seed = 1; seed < 6; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        PairEnds ends(base, 0);
        Tower left(ends.bev[0], true, 0);
        Tower right(ends.bev[1], false, 0);
        left.set_random_watermarks(random, ends.bev[0]);
        right.set_random_watermarks(random, ends.bev[1]);
        SocketStream a(left.top());
        SocketStream b(right.top());
        a.enable(EV_READ);
        b.enable(EV_READ);
        CHECK(talk(base, a, b, random));
    }
}

TEST_CASE("a_finished_flush_goes_down_one_tower_of_filters_and_up_the_other") {
    Base base;
    PairEnds ends(base, 0);
    Tower left(ends.bev[0], true, 0);
    Tower right(ends.bev[1], false, 0);
    SocketStream a(left.top());
    SocketStream b(right.top());
    b.enable(EV_READ);
    const std::string sent = bytes_of_size(5000);
    a.write(sent);
    CHECK(bufferevent_flush(a, EV_WRITE, BEV_FINISHED) == 1);
    REQUIRE(run_until(base, [&] { return !b.events.empty(); }));
    CHECK(b.order.back() == 'e');
    CHECK(b.events == std::vector<short>{BEV_EVENT_EOF | BEV_EVENT_READING});
    const bool same = b.take() == sent;
    CHECK(same);
}

#if EVLET_MEM_HOOKS
TEST_CASE("a_filter_that_cannot_be_made_leaves_the_bufferevent_below_as_it_was") {
    Base base;
    FailingMemory memory;
    LinkedPair pair(base, 0, 0);
    const long before = memory.outstanding();
    Codec codec;
    for (long nth = 1;; ++nth) {
        memory.fail_at(nth);
        bufferevent* const top = codec.on(pair.b, BEV_OPT_CLOSE_ON_FREE);
        memory.stop_failing();
        if (top) {
            pair.b.disown();
            bufferevent_free(top);
            break;
        }
        CHECK(errno == ENOMEM);
        CHECK(codec.freed == 0);
        CHECK(memory.outstanding() == before);
        pair.b.enable(EV_READ);
        pair.a.write("x");
        settle(base);
        CHECK(pair.b.take() == "x");
        bufferevent_disable(pair.b, EV_READ);
        settle(base);
    }
    CHECK(codec.freed == 1);
}

TEST_CASE("a_tower_of_filters_survives_any_allocation_that_fails") {
    Base base;
    FailingMemory memory;
    const std::string text = bytes_of_size(3000);
    for (long nth = 1; nth < 200; ++nth) {
        PairEnds ends(base, 0);
        Tower left(ends.bev[0], true, 0);
        Tower right(ends.bev[1], false, 0);
        SocketStream a(left.top());
        SocketStream b(right.top());
        b.enable(EV_READ);
        memory.fail_at(nth);
        const bool written = bufferevent_write(a, text.data(), text.size()) == 0;
        settle(base);
        settle(base);
        const bool met = memory.failed();
        memory.stop_failing();
        settle(base);
        const bool errors = !a.events.empty() || !b.events.empty();
        if (written && !errors) {
            const bool same = b.take() == text;
            CHECK(same);
        }
        if (!met)
            break;
        CHECK((!written || errors || b.reads > 0));
    }
}
#endif
