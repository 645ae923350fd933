// SPDX-License-Identifier: BSD-3-Clause
// Answers of a server as packets. Records that do not fit are left out from the first such on; if
// that is one of the answer or the authority section the packet says that it was cut off (RFC 2181
// section 9).
#include "dns/server.h"
#include "mem/mem.h"

namespace evlet::dns {
namespace {

constexpr size_t kOptSize = 11;
constexpr size_t kFlagsAt = 2;
constexpr size_t kCountsAt = 4;

void write_reply(Writer& writer, const Reply& reply) {
    writer.put_record(reply.name, reply.type, reply.dns_class, reply.ttl);
    const size_t begin = writer.begin_data();
    if (reply.is_name)
        writer.put_name(*reinterpret_cast<const Name*>(reply.data()));
    else
        writer.put_bytes(reply.data(), reply.size);
    writer.end_data(begin);
}

void write_questions(Writer& writer, const evdns_server_request& shown) {
    for (int i = 0; i < shown.nquestions; ++i) {
        const evdns_server_question& question = *shown.questions[i];
        Name name;
        // It was made from one.
        (void)parse_name(Text(question.name), &name);
        writer.put_name(name);
        writer.put_u16(static_cast<uint16_t>(question.type));
        writer.put_u16(static_cast<uint16_t>(question.dns_question_class));
    }
}

// The records of a section; false: some were left out.
bool write_section(Writer& writer, const ServerRequest& request, uint8_t section) {
    uint16_t count = 0;
    bool all = true;
    for (const Reply* reply = request.replies; reply && all; reply = reply->next) {
        if (reply->section != section)
            continue;
        const size_t before = writer.size();
        write_reply(writer, *reply);
        if (writer.ok()) {
            ++count;
        } else {
            writer.rewind(before);
            all = false;
        }
    }
    writer.patch_u16(kCountsAt + 2 * (size_t(1) + section), count);
    return all;
}

// Over TCP most answers are far from the limit.
size_t likely_size(const ServerRequest& request) {
    size_t size = kHeaderSize + kOptSize;
    for (int i = 0; i < request.shown.nquestions; ++i)
        size += kMostName + 1 + 4;
    for (const Reply* reply = request.replies; reply; reply = reply->next)
        size += size_t(reply->name.size) + 10 + reply->size;
    return size;
}

}  // namespace

size_t write_response(const ServerRequest& request, uint16_t rcode, size_t most,
                      uint8_t** ret_packet) {
    const size_t likely = likely_size(request);
    const size_t capacity = likely < most ? likely : most;
    auto* const packet = static_cast<uint8_t*>(mem::allocate(capacity));
    if (!packet)
        return 0;
    const bool extended = request.udp_size != 0;
    const evdns_server_request& shown = request.shown;
    Writer writer(packet, capacity - (extended ? kOptSize : 0));
    auto flags =
        static_cast<uint16_t>(kResponse | request.opcode | (shown.flags & ~kRcodes) | rcode);
    writer.put_header({request.id, flags, {static_cast<uint16_t>(shown.nquestions), 0, 0, 0}});
    write_questions(writer, shown);
    // So many questions that not even they fit: their number is limited, and so is their size.
    if (!writer.ok()) {
        writer.rewind(kHeaderSize);
        writer.patch_u16(kCountsAt, 0);
        flags |= kTruncated;
    }
    if (!write_section(writer, request, EVDNS_ANSWER_SECTION) ||
        !write_section(writer, request, EVDNS_AUTHORITY_SECTION))
        flags |= kTruncated;
    else
        (void)write_section(writer, request, EVDNS_ADDITIONAL_SECTION);
    writer.patch_u16(kFlagsAt, flags);
    size_t size = writer.size();
    if (extended) {
        Writer tail(packet + size, kOptSize);
        const Name root = {1, {0}};
        tail.put_record(root, kOpt, kMostDatagram, static_cast<uint32_t>(request.rcode_high) << 24);
        tail.put_u16(0);
        size += tail.size();
        const size_t at = kCountsAt + 2 * size_t{kAdditionals};
        Reader reader(packet, size);
        reader.seek(at);
        const uint16_t count = reader.read_u16();
        writer.patch_u16(at, static_cast<uint16_t>(count + 1));
    }
    *ret_packet = packet;
    return size;
}

}  // namespace evlet::dns
