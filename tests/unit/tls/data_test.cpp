// SPDX-License-Identifier: BSD-3-Clause
// Bytes in both directions: all sizes of pieces, watermarks, records that the engine holds back.
#include "tls_support.h"

using namespace evlet_test;

TLS_TEST("bulk_passes_tiny_watermarks_in_both_directions") {
    const char* wanted = getenv("EVLET_TLS_BYTES");
    const std::string sent = bytes_of_size(wanted ? strtoul(wanted, nullptr, 10) : 1000000);
    for (const Over over : every_transport()) {
        Base base;
        TlsPair pair(base, with, over);
        // Prime to each other and to a record; low marks must not leave a rest behind.
        bufferevent_setwatermark(pair.server, EV_READ, 0, 1009);
        bufferevent_setwatermark(pair.client, EV_READ, 0, 4099);
        std::string got[2];
        pair.server.on_read = [&] { got[0] += pair.server.take(); };
        pair.client.on_read = [&] { got[1] += pair.client.take(); };
        pair.client.write(sent);
        pair.server.write(sent);
        REQUIRE(run_until(base, [&] {
            CHECK(pair.server.input_length() <= 1009);
            return got[0].size() >= sent.size() && got[1].size() >= sent.size();
        }));
        const bool same = got[0] == sent && got[1] == sent;
        CHECK(same);
        CHECK(pair.client.events.size() == 1);
        CHECK(pair.server.events.size() == 1);
    }
}

TLS_TEST("bytes_that_the_engine_holds_come_when_the_watermark_lets_them") {
    for (const Over over : every_transport()) {
        Base base;
        TlsPair pair(base, with, over);
        pair.connect();
        bufferevent_setwatermark(pair.server, EV_READ, 0, 10);
        // One record: what is beyond the mark is in the engine, and the socket is silent.
        pair.client.write("0123456789abcdefghij");
        REQUIRE(run_until(base, [&] { return pair.server.input_length() == 10; }));
        settle(base);
        CHECK(pair.server.input_length() == 10);
        CHECK(pair.server.take() == "0123456789");
        REQUIRE(run_until(base, [&] { return pair.server.input_length() == 10; }));
        CHECK(pair.server.take() == "abcdefghij");
    }
}

TLS_TEST("bytes_that_the_engine_holds_come_when_reading_is_enabled_again") {
    for (const Over over : every_transport()) {
        Base base;
        TlsPair pair(base, with, over);
        pair.connect();
        REQUIRE(bufferevent_set_max_single_read(pair.server, 5) == 0);
        pair.server.on_read = [&] { bufferevent_disable(pair.server, EV_READ); };
        pair.client.write("0123456789");
        REQUIRE(run_until(base, [&] { return pair.server.reads == 1; }));
        settle(base);
        CHECK(pair.server.input_length() == 5);
        pair.server.enable(EV_READ);
        REQUIRE(run_until(base, [&] { return pair.server.reads == 2; }));
        CHECK(pair.server.take() == "0123456789");
    }
}

TLS_TEST("callbacks_of_reading_wait_for_the_low_watermark") {
    Base base;
    TlsPair pair(base, with);
    pair.connect();
    bufferevent_setwatermark(pair.server, EV_READ, 10, 0);
    pair.client.write("12345");
    REQUIRE(run_until(base, [&] { return pair.server.input_length() == 5; }));
    CHECK(pair.server.reads == 0);
    pair.client.write("67890");
    REQUIRE(run_until(base, [&] { return pair.server.reads == 1; }));
    CHECK(pair.server.take() == "1234567890");
}

TLS_TEST("callbacks_of_writing_come_when_the_output_is_at_its_low_watermark") {
    Base base;
    TlsPair pair(base, with);
    pair.connect();
    pair.client.write("x");
    REQUIRE(run_until(base, [&] { return pair.client.writes == 1; }));
    CHECK(pair.client.output_length() == 0);
    CHECK(pair.client.reads == 0);
}

TLS_TEST("a_writer_that_fills_the_output_whenever_it_is_empty_shares_the_loop") {
    Base base;
    TlsPair pair(base, with);
    pair.connect();
    int written = 0;
    pair.client.on_write = [&] {
        if (++written < 200)
            pair.client.write(bytes_of_size(20000));
    };
    size_t got = 0;
    pair.server.on_read = [&] { got += pair.server.take().size(); };
    pair.client.write("x");
    REQUIRE(run_until(base, [&] { return got == 1 + 199 * 20000; }));
}

TLS_TEST("small_pieces_share_records_and_arrive_in_order") {
    for (const ev_uint64_t flags : {0, BUFFEREVENT_SSL_BATCH_WRITE}) {
        Base base;
        TlsPair pair(base, with);
        bufferevent_ssl_set_flags(pair.client, flags);
        std::string all;
        static const std::string held = bytes_of_size(9000);
        for (int i = 0; i < 300; ++i) {
            const std::string piece = std::to_string(i) + ",";
            pair.client.write(piece);
            all += piece;
            if (i % 50 == 0) {
                REQUIRE(evbuffer_add_reference(pair.client.output(), held.data(), held.size(),
                                               nullptr, nullptr) == 0);
                all += held;
            }
        }
        receive_exactly(base, pair.server, all);
    }
}

TLS_TEST("a_file_in_the_output_is_sent") {
    NEEDS(files);
    Base base;
    TlsPair pair(base, with);
    FILE* const file = tmpfile();
    REQUIRE(file);
    const std::string content = bytes_of_size(70001);
    REQUIRE(fwrite(content.data(), 1, content.size(), file) == content.size());
    REQUIRE(fflush(file) == 0);
    const int fd = dup(fileno(file));
    fclose(file);
    pair.client.write("head ");
    REQUIRE(evbuffer_add_file(pair.client.output(), fd, 0, static_cast<ev_off_t>(content.size())) ==
            0);
    pair.client.write(" tail");
    receive_exactly(base, pair.server, "head " + content + " tail");
}

TLS_TEST("a_slow_peer_stops_the_writer_and_lets_it_go_on") {
    for (const Over over : {Over::sockets, Over::filtered_sockets}) {
        Base base;
        TlsPair pair(base, with, over);
        make_buffers_small(bufferevent_getfd(pair.client));
        make_buffers_small(bufferevent_getfd(pair.server));
        pair.connect();
        const std::string sent = bytes_of_size(600000);
        bufferevent_disable(pair.server, EV_READ);
        pair.client.write(sent);
        for (int i = 0; i < 20; ++i)
            pass(base);
        CHECK(pair.client.output_length() > 300000);
        // What comes behind must not change the record that is under way.
        pair.client.write("and more");
        pair.server.enable(EV_READ);
        receive_exactly(base, pair.server, sent + "and more");
    }
}

TLS_TEST("sizes_of_single_reads_and_writes_are_kept") {
    Base base;
    TlsPair pair(base, with);
    pair.connect();
    REQUIRE(bufferevent_set_max_single_read(pair.server, 100) == 0);
    REQUIRE(bufferevent_set_max_single_write(pair.client, 300) == 0);
    std::string got;
    size_t largest = 0;
    pair.server.on_read = [&] {
        largest = std::max(largest, pair.server.input_length());
        got += pair.server.take();
    };
    const std::string sent = bytes_of_size(5000);
    pair.client.write(sent);
    REQUIRE(run_until(base, [&] { return got.size() == sent.size(); }));
    CHECK(got == sent);
    CHECK(largest == 100);
    CHECK(pair.server.reads == 50);
}
