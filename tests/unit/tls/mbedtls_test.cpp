// SPDX-License-Identifier: BSD-3-Clause
// What only Mbed TLS has: one place for all that waits to be sent.
#include "tls_support.h"
#include "with_mbedtls.h"

using namespace evlet_test;

namespace {

const Pairing kPairing = {"mbedtls", mbedtls_for_tests, mbedtls_for_tests};

// A client that asks to shake hands again, and a server that answers with an alert that it will not;
// what the server sends gets stuck below it when the test wants that.
struct Unwilling {
    Unwilling() {
        pair.connect();
        settle(base);
        REQUIRE(bufferevent_disable(bufferevent_get_underlying(pair.client), EV_READ) == 0);
    }
    // Below the server there is room for so many bytes in all, 0: for many.
    void leave_room(size_t most) const { bufferevent_setwatermark(below, EV_WRITE, 0, most); }
    [[nodiscard]] size_t stuck() const { return evbuffer_get_length(bufferevent_get_output(below)); }
    void ask() {
        REQUIRE(mbedtls_for_tests.renegotiate(pair.client) == 0);
        settle(base);
    }
    void let_through() const {
        leave_room(0);
        REQUIRE(bufferevent_enable(bufferevent_get_underlying(pair.client), EV_READ) == 0);
    }
    Base base;
    TlsPair pair{base, kPairing, Over::pair, 0, Role::old_client, Role::server};
    bufferevent* below = bufferevent_get_underlying(pair.server);
};

}  // namespace

TEST_CASE_FIXTURE(Unwilling, "an_alert_that_is_stuck_does_not_swallow_what_is_written_behind_it") {
    pair.server.write("first ");
    settle(base);
    REQUIRE(stuck() > 0);
    leave_room(stuck());
    ask();
    pair.server.write("second ");
    settle(base);
    let_through();
    pair.server.write("third");
    receive_exactly(base, pair.client, "first second third");
}

TEST_CASE_FIXTURE(Unwilling, "an_alert_that_is_stuck_does_not_swallow_the_close") {
    pair.server.write("all");
    settle(base);
    leave_room(stuck());
    ask();
    bufferevent_flush(pair.server, EV_WRITE, BEV_FINISHED);
    settle(base);
    let_through();
    receive_exactly(base, pair.client, "all");
    REQUIRE(run_until(base, [&] { return pair.client.saw(kReadEof); }));
}

TEST_CASE_FIXTURE(Unwilling, "a_close_that_leaves_with_an_alert_is_sent_once") {
    pair.server.write("all");
    settle(base);
    leave_room(stuck() + 1);
    bufferevent_flush(pair.server, EV_WRITE, BEV_FINISHED);
    settle(base);
    leave_room(0);
    ask();
    let_through();
    receive_exactly(base, pair.client, "all");
    REQUIRE(run_until(base, [&] { return pair.client.saw(kReadEof); }));
    CHECK(bufferevent_get_mbedtls_error(pair.client) == 0);
}

TEST_CASE_FIXTURE(Unwilling, "a_record_that_leaves_with_an_alert_is_not_made_again") {
    const std::string sent = bytes_of_size(40000);
    leave_room(1000);
    pair.server.write(sent);
    settle(base);
    REQUIRE(stuck() == 1000);
    leave_room(0);
    ask();
    let_through();
    pair.server.write("end");
    receive_exactly(base, pair.client, sent + "end");
}
