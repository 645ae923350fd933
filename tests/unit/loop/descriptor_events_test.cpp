// SPDX-License-Identifier: BSD-3-Clause
// Events that wait for descriptors: what they are told, for how long, side by side on one
// descriptor.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

void drain(int fd) {
    char bytes[256];
    while (read(fd, bytes, sizeof bytes) > 0) {}
}

}  // namespace

TEST_CASE("read_event_is_told_when_data_arrives_and_not_before") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ);
    REQUIRE(reader.add() == 0);
    CHECK(reader.pending() == EV_READ);
    pass(base);
    CHECK(reader.calls == 0);
    pair.write(1, "x");
    CHECK(event_base_dispatch(base) == 1);
    CHECK(reader.calls == 1);
    CHECK(reader.told == EV_READ);
    CHECK(reader.fd == pair[0]);
    CHECK(reader.pending() == 0);
}

TEST_CASE("write_event_is_told_while_there_is_room") {
    Base base;
    SocketPair pair;
    TestEvent writer(base, pair[0], EV_WRITE);
    REQUIRE(writer.add() == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(writer.told == EV_WRITE);

    std::vector<char> block(65536);
    while (write(pair[0], block.data(), block.size()) > 0) {}
    REQUIRE(writer.add() == 0);
    pass(base);
    CHECK(writer.calls == 1);
    drain(pair[1]);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(writer.calls == 2);
}

TEST_CASE("event_for_reading_and_writing_is_told_both_in_one_call") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    TestEvent both(base, pair[0], EV_READ | EV_WRITE);
    REQUIRE(both.add() == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(both.calls == 1);
    CHECK(both.told == (EV_READ | EV_WRITE));
}

TEST_CASE("event_for_reading_and_writing_is_told_only_what_is_so") {
    Base base;
    SocketPair pair;
    TestEvent both(base, pair[0], EV_READ | EV_WRITE);
    REQUIRE(both.add() == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(both.told == EV_WRITE);
}

TEST_CASE("persistent_event_is_told_again_as_long_as_there_is_data") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST);
    REQUIRE(reader.add() == 0);
    for (int i = 1; i <= 3; ++i) {
        pass(base);
        CHECK(reader.calls == i);
        CHECK(reader.pending() == EV_READ);
    }
    drain(pair[0]);
    pass(base);
    CHECK(reader.calls == 3);
    pair.write(1, "y");
    pass(base);
    CHECK(reader.calls == 4);
}

TEST_CASE("events_on_one_descriptor_are_each_told_what_they_wait_for") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    TestEvent first(base, pair[0], EV_READ);
    TestEvent second(base, pair[0], EV_READ | EV_PERSIST);
    TestEvent writer(base, pair[0], EV_WRITE);
    TestEvent both(base, pair[0], EV_READ | EV_WRITE);
    for (TestEvent* ev : {&first, &second, &writer, &both})
        REQUIRE(ev->add() == 0);
    pass(base);
    CHECK(first.told == EV_READ);
    CHECK(second.told == EV_READ);
    CHECK(writer.told == EV_WRITE);
    CHECK(both.told == (EV_READ | EV_WRITE));
    pass(base);
    CHECK(first.calls == 1);
    CHECK(second.calls == 2);
    CHECK(writer.calls == 1);
    CHECK(both.calls == 1);
}

TEST_CASE("deleting_one_event_of_a_descriptor_leaves_the_others") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    TestEvent events[] = {{base, pair[0], EV_READ | EV_PERSIST},
                          {base, pair[0], EV_READ | EV_PERSIST},
                          {base, pair[0], EV_READ | EV_PERSIST}};
    for (const int gone : {1, 0, 2}) {
        for (TestEvent& ev : events) {
            REQUIRE(ev.add() == 0);
            ev.calls = 0;
        }
        REQUIRE(event_del(events[gone]) == 0);
        pass(base);
        for (int i = 0; i < 3; ++i)
            CHECK(events[i].calls == (i == gone ? 0 : 1));
    }
}

TEST_CASE("reader_stays_when_the_writer_of_its_descriptor_goes_and_the_other_way_round") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST);
    TestEvent writer(base, pair[0], EV_WRITE | EV_PERSIST);
    REQUIRE(reader.add() == 0);
    REQUIRE(writer.add() == 0);
    pass(base);
    REQUIRE(event_del(writer) == 0);
    pass(base);
    CHECK(reader.calls == 2);
    CHECK(writer.calls == 1);
    REQUIRE(writer.add() == 0);
    REQUIRE(event_del(reader) == 0);
    pass(base);
    CHECK(reader.calls == 2);
    CHECK(writer.calls == 2);
}

TEST_CASE("end_of_the_stream_is_told_as_readable") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ);
    REQUIRE(reader.add() == 0);
    pair.close(1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(reader.told == EV_READ);
    char byte;
    CHECK(read(pair[0], &byte, 1) == 0);
}

TEST_CASE("writer_of_a_pipe_is_told_when_its_reader_goes") {
    Base base;
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    std::vector<char> block(4096);
    REQUIRE(evutil_make_socket_nonblocking(ends[1]) == 0);
    while (write(ends[1], block.data(), block.size()) > 0) {}
    TestEvent writer(base, ends[1], EV_WRITE);
    REQUIRE(writer.add() == 0);
    pass(base);
    CHECK(writer.calls == 0);
    close(ends[0]);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(writer.told == EV_WRITE);
    close(ends[1]);
}

