// SPDX-License-Identifier: BSD-3-Clause
// An engine that is no TLS but has its manners, for tests of what stands between an engine and a
// bufferevent: records come in pieces, some bring no bytes, reading may have to send and writing to
// receive, and what could not be written has to be given once more, unchanged. It says abort() to a
// caller that breaks the rules of tls/engine.h.
//
// A record: its type, two bytes of length (low first), the payload with each byte turned over.
//   h  hello, the handshake: one from each side    d  data
//   k  asks for K, without which no data follow     n  nothing at all
//   c  the close                                    others end the connection
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <string>

#include "tls/engine.h"

namespace evlet_fuzz {

void demand(bool condition);

// What the input has to say; when it has ended, numbers that look as if drawn by lot.
class Choices {
public:
    Choices(const uint8_t* data, size_t size) : data_(data), left_(size) {}
    [[nodiscard]] bool ended() const { return left_ == 0; }
    unsigned next() {
        if (!left_) {
            drawn_ = drawn_ * 1664525 + 1013904223;  // a linear congruential generator
            return drawn_ >> 24;
        }
        --left_;
        drawn_ = drawn_ * 31 + *data_;
        return *data_++;
    }
    // One time out of some.
    bool happens(unsigned out_of) { return next() % out_of == 1; }

private:
    const uint8_t* data_;
    size_t left_;
    uint32_t drawn_ = 0;
};

// A session. It belongs to the test, which keeps it for longer than the bufferevent.
struct Toy {
    explicit Toy(Choices& choices) : choices(choices) {}
    Choices& choices;
    std::string out;       // records that wait
    std::string in;        // received, not looked at
    std::string plain;     // decrypted
    std::string promised;  // what write() has to be given again
    size_t promised_count = 0;  // how many of those bytes the record has that was made of them
    bool record_made = false;
    bool hello_made = false;
    bool key_missing = false;
    bool close_made = false;
    bool close_seen = false;
    bool failed = false;
    bool reads_ahead = false;
    bool released = false;
};

extern const evlet::TlsEngine toy_engine;

}  // namespace evlet_fuzz
