// SPDX-License-Identifier: BSD-3-Clause
// Connecting by name that ends early: by the program at any moment, and for lack of memory or
// descriptors.
#include "stream/name_support.h"

using namespace evlet_test;

namespace {

// A client on its way to addresses that say nothing.
struct UnderWay {
    ReadyBase base;
    FakeResolver resolver;
    Peer first{Peer::silent, AF_INET};
    Peer second{Peer::silent, AF_INET};
    int lowest = lowest_free();
    int next = second_free();
    Client client{base};

    // Runs until both attempts are going on.
    void begin() {
        Answer list;
        list.add(first).add(second);
        client.connect(resolver, list);
        REQUIRE(run_until(base, [&] { return is_open(next); }));
    }
};

}  // namespace

TEST_CASE("freed_while_the_resolver_works_it_hears_no_more") {
    ReadyBase base;
    FakeResolver resolver;
    Peer peer(Peer::listens, AF_INET);
    Client client(base);
    REQUIRE(client.connect(resolver) == 0);
    client.free();
    CHECK(resolver.cancelled == 1);
    SUBCASE("with the answer that it was cancelled") {
        resolver.answer(EVUTIL_EAI_CANCEL);
    }
    SUBCASE("with an answer that was under way") {
        Answer list;
        list.add(peer);
        resolver.answer(list);
    }
    pass(base);
    CHECK(peer.accept(0) < 0);
    CHECK(client.calls == 0);
}

TEST_CASE("freed_before_the_loop_saw_the_answer_it_connects_to_nobody") {
    ReadyBase base;
    FakeResolver resolver;
    Peer peer(Peer::listens, AF_INET);
    Client client(base);
    Answer list;
    list.add(peer);
    client.connect(resolver, list);
    client.free();
    CHECK(resolver.cancelled == 0);
    pass(base);
    CHECK(peer.accept(0) < 0);
}

