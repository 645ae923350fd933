// SPDX-License-Identifier: BSD-3-Clause
// What the tests of rate limits share: limits, and bufferevents that count what they receive.
// A limit of an hourly tick stands for time that does not pass: a test then moves tokens itself.
#pragma once

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "doctest.h"
#include "stream/stream.h"
#include "support/test_base.h"
#include "support/test_event.h"

namespace evlet_test {

constexpr timeval kHour = {3600, 0};

// A configuration with the same numbers in both directions.
class Limit {
public:
    Limit(size_t rate, size_t burst, const timeval& tick = kHour)
        : cfg_(ev_token_bucket_cfg_new(rate, burst, rate, burst, &tick)) {
        REQUIRE(cfg_ != nullptr);
    }
    ~Limit() { ev_token_bucket_cfg_free(cfg_); }
    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;
    operator ev_token_bucket_cfg*() const { return cfg_; }

private:
    ev_token_bucket_cfg* cfg_;
};

class Group {
public:
    Group(event_base* base, const ev_token_bucket_cfg* cfg)
        : group_(bufferevent_rate_limit_group_new(base, cfg)) {
        REQUIRE(group_ != nullptr);
    }
    ~Group() { free(); }
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    operator bufferevent_rate_limit_group*() const { return group_; }
    void free() {
        bufferevent_rate_limit_group_free(group_);
        group_ = nullptr;
    }

private:
    bufferevent_rate_limit_group* group_;
};

// A bufferevent that reads, throws away and counts; what it writes is not read by anybody unless
// the test does. The object stays where it is.
class Reader {
public:
    explicit Reader(event_base* base, int options = 0)
        : bev(bufferevent_socket_new(base, sockets_[0], options)) {
        REQUIRE(bev != nullptr);
        bufferevent_setcb(bev, on_read, nullptr, nullptr, this);
        REQUIRE(bufferevent_enable(bev, EV_READ) == 0);
    }
    ~Reader() { free(); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    void free() {
        if (bev)
            bufferevent_free(bev);
        bev = nullptr;
    }
    // Lets `count` bytes more wait for being read.
    void feed(size_t count) const {
        const std::string bytes(count, 'x');
        REQUIRE(::write(sockets_[1], bytes.data(), count) == static_cast<ssize_t>(count));
    }
    // How many bytes have arrived at the other end since the last call.
    [[nodiscard]] size_t arrived() const {
        char bytes[65536];
        const ssize_t count = ::recv(sockets_[1], bytes, sizeof bytes, MSG_DONTWAIT);
        return count > 0 ? static_cast<size_t>(count) : 0;
    }
    [[nodiscard]] bool read_suspended(evlet::Suspended why) const {
        return (evlet::as_stream(*bev).read_suspended & why) != 0;
    }
    [[nodiscard]] bool write_suspended(evlet::Suspended why) const {
        return (evlet::as_stream(*bev).write_suspended & why) != 0;
    }

    size_t received = 0;
    std::function<void()> on_data;

private:
    SocketPair sockets_;

public:
    bufferevent* bev;

private:
    static void on_read(bufferevent* bev, void* argument) {
        auto& self = *static_cast<Reader*>(argument);
        evbuffer* input = bufferevent_get_input(bev);
        self.received += evbuffer_get_length(input);
        evbuffer_drain(input, evbuffer_get_length(input));
        if (self.on_data)
            self.on_data();
    }
};

using Readers = std::vector<std::unique_ptr<Reader>>;

inline Readers make_members(event_base* base, bufferevent_rate_limit_group* group, int count,
                            size_t fed) {
    Readers readers;
    for (int i = 0; i < count; ++i) {
        readers.push_back(std::make_unique<Reader>(base));
        readers.back()->feed(fed);
        REQUIRE(bufferevent_add_to_rate_limit_group(readers.back()->bev, group) == 0);
    }
    return readers;
}

inline size_t sum_received(const Readers& readers) {
    size_t sum = 0;
    for (const auto& reader : readers)
        sum += reader->received;
    return sum;
}

// Everything that can happen without time passing.
inline void settle_now(event_base* base) {
    REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
}

inline int added_events(event_base* base) {
    return event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
}

}  // namespace evlet_test