TEST_CASE("peer_that_closes_is_told_although_data_is_left") {
    Base base;
    if (!(event_base_get_features(base) & EV_FEATURE_EARLY_CLOSE))
        return;  // select cannot tell; nothing is promised
    SocketPair pair;
    TestEvent closed(base, pair[0], EV_CLOSED);
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST);
    REQUIRE(closed.add() == 0);
    REQUIRE(reader.add() == 0);
    pair.write(1, "left");
    pass(base);
    CHECK(closed.calls == 0);
    CHECK(reader.calls == 1);
    REQUIRE(shutdown(pair[1], SHUT_WR) == 0);
    pass(base);
    CHECK(closed.calls == 1);
    CHECK(closed.told == EV_CLOSED);
    CHECK(reader.calls == 2);
    CHECK(reader.told == EV_READ);
}

TEST_CASE("closed_alone_is_watched_without_reading_or_writing") {
    Base base;
    if (!(event_base_get_features(base) & EV_FEATURE_EARLY_CLOSE))
        return;
    SocketPair pair;
    TestEvent closed(base, pair[0], EV_CLOSED);
    REQUIRE(closed.add() == 0);
    CHECK(closed.pending() == EV_CLOSED);
    pair.write(1, "x");
    pass(base);
    CHECK(closed.calls == 0);
    pair.close(1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(closed.told == EV_CLOSED);
}

TEST_CASE("edge_triggered_event_is_told_once_for_each_arrival") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ | EV_ET | EV_PERSIST);
    REQUIRE(reader.add() == 0);
    pair.write(1, "x");
    pass(base);
    CHECK(reader.calls == 1);
    CHECK((reader.told & EV_READ) == EV_READ);
    pass(base);
    if (event_base_get_features(base) & EV_FEATURE_ET)
        CHECK(reader.calls == 1);
    else
        CHECK(reader.calls == 2);  // a backend without edges tells the level
    const int before = reader.calls;
    pair.write(1, "y");
    pass(base);
    CHECK(reader.calls == before + 1);
}

TEST_CASE("edge_triggered_event_is_told_what_was_there_when_it_was_added") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    TestEvent reader(base, pair[0], EV_READ | EV_ET);
    for (int round = 1; round <= 3; ++round) {
        REQUIRE(reader.add() == 0);
        pass(base);
        CHECK(reader.calls == round);
    }
}

TEST_CASE("interest_that_goes_back_and_forth_between_waits_still_counts") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST);
    TestEvent writer(base, pair[0], EV_WRITE);
    REQUIRE(reader.add() == 0);
    pass(base);
    for (int i = 0; i < 5; ++i) {
        REQUIRE(event_del(reader) == 0);
        REQUIRE(reader.add() == 0);
        REQUIRE(writer.add() == 0);
        REQUIRE(event_del(writer) == 0);
    }
    pair.write(1, "x");
    pass(base);
    CHECK(reader.calls == 1);
    CHECK(writer.calls == 0);
}

TEST_CASE("event_deleted_before_the_wait_is_not_told") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    TestEvent reader(base, pair[0], EV_READ);
    REQUIRE(reader.add() == 0);
    REQUIRE(event_del(reader) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(reader.calls == 0);
}

TEST_CASE("event_added_or_deleted_in_a_callback_counts_from_the_next_wait") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    TestEvent second(base, pair[0], EV_READ);
    TestEvent first(base, pair[0], EV_READ, [&](short) { CHECK(second.add() == 0); });
    REQUIRE(first.add() == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(first.calls == 1);
    CHECK(second.calls == 1);
}

TEST_CASE("hundreds_of_descriptors_are_all_told_in_one_pass_or_few") {
    Base base;
    std::vector<std::unique_ptr<SocketPair>> pairs;
    std::vector<std::unique_ptr<TestEvent>> readers;
    for (int i = 0; i < 200; ++i) {
        pairs.push_back(std::make_unique<SocketPair>());
        readers.push_back(std::make_unique<TestEvent>(base, (*pairs[i])[0], EV_READ));
        REQUIRE(readers[i]->add() == 0);
        pairs[i]->write(1, "x");
    }
    CHECK(event_base_dispatch(base) == 1);
    for (const auto& reader : readers)
        CHECK(reader->calls == 1);
}

TEST_CASE("high_descriptor_does_not_disturb_the_events_of_low_ones") {
    NEEDS(system_descriptors);
    Base base;
    SocketPair low;
    low.write(1, "x");
    TestEvent first(base, low[0], EV_READ | EV_PERSIST);
    TestEvent second(base, low[0], EV_READ | EV_PERSIST);
    REQUIRE(first.add() == 0);
    REQUIRE(second.add() == 0);
    const int high = fcntl(low[1], F_DUPFD, 700);
    REQUIRE(high >= 700);
    {
        TestEvent writer(base, high, EV_WRITE);
        REQUIRE(writer.add() == 0);  // makes the table of descriptors grow and move
        pass(base);
        CHECK(writer.calls == 1);
    }
    close(high);
    CHECK(first.calls == 1);
    CHECK(second.calls == 1);
    REQUIRE(event_del(second) == 0);
    REQUIRE(event_del(first) == 0);
    CHECK(event_base_dispatch(base) == 1);
}
