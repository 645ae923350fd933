// SPDX-License-Identifier: BSD-3-Clause
#include "toy_tls.h"

#include <stdlib.h>
#include <string.h>

#include <new>

namespace evlet_fuzz {

using evlet::Step;
using evlet::Stream;

void demand(bool condition) {
    if (!condition)
        abort();
}

namespace {

constexpr size_t kHeader = 3;

Toy& toy_of(Stream& stream) {
    Toy& toy = *static_cast<Toy*>(evlet::tls_of(stream).session);
    demand(!toy.released && !toy.failed);
    return toy;
}

std::string turned(std::string bytes) {
    for (char& byte : bytes)
        byte = static_cast<char>(byte ^ 0x5a);
    return bytes;
}

void make_record(Toy& toy, char type, const std::string& payload = "") {
    toy.out += type;
    toy.out += static_cast<char>(payload.size() & 255);
    toy.out += static_cast<char>(payload.size() >> 8);
    toy.out += turned(payload);
}

Step fail(Stream& stream, Toy& toy) {
    toy.failed = true;
    evlet::add_tls_error(evlet::tls_of(stream), 7);
    return Step::failed;
}

Step flush(Stream& stream, Toy& toy) {
    while (!toy.out.empty()) {
        const ev_ssize_t count = evlet::send_raw(stream, toy.out.data(), toy.out.size());
        if (count == evlet::kTransportBlocks)
            return Step::want_write;
        if (count < 0) {
            toy.failed = true;
            return Step::failed;
        }
        demand(static_cast<size_t>(count) <= toy.out.size());
        toy.out.erase(0, static_cast<size_t>(count));
    }
    return Step::done;
}

// Until so many bytes are there.
Step receive(Stream& stream, Toy& toy, size_t wanted) {
    while (toy.in.size() < wanted) {
        char bytes[4096];
        size_t room = wanted - toy.in.size();
        if (toy.reads_ahead || room > sizeof bytes)
            room = sizeof bytes;
        const ev_ssize_t count = evlet::receive_raw(stream, bytes, room);
        if (count == evlet::kTransportBlocks)
            return Step::want_read;
        if (count <= 0) {
            toy.failed = true;
            evlet::tls_of(stream).cut_off = count == 0;
            return Step::failed;
        }
        toy.in.append(bytes, static_cast<size_t>(count));
    }
    return Step::done;
}

// The type of the next record, whose payload becomes part of `plain`.
Step take_record(Stream& stream, Toy& toy, char* ret_type) {
    Step step = receive(stream, toy, kHeader);
    if (step != Step::done)
        return step;
    const size_t size =
        static_cast<unsigned char>(toy.in[1]) + size_t(256) * static_cast<unsigned char>(toy.in[2]);
    step = receive(stream, toy, kHeader + size);
    if (step != Step::done)
        return step;
    *ret_type = toy.in[0];
    if (*ret_type == 'd')
        toy.plain += turned(toy.in.substr(kHeader, size));
    else if (size)
        return fail(stream, toy);
    toy.in.erase(0, kHeader + size);
    return Step::done;
}

// What both directions do with a record that is no hello; done: go on with the next.
Step obey(Stream& stream, Toy& toy, char type) {
    switch (type) {
    case 'd':
        return Step::done;
    case 'n':
        // Some engines leave it to the caller to go on.
        return toy.choices.happens(2) ? Step::again : Step::done;
    case 'k':
        if (!toy.close_made)
            make_record(toy, 'K');
        return flush(stream, toy);
    case 'K':
        toy.key_missing = false;
        return Step::done;
    case 'c':
        toy.close_seen = true;
        return Step::done;
    default:
        return fail(stream, toy);
    }
}

evlet::Status begin(Stream& stream, bool) {
    Toy& toy = *static_cast<Toy*>(evlet::tls_of(stream).session);
    demand(!toy.released);
    const bool reads_ahead = toy.reads_ahead;
    toy.~Toy();
    new (&toy) Toy(toy.choices);
    toy.reads_ahead = reads_ahead;
    return evlet::Status::ok;
}

Step handshake(Stream& stream) {
    Toy& toy = toy_of(stream);
    if (!toy.hello_made) {
        toy.hello_made = true;
        make_record(toy, 'h');
        if (toy.choices.happens(4))
            make_record(toy, 'n');
    }
    if (toy.choices.happens(4))
        return Step::again;
    Step step = flush(stream, toy);
    char type = 0;
    if (step == Step::done)
        step = take_record(stream, toy, &type);
    if (step != Step::done)
        return step;
    return type == 'h' ? Step::done : fail(stream, toy);
}

Step read(Stream& stream, void* ret_bytes, size_t room, size_t* ret_count) {
    Toy& toy = toy_of(stream);
    demand(room > 0);
    if (toy.choices.happens(16))
        return Step::again;
    if (!toy.out.empty() && !toy.record_made) {
        // An answer to the peer leaves before anything else is taken.
        const Step step = flush(stream, toy);
        if (step == Step::failed || (step == Step::want_write && toy.choices.happens(2)))
            return step;
    }
    while (toy.plain.empty()) {
        if (toy.close_seen)
            return Step::closed;
        char type = 0;
        Step step = take_record(stream, toy, &type);
        if (step == Step::done)
            step = obey(stream, toy, type);
        // The answer to the peer is not forgotten.
        if (step == Step::want_read && !toy.out.empty())
            return Step::want_write;
        if (step != Step::done)
            return step;
    }
    size_t count = toy.plain.size() < room ? toy.plain.size() : room;
    if (toy.choices.happens(4))
        count = 1 + toy.choices.next() % count;
    memcpy(ret_bytes, toy.plain.data(), count);
    toy.plain.erase(0, count);
    *ret_count = count;
    return Step::done;
}

// Data may only follow when the peer has answered.
Step wait_for_key(Stream& stream, Toy& toy) {
    Step step = flush(stream, toy);
    while (step == Step::done && toy.key_missing) {
        char type = 0;
        step = take_record(stream, toy, &type);
        if (step == Step::done)
            step = obey(stream, toy, type);
        if (toy.close_seen)
            return Step::closed;
    }
    return step;
}

Step write(Stream& stream, const void* bytes, size_t count, size_t* ret_count) {
    Toy& toy = toy_of(stream);
    const std::string given(static_cast<const char*>(bytes), count);
    demand(count > 0 && !toy.close_made);
    demand(toy.promised.empty() || toy.promised == given);
    if (toy.key_missing && toy.close_seen)
        return Step::closed;
    if (toy.promised.empty() && !toy.close_seen && toy.choices.happens(8)) {
        toy.key_missing = true;
        make_record(toy, 'k');
    }
    if (toy.promised.empty() && toy.choices.happens(8))
        make_record(toy, 'n');
    toy.promised = given;
    if (toy.choices.happens(16))
        return Step::again;
    Step step = toy.key_missing ? wait_for_key(stream, toy) : Step::done;
    if (step != Step::done)
        return step;
    if (!toy.record_made) {
        toy.record_made = true;
        toy.promised_count = toy.choices.happens(4) ? 1 + toy.choices.next() % count : count;
        make_record(toy, 'd', given.substr(0, toy.promised_count));
    }
    step = flush(stream, toy);
    if (step != Step::done)
        return step;
    *ret_count = toy.promised_count;
    toy.promised.clear();
    toy.record_made = false;
    return Step::done;
}

size_t pending(Stream& stream) {
    return static_cast<Toy*>(evlet::tls_of(stream).session)->plain.size();
}

evlet::Status renegotiate(Stream&) {
    return evlet::Status::unsupported;
}

bool is_negotiating(Stream&) {
    return false;
}

Step shutdown(Stream& stream) {
    Toy& toy = toy_of(stream);
    demand(toy.promised.empty());
    if (!toy.close_made)
        make_record(toy, 'c');
    toy.close_made = true;
    const Step step = flush(stream, toy);
    // Reading may still go on, and shows why.
    toy.failed = false;
    return step;
}

void release(Stream& stream) {
    Toy& toy = *static_cast<Toy*>(evlet::tls_of(stream).session);
    demand(!toy.released);
    toy.released = true;
}

}  // namespace

const evlet::TlsEngine toy_engine = {begin,       handshake,      read,     write,  pending,
                                     renegotiate, is_negotiating, shutdown, release};

}  // namespace evlet_fuzz
