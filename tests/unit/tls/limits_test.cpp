// SPDX-License-Identifier: BSD-3-Clause
// Timeouts, rate limits, and calls that come later.
#include "tls_support.h"

using namespace evlet_test;

namespace {

constexpr timeval kShort = milliseconds(30);

}  // namespace

TLS_TEST("a_peer_that_does_not_shake_hands_times_out") {
    for (const bool by_read : {true, false}) {
        Base base;
        const RawPair raw;
        Fd silent(raw.fd[1]);
        SocketStream client(tls_on(base, with.client, Role::client, raw.fd[0]));
        client.enable(EV_READ);
        bufferevent_set_timeouts(client, by_read ? &kShort : nullptr, by_read ? nullptr : &kShort);
        REQUIRE(run_until(base, [&] { return !client.events.empty(); }));
        CHECK((client.events[0] & BEV_EVENT_TIMEOUT));
        // Once; it goes on when the program wants it to.
        const long long start = monotonic_us(base);
        REQUIRE(run_until(base, [&] { return monotonic_us(base) - start > 80000; }));
        CHECK(client.events.size() == 1);
        bufferevent_set_timeouts(client, nullptr, nullptr);
        client.enable(EV_READ);
        SocketStream server(tls_on(base, with.server, Role::server, silent.release()));
        REQUIRE(run_until(base, [&] { return client.saw(kConnected) && server.saw(kConnected); }));
    }
}

TLS_TEST("a_silent_peer_times_out_a_reader") {
    for (const Over over : every_transport()) {
        Base base;
        TlsPair pair(base, with, over);
        pair.connect();
        bufferevent_set_timeouts(pair.client, &kShort, nullptr);
        REQUIRE(run_until(base, [&] { return pair.client.events.size() == 2; }));
        CHECK(pair.client.events[1] == (BEV_EVENT_TIMEOUT | BEV_EVENT_READING));
        CHECK((bufferevent_get_enabled(pair.client) & EV_READ) == 0);
        // The session is as good as before.
        bufferevent_set_timeouts(pair.client, nullptr, nullptr);
        pair.client.enable(EV_READ);
        pair.server.write("late");
        receive_exactly(base, pair.client, "late");
    }
}

TLS_TEST("a_peer_that_takes_nothing_times_out_a_writer") {
    for (const Over over : every_transport()) {
        Base base;
        TlsPair pair(base, with, over);
        pair.connect();
        bufferevent_disable(pair.server, EV_READ);
        bufferevent_set_timeouts(pair.client, nullptr, &kShort);
        pair.client.write(bytes_of_size(3000000));
        REQUIRE(run_until(base, [&] { return pair.client.events.size() == 2; }));
        CHECK(pair.client.events[1] == (BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING));
        CHECK((bufferevent_get_enabled(pair.client) & EV_WRITE) == 0);
    }
}

TLS_TEST("a_rate_limit_is_kept_in_both_directions") {
    for (const bool reading : {true, false}) {
        Base base;
        TlsPair pair(base, with);
        pair.connect();
        const timeval tick = milliseconds(10);
        ev_token_bucket_cfg* const limit =
            reading
                ? ev_token_bucket_cfg_new(1000, 1000, EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, &tick)
                : ev_token_bucket_cfg_new(EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, 1000, 1000, &tick);
        REQUIRE(limit);
        REQUIRE(bufferevent_set_rate_limit(reading ? pair.server : pair.client, limit) == 0);
        const std::string sent = bytes_of_size(20000);
        const long long start = monotonic_us(base);
        size_t largest = 0;
        std::string got;
        pair.server.on_read = [&] {
            largest = std::max(largest, pair.server.input_length());
            got += pair.server.take();
        };
        pair.client.write(sent);
        REQUIRE(run_until(base, [&] { return got.size() == sent.size(); }));
        const bool same = got == sent;
        CHECK(same);
        // Twenty ticks' worth, of which one is there at once and the first may be nearly over.
        CHECK(monotonic_us(base) - start >= 17 * 10000);
        if (reading)
            CHECK(largest <= 1000);
        REQUIRE(bufferevent_set_rate_limit(reading ? pair.server : pair.client, nullptr) == 0);
        ev_token_bucket_cfg_free(limit);
    }
}

TLS_TEST("deferred_callbacks_are_never_called_from_within_another_call") {
    for (const Over over : every_transport()) {
        Base base;
        TlsPair pair(base, with, over, BEV_OPT_DEFER_CALLBACKS);
        bool inside = false;
        bool nested = false;
        const auto careful = [&] { nested = nested || inside; };
        pair.server.on_read = [&] {
            careful();
            inside = true;
            pair.server.write(pair.server.take());
            inside = false;
        };
        pair.server.on_write = careful;
        pair.server.on_event = [&](short) { careful(); };
        const std::string sent = bytes_of_size(100000);
        pair.client.write(sent);
        receive_exactly(base, pair.client, sent);
        CHECK(!nested);
    }
}

TLS_TEST("flags_are_set_and_cleared_one_by_one") {
    Base base;
    TlsPair pair(base, with);
    CHECK(bufferevent_ssl_get_flags(pair.client) == 0);
    CHECK(bufferevent_ssl_set_flags(pair.client, BUFFEREVENT_SSL_BATCH_WRITE) == 0);
    CHECK(bufferevent_ssl_set_flags(pair.client, BUFFEREVENT_SSL_DIRTY_SHUTDOWN) ==
          BUFFEREVENT_SSL_BATCH_WRITE);
    CHECK(with.client.allows_dirty(pair.client) == 1);
    CHECK(bufferevent_ssl_clear_flags(pair.client, BUFFEREVENT_SSL_BATCH_WRITE) ==
          (BUFFEREVENT_SSL_BATCH_WRITE | BUFFEREVENT_SSL_DIRTY_SHUTDOWN));
    CHECK(bufferevent_ssl_get_flags(pair.client) == BUFFEREVENT_SSL_DIRTY_SHUTDOWN);
}

TLS_TEST("other_kinds_of_bufferevents_have_no_session") {
    Base base;
    const SocketStream plain(base, -1);
    CHECK(with.client.session_of(plain) == nullptr);
    CHECK(with.client.error(plain) == 0);
    CHECK(with.client.allows_dirty(plain) == -1);
    with.client.allow_dirty(plain, 1);
    CHECK(bufferevent_ssl_get_flags(plain) == EV_UINT64_MAX);
    CHECK(bufferevent_ssl_set_flags(plain, 1) == EV_UINT64_MAX);
    CHECK(bufferevent_ssl_clear_flags(plain, 1) == EV_UINT64_MAX);
}

TLS_TEST("priorities_are_kept_when_the_descriptor_changes") {
    Base base;
    REQUIRE(event_base_priority_init(base, 3) == 0);
    const RawPair raw;
    const Fd far(raw.fd[1]);
    const SocketStream client(tls_on(base, with.client, Role::client, -1));
    REQUIRE(bufferevent_priority_set(client, 0) == 0);
    REQUIRE(bufferevent_setfd(client, raw.fd[0]) == 0);
    CHECK(bufferevent_get_priority(client) == 0);
}
