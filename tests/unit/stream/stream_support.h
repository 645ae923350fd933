// SPDX-License-Identifier: BSD-3-Clause
// What the tests of pairs and filters share: two connected bufferevents, filters made of lambdas
// that count, and what the common ones do. Recorder and bounded waiting are socket_support.h's.
#pragma once

#include <stdint.h>

#include <algorithm>
#include <random>

#include "stream/socket_support.h"

namespace evlet_test {

constexpr short kBoth = EV_READ | EV_WRITE;

struct PairEnds {
    bufferevent* bev[2];
    PairEnds(event_base* base, int options) {
        REQUIRE(bufferevent_pair_new(base, options, bev) == 0);
    }
};

// Both ends of a pair, reading.
class LinkedPair : PairEnds {
public:
    explicit LinkedPair(event_base* base, int options = 0, short enabled = EV_READ)
        : PairEnds(base, options), a(bev[0]), b(bev[1]) {
        if (enabled) {
            a.enable(enabled);
            b.enable(enabled);
        }
    }
    SocketStream a, b;
};

// What a filter does in each direction, and what it was told. It outlives the filter.
struct Codec {
    using Body = std::function<bufferevent_filter_result(
        evbuffer* from, evbuffer* to, ev_ssize_t limit, bufferevent_flush_mode mode)>;
    Body in, out;
    int in_calls = 0, out_calls = 0;
    int freed = 0;
    std::vector<bufferevent_flush_mode> in_modes, out_modes;
    std::vector<ev_ssize_t> in_limits, out_limits;

    static bufferevent_filter_result call_in(evbuffer* from, evbuffer* to, ev_ssize_t limit,
                                             bufferevent_flush_mode mode, void* context) {
        auto& self = *static_cast<Codec*>(context);
        ++self.in_calls;
        self.in_modes.push_back(mode);
        self.in_limits.push_back(limit);
        return self.in(from, to, limit, mode);
    }
    static bufferevent_filter_result call_out(evbuffer* from, evbuffer* to, ev_ssize_t limit,
                                              bufferevent_flush_mode mode, void* context) {
        auto& self = *static_cast<Codec*>(context);
        ++self.out_calls;
        self.out_modes.push_back(mode);
        self.out_limits.push_back(limit);
        return self.out(from, to, limit, mode);
    }
    static void on_free(void* context) { ++static_cast<Codec*>(context)->freed; }
    // Null bodies make null filters.
    bufferevent* on(bufferevent* below, int options = 0) {
        return bufferevent_filter_new(below, in ? call_in : nullptr, out ? call_out : nullptr,
                                      options, on_free, this);
    }
};

// Takes up to `most` bytes.
inline std::string take_bytes(evbuffer* from, size_t most) {
    std::string bytes(std::min(most, evbuffer_get_length(from)), '?');
    const int count = evbuffer_remove(from, bytes.data(), bytes.size());
    REQUIRE(count == static_cast<int>(bytes.size()));
    return bytes;
}

inline bufferevent_filter_result give_bytes(evbuffer* to, const std::string& bytes) {
    return evbuffer_add(to, bytes.data(), bytes.size()) == 0 ? BEV_OK : BEV_ERROR;
}

inline size_t room_of(ev_ssize_t limit) {
    return limit < 0 ? SIZE_MAX : static_cast<size_t>(limit);
}

// Mixes each byte with its position, so that one that is lost or doubled spoils all behind it.
inline Codec::Body mixing() {
    return [position = 0u](evbuffer* from, evbuffer* to, ev_ssize_t limit,
                           bufferevent_flush_mode) mutable {
        std::string bytes = take_bytes(from, std::min<size_t>(room_of(limit), 1000));
        if (bytes.empty())
            return BEV_NEED_MORE;
        for (char& byte : bytes)
            byte = static_cast<char>(byte ^ (position++ * 7 + 13));
        return give_bytes(to, bytes);
    };
}

// Frames of up to `most` bytes behind two bytes of length; what does not fill one is kept back
// until a flush.
inline Codec::Body framing(size_t most) {
    return [most](evbuffer* from, evbuffer* to, ev_ssize_t, bufferevent_flush_mode) {
        const std::string bytes = take_bytes(from, most);
        if (bytes.empty())
            return BEV_NEED_MORE;
        const std::string head = {static_cast<char>(bytes.size() >> 8),
                                  static_cast<char>(bytes.size())};
        return give_bytes(to, head + bytes);
    };
}

inline Codec::Body unframing() {
    return [](evbuffer* from, evbuffer* to, ev_ssize_t, bufferevent_flush_mode) {
        unsigned char head[2];
        if (evbuffer_copyout(from, head, 2) != 2)
            return BEV_NEED_MORE;
        const size_t size = static_cast<size_t>(head[0]) * 256 + head[1];
        if (evbuffer_get_length(from) < 2 + size)
            return BEV_NEED_MORE;
        evbuffer_drain(from, 2);
        return give_bytes(to, take_bytes(from, size));
    };
}

// Each byte `times` times, whatever the limit says.
inline Codec::Body expanding(size_t times) {
    return [times](evbuffer* from, evbuffer* to, ev_ssize_t, bufferevent_flush_mode) {
        std::string many;
        for (const char byte : take_bytes(from, 100))
            many.append(times, byte);
        return many.empty() ? BEV_NEED_MORE : give_bytes(to, many);
    };
}

inline Codec::Body shrinking(size_t times) {
    return [times](evbuffer* from, evbuffer* to, ev_ssize_t limit, bufferevent_flush_mode) {
        std::string few;
        while (evbuffer_get_length(from) >= times && few.size() < room_of(limit))
            few += take_bytes(from, times)[0];
        return few.empty() ? BEV_NEED_MORE : give_bytes(to, few);
    };
}

}  // namespace evlet_test
