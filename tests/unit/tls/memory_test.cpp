// SPDX-License-Identifier: BSD-3-Clause
// Memory that runs out at each allocation, and what connections hold.
#include "tls_support.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS

namespace {

// A connection, some bytes each way, and a close. Whether all went well; what did not was told.
bool talk(const Pairing& with, Over over, FailingMemory& memory, long fail_at) {
    Base base;
    TlsPair pair(base, with, over);
    // The programs' own share is not what is tested.
    if (fail_at)
        memory.fail_at(fail_at);
    bool refused = bufferevent_write(pair.client, bytes_of_size(20000).data(), 20000) != 0;
    std::string got[2];
    bool answered = false;
    pair.server.on_read = [&] {
        got[1] += pair.server.take();
        if (!answered && got[1].size() >= 20000) {
            answered = true;
            refused |= bufferevent_write(pair.server, "answer", 6) != 0;
            bufferevent_flush(pair.server, EV_WRITE, BEV_FINISHED);
        }
    };
    pair.client.on_read = [&] { got[0] += pair.client.take(); };
    const auto is_over = [](const SocketStream& stream) {
        return !stream.events.empty() && stream.events.back() != kConnected;
    };
    for (int i = 0; i < 2000 && !refused && !is_over(pair.client) && !is_over(pair.server); ++i)
        event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
    memory.stop_failing();
    CHECK((refused || is_over(pair.client) || is_over(pair.server)));
    return !refused && got[0] == "answer" && got[1].size() == 20000;
}

}  // namespace

TLS_TEST("without_memory_at_any_allocation_a_connection_ends_and_leaks_nothing") {
    for (const Over over : {Over::sockets, Over::pair}) {
        if (over == Over::pair && pairings().size() > 1)
            continue;
        FailingMemory memory;
        const long before = memory.outstanding();
        CHECK(talk(with, over, memory, 0));
        CHECK(memory.outstanding() == before);
        bool met = true;
        for (long nth = 1; met; ++nth) {
            CAPTURE(nth);
            memory.stop_failing();
            (void)talk(with, over, memory, nth);
            met = memory.failed();
            CHECK(memory.outstanding() == before);
            REQUIRE(nth < 1000);
        }
    }
}

TLS_TEST("without_memory_no_stream_is_made_and_the_descriptor_remains") {
    NEEDS(system_descriptors);
    FailingMemory memory;
    Base base;
    bool made = false;
    for (long nth = 1; !made; ++nth) {
        const RawPair raw;
        const Fd near(raw.fd[0]), far(raw.fd[1]);
        void* const session = with.client.make(Role::client);
        memory.fail_at(nth);
        bufferevent* const bev =
            with.client.on_socket(base, near, session, BUFFEREVENT_SSL_CONNECTING, 0);
        memory.stop_failing();
        made = bev != nullptr;
        if (bev)
            bufferevent_free(bev);
        CHECK(is_open(near));
        with.client.free(session);
        REQUIRE(nth < 100);
    }
}

TLS_TEST("without_memory_no_filter_is_made_and_what_is_below_is_as_it_was") {
    FailingMemory memory;
    for (const int options : {0, int(BEV_OPT_CLOSE_ON_FREE)}) {
        int failures = 0;
        for (bool made = false; !made; ++failures) {
            REQUIRE(failures < 100);
            Base base;
            SocketPair sockets;
            Underlying below(base, sockets[0]);
            void* const session = with.client.make(Role::client);
            memory.fail_at(failures + 1);
            bufferevent* const bev =
                with.client.on_stream(base, below, session, BUFFEREVENT_SSL_CONNECTING, options);
            memory.stop_failing();
            made = bev != nullptr;
            if (!bev)
                below.check_unchanged(base, sockets[1]);
            else
                bufferevent_free(bev);
            if (bev && options)
                below.disown();
            if (!options)
                with.client.free(session);
        }
        CHECK(failures > 1);
    }
}

TLS_TEST("an_idle_connection_holds_one_block_beside_the_engine") {
    FailingMemory memory;
    Base base;
    TlsPair pair(base, with);
    pair.connect();
    pair.client.write("x");
    receive_exactly(base, pair.server, "x");
    settle(base);
    const long idle = memory.outstanding();
    for (int i = 0; i < 5; ++i) {
        pair.client.write(bytes_of_size(100000));
        receive_exactly(base, pair.server, bytes_of_size(100000));
    }
    settle(base);
    CHECK(memory.outstanding() <= idle);
}

#endif