TEST_CASE("freed_during_attempts_it_closes_them") {
    UnderWay way;
    way.begin();
    way.client.free();
    CHECK(lowest_free() == way.lowest);
    pass(way.base);
    CHECK(event_base_get_num_events(way.base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("freed_before_the_loop_looked_at_the_outcome_it_hears_no_more") {
    ReadyBase base;
    FakeResolver resolver;
    Peer peer(Peer::listens, AF_INET);
    const int lowest = lowest_free();
    Client client(base);
    Answer list;
    list.add(peer);
    client.connect(resolver, list);
    // The first callback of the loop begins the attempt, the second is this.
    TestEvent freer(base, -1, 0, [&](short) {
        CHECK(is_ready(lowest, POLLOUT));
        client.free();
    });
    event_active(freer, 0, 0);
    pass(base);
    pass(base);
    CHECK(client.calls == 0);
    CHECK(lowest_free() == lowest);
}

TEST_CASE("freed_in_the_callback_that_says_it_connected_or_failed") {
    ReadyBase base;
    FakeResolver resolver;
    for (const Peer::Kind kind : {Peer::listens, Peer::refuses}) {
        Peer peer(kind, AF_INET);
        const int lowest = lowest_free();
        Client client(base);
        Answer list;
        list.add(peer);
        client.connect(resolver, list);
        client.body = [&] { client.free(); };
        CHECK(client.wait() == (kind == Peer::listens ? BEV_EVENT_CONNECTED : BEV_EVENT_ERROR));
        pass(base);
        CHECK(lowest_free() == lowest);
    }
}

TEST_CASE("freed_in_the_callback_of_a_timeout_or_of_a_failed_name") {
    ReadyBase base;
    FakeResolver resolver;
    {
        Client client(base);
        client.body = [&] { client.free(); };
        REQUIRE(client.connect(resolver) == 0);
        resolver.answer(EVUTIL_EAI_AGAIN);
        CHECK(client.wait() == BEV_EVENT_ERROR);
    }
    Peer silent(Peer::silent, AF_INET);
    Client client(base);
    client.body = [&] { client.free(); };
    const timeval soon = milliseconds(10);
    REQUIRE(bufferevent_set_timeouts(client, nullptr, &soon) == 0);
    Answer list;
    list.add(silent);
    client.connect(resolver, list);
    CHECK(client.wait() == (BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING));
    pass(base);
}

TEST_CASE("another_name_begun_in_the_callback_of_a_failure_is_connected_to") {
    ReadyBase base;
    FakeResolver resolver;
    Peer refusing(Peer::refuses, AF_INET), peer(Peer::listens, AF_INET);
    Client client(base);
    Answer bad;
    bad.add(refusing);
    client.connect(resolver, bad);
    client.body = [&] {
        if (client.events & BEV_EVENT_CONNECTED)
            return;
        Answer good;
        good.add(peer);
        client.connect(resolver, good);
    };
    CHECK(run_until(base, [&] { return (client.events & BEV_EVENT_CONNECTED) != 0; }));
    CHECK(peer.accept() >= 0);
}

TEST_CASE("another_descriptor_ends_the_search") {
    UnderWay way;
    way.begin();
    SocketPair pair;
    REQUIRE(bufferevent_setfd(way.client, dup(pair[0])) == 0);
    CHECK(lowest_free() == way.lowest);
    REQUIRE(bufferevent_write(way.client, "hello", 5) == 0);
    CHECK(run_until(way.base, [&] { return is_ready(pair[1], POLLIN, 0); }));
    CHECK(way.client.events == 0);
}

TEST_CASE("another_name_takes_the_place_of_one_that_is_being_connected_to") {
    UnderWay way;
    way.begin();
    Peer peer(Peer::listens, AF_INET);
    Answer list;
    list.add(peer);
    way.client.connect(way.resolver, list);
    CHECK(way.client.wait() == BEV_EVENT_CONNECTED);
    CHECK(peer.accept() >= 0);
    CHECK(way.client.calls == 1);
}

TEST_CASE("base_freed_before_it_saw_the_answer_leaves_nothing_behind") {
#if EVLET_MEM_HOOKS
    FailingMemory memory;
    const long before = memory.outstanding();
#endif
    {
        ReadyBase base;
        FakeResolver resolver;
        Peer peer(Peer::listens, AF_INET);
        Client client(base);
        Answer list;
        list.add(peer);
        client.connect(resolver, list);
        client.free();
        base.free();
    }
#if EVLET_MEM_HOOKS
    CHECK(memory.outstanding() == before);
#endif
}

TEST_CASE("freed_during_attempts_and_then_its_base_it_leaves_nothing_behind") {
#if EVLET_MEM_HOOKS
    FailingMemory memory;
    const long before = memory.outstanding();
#endif
    {
        UnderWay way;
        way.begin();
        way.client.free();
        way.base.free();
        CHECK(lowest_free() <= way.lowest);
    }
#if EVLET_MEM_HOOKS
    CHECK(memory.outstanding() == before);
#endif
}

TEST_CASE("attempt_without_a_descriptor_is_an_error_of_that_address") {
    ReadyBase base;
    FakeResolver resolver;
    Peer peer(Peer::listens, AF_INET);
    Client client(base);
    Answer list;
    list.add(peer).add(peer);
    client.connect(resolver, list);
    {
        FewDescriptors none(0);
        CHECK(client.wait() == BEV_EVENT_ERROR);
    }
    CHECK(client.error == EMFILE);
    CHECK(client.calls == 1);
}

#if EVLET_MEM_HOOKS
TEST_CASE("without_memory_it_fails_or_connects_and_leaks_nothing") {
    FailingMemory memory;
    bool went_through = false;
    for (int nth = 1; nth < 60 && !went_through; ++nth) {
        const long before = memory.outstanding();
        const int lowest = lowest_free();
        {
            ReadyBase base;
            FakeResolver resolver;
            Peer silent(Peer::silent, AF_INET), peer(Peer::listens, AF_INET);
            Client client(base);
            const timeval patience = milliseconds(kPatienceMs);
            REQUIRE(bufferevent_set_timeouts(client, nullptr, &patience) == 0);
            Answer list;
            list.add(silent).add(peer).add(peer);
            resolver.at_once = &list;
            TestEvent tick(base, -1, EV_PERSIST);
            tick.add_ms(5);
            memory.fail_at(nth);
            const int begun = client.connect(resolver);
            const long long give_up = monotonic_us(base) + kPatienceMs * 1000LL;
            while (begun == 0 && client.events == 0 && monotonic_us(base) < give_up)
                event_base_loop(base, EVLOOP_ONCE);
            memory.stop_failing();
            went_through = !memory.failed();
            CHECK((begun == -1 || client.events == BEV_EVENT_CONNECTED ||
                   client.events == BEV_EVENT_ERROR));
            if (went_through)
                CHECK(client.events == BEV_EVENT_CONNECTED);
        }
        CHECK(memory.outstanding() == before);
        CHECK(lowest_free() == lowest);
    }
    CHECK(went_through);
}
#endif
