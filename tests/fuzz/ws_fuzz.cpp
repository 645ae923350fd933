// SPDX-License-Identifier: BSD-3-Clause
// A session that receives hostile bytes, beside a decoder that is written as plainly as RFC 6455
// reads and shares no code with it. The first byte says which side the session is, how the bytes
// are cut into pieces and who takes fragments; the second is the limit of messages; the rest is
// what the peer sends. Beyond not crashing: both have to see the same messages, pongs and close,
// and the session has to answer with nothing but the pongs and the close frame that are due.
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "ws/session.h"

namespace {

void demand(bool condition) {
    if (!condition)
        abort();
}

// ---- The plain decoder ----

struct Seen {
    std::vector<std::string> told;   // "1:text", "2:binary", "p:pong"; of fragments "1+", "2+"
    std::vector<std::string> pings;  // to be answered
    bool closed = false;             // a close frame is due, with this payload
    std::string close;
};

struct Conditions {
    bool client;
    bool fragments;
    size_t most;
};

// Whether text is UTF-8 as far as it goes: the code points that what is there may still become are
// compared with those that there are. `whole`: no more comes.
bool is_text(const std::string& text, bool whole) {
    for (size_t at = 0; at < text.size();) {
        const unsigned first = static_cast<unsigned char>(text[at]);
        size_t size;
        unsigned long low, least;
        if (first < 0x80) {
            ++at;
            continue;
        }
        if (first >> 5 == 6) {
            size = 2;
            low = first & 31;
            least = 0x80;
        } else if (first >> 4 == 14) {
            size = 3;
            low = first & 15;
            least = 0x800;
        } else if (first >> 3 == 30) {
            size = 4;
            low = first & 7;
            least = 0x10000;
        } else {
            return false;
        }
        unsigned long high = low;
        for (size_t i = 1; i < size; ++i) {
            const bool there = at + i < text.size();
            const unsigned next = there ? static_cast<unsigned char>(text[at + i]) : 0;
            if ((there && next >> 6 != 2) || (!there && whole))
                return false;
            low = low * 64 + (there ? next & 63 : 0);
            high = high * 64 + (there ? next & 63 : 63);
        }
        bool possible = false;
        for (unsigned long point = low; point <= high && !possible; ++point)
            possible = point >= least && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
        if (!possible)
            return false;
        at += size;
    }
    return true;
}

std::string two_bytes(unsigned number) {
    return {static_cast<char>(number >> 8), static_cast<char>(number & 255)};
}

class PlainDecoder {
public:
    PlainDecoder(const std::string& bytes, const Conditions& conditions)
        : bytes_(bytes), conditions_(conditions) {}
    Seen run() {
        while (!seen_.closed && take_frame()) {}
        return seen_;
    }

private:
    [[nodiscard]] unsigned byte(size_t index) const {
        return static_cast<unsigned char>(bytes_[at_ + index]);
    }
    [[nodiscard]] bool has(size_t count) const { return bytes_.size() - at_ >= count; }
    bool refuse(unsigned code) {
        seen_.closed = true;
        seen_.close = two_bytes(code);
        return false;
    }
    bool take_frame() {
        if (!has(2))
            return false;
        const bool final = byte(0) >= 128;
        const unsigned opcode = byte(0) % 16;
        const bool masked = byte(1) >= 128;
        const unsigned length7 = byte(1) % 128;
        if (byte(0) / 16 % 8 != 0)
            return refuse(1002);
        if (opcode != 0 && opcode != 1 && opcode != 2 && opcode != 8 && opcode != 9 && opcode != 10)
            return refuse(1002);
        if (opcode >= 8 && (!final || length7 >= 126))
            return refuse(1002);
        size_t header = 2;
        if (length7 == 126)
            header = 4;
        if (length7 == 127)
            header = 10;
        if (!has(header + (masked ? 4 : 0)))
            return false;
        unsigned long long length = length7;
        if (header > 2) {
            length = 0;
            for (size_t i = 2; i < header; ++i)
                length = length * 256 + byte(i);
            if (length < (header == 4 ? 126u : 65536u) || length >> 63)
                return refuse(1002);
        }
        if (masked == conditions_.client)
            return refuse(1002);
        if (opcode == 0 ? type_ == 0 : opcode < 8 && type_ != 0)
            return refuse(1002);
        if (opcode < 8 && length + message_.size() > conditions_.most)
            return refuse(1009);
        if (masked)
            header += 4;
        if (!has(header) || bytes_.size() - at_ - header < length)
            return false;
        std::string payload = bytes_.substr(at_ + header, static_cast<size_t>(length));
        for (size_t i = 0; masked && i < payload.size(); ++i)
            payload[i] = static_cast<char>(payload[i] ^ bytes_[at_ + header - 4 + i % 4]);
        at_ += header + payload.size();
        if (opcode == 8)
            return take_close(payload);
        if (opcode == 9)
            seen_.pings.push_back(payload);
        else if (opcode == 10)
            seen_.told.push_back("p:" + payload);
        else
            return take_data(opcode, final, payload);
        return true;
    }
    bool take_close(const std::string& payload) {
        if (payload.size() == 1)
            return refuse(1002);
        if (payload.size() >= 2) {
            const unsigned code = static_cast<unsigned char>(payload[0]) * 256u +
                                  static_cast<unsigned char>(payload[1]);
            const bool good = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                              (code >= 3000 && code <= 4999);
            if (!good)
                return refuse(1002);
            if (!is_text(payload.substr(2), true))
                return refuse(1007);
        }
        seen_.closed = true;
        seen_.close = payload.substr(0, 2);
        return false;
    }
    bool take_data(unsigned opcode, bool final, const std::string& payload) {
        if (opcode != 0) {
            type_ = opcode;
            text_.clear();
        }
        text_ += payload;
        if (type_ == 1 && !is_text(text_, final))
            return refuse(1007);
        const std::string name = std::to_string(type_);
        if (conditions_.fragments) {
            seen_.told.push_back(name + (final ? ":" : "+") + payload);
        } else {
            message_ += payload;
            if (final)
                seen_.told.push_back(name + ":" + message_);
        }
        if (final) {
            type_ = 0;
            message_.clear();
        }
        return true;
    }

    const std::string& bytes_;
    Conditions conditions_;
    size_t at_ = 0;
    unsigned type_ = 0;
    std::string message_, text_;
    Seen seen_;
};

// ---- The session ----

void told_message(evws_connection*, int type, const unsigned char* data, size_t size,
                  void* argument) {
    static_cast<Seen*>(argument)->told.push_back(
        std::to_string(type) + ":" + std::string(reinterpret_cast<const char*>(data), size));
}

void told_fragment(evws_connection*, int type, const unsigned char* data, size_t size, int last,
                   void* argument) {
    static_cast<Seen*>(argument)->told.push_back(
        std::to_string(type) + (last ? ":" : "+") +
        std::string(reinterpret_cast<const char*>(data), size));
}

void told_pong(evws_connection*, const unsigned char* data, size_t size, void* argument) {
    static_cast<Seen*>(argument)->told.push_back(
        "p:" + std::string(reinterpret_cast<const char*>(data), size));
}

// What the session has sent, which is short control frames.
void take_answers(const std::string& bytes, bool masked, Seen& seen) {
    for (size_t at = 0; at < bytes.size();) {
        demand(!seen.closed && bytes.size() - at >= 2);
        const unsigned first = static_cast<unsigned char>(bytes[at]);
        const size_t second = static_cast<unsigned char>(bytes[at + 1]);
        const size_t size = second % 128;
        const size_t header = masked ? 6 : 2;
        demand((second >= 128) == masked && size < 126 && bytes.size() - at >= header + size);
        std::string payload = bytes.substr(at + header, size);
        for (size_t i = 0; masked && i < size; ++i)
            payload[i] = static_cast<char>(payload[i] ^ bytes[at + 2 + i % 4]);
        demand(first == 0x88 || first == 0x8a);
        seen.closed = first == 0x88;
        if (seen.closed)
            seen.close = payload;
        else
            seen.pings.push_back(payload);
        at += header + size;
    }
}

std::string take_all(bufferevent* bev) {
    std::string bytes(evbuffer_get_length(bufferevent_get_input(bev)), '-');
    demand(bufferevent_read(bev, &bytes[0], bytes.size()) == bytes.size());
    return bytes;
}

Seen run_session(const std::string& bytes, const Conditions& conditions, size_t piece) {
    static event_base* const base = event_base_new();
    demand(base);
    Seen seen;
    bufferevent* ends[2];
    demand(bufferevent_pair_new(base, 0, ends) == 0);
    evws_connection* const session =
        evlet::ws::make_session({base,
                                 told_message,
                                 &seen,
                                 {"", 0},
                                 conditions.client ? evutil_secure_rng_get_bytes : nullptr});
    demand(session);
    evlet::ws::start_session(*session, ends[0]);
    evlet_ws_set_pong_cb(session, told_pong, &seen);
    evlet_ws_set_max_message(session, conditions.most);
    if (conditions.fragments)
        evlet_ws_set_fragment_cb(session, told_fragment, &seen);
    bufferevent_enable(ends[1], EV_READ);
    std::string answers;
    for (size_t at = 0; at < bytes.size(); at += piece) {
        const std::string part = bytes.substr(at, piece);
        demand(bufferevent_write(ends[1], part.data(), part.size()) == 0);
        for (int i = 0; i < 3; ++i)
            event_base_loop(base, EVLOOP_NONBLOCK);
        answers += take_all(ends[1]);
    }
    evws_connection_free(session);
    bufferevent_free(ends[1]);
    event_base_loop(base, EVLOOP_NONBLOCK);
    take_answers(answers, conditions.client, seen);
    return seen;
}

// All pings are answered, or of many at once the first ones and the latest; none that is refused
// first.
void check_pongs(const std::vector<std::string>& pings, const Seen& got) {
    constexpr size_t kFew = 32;
    const std::vector<std::string>& pongs = got.pings;
    if (pings.size() <= kFew) {
        demand(pongs == pings);
        return;
    }
    size_t at = 0;
    for (const std::string& pong : pongs) {
        while (at < pings.size() && pings[at] != pong)
            ++at;
        demand(at++ < pings.size());
    }
    demand(pongs.size() >= kFew);
    demand(got.closed || pongs.back() == pings.back());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2)
        return 0;
    constexpr size_t kPieces[] = {SIZE_MAX / 2, 1, 3, 50};
    const Conditions conditions = {(data[0] & 1) != 0, (data[0] & 2) != 0,
                                   data[1] == 255 ? evlet::ws::kDefaultMessage : data[1]};
    const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const Seen expected = PlainDecoder(bytes, conditions).run();
    const Seen got = run_session(bytes, conditions, kPieces[data[0] / 4 % 4]);
    demand(got.told == expected.told);
    demand(got.closed == expected.closed);
    demand(got.close == expected.close);
    check_pongs(expected.pings, got);
    return 0;
}
