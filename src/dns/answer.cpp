// SPDX-License-Identifier: BSD-3-Clause
// Answers: which question one belongs to, and what it says.
#include <string.h>

#include "dns/answer_data.h"
#include "dns/base.h"
#include "mem/mem.h"

namespace evlet::dns {
namespace {

// RFC 1035 section 4.1.1.
enum Rcode : uint16_t { kNoError = 0, kFormatError = 1, kServerFailure = 2, kNameError = 3 };

// Whether it was asked with EDNS.
bool is_extended(const evdns_request& request) {
    return !request.plain && request.base->options.udp_size > kClassicSize;
}

// The request whose question this answers. Id, nameserver, way, name to the letter, type and class
// have to be those that were sent; anything else may be forged.
evdns_request* match(Nameserver& server, const Header& header, Reader& reader, bool tcp) {
    evdns_base& base = *server.base;
    evdns_request* const request = find_request(base, header.id);
    if (!request || request->server != &server || request->tcp != tcp ||
        !(header.flags & kResponse) || (header.flags & kOpcodes))
        return nullptr;
    // Who does not know EDNS may not even have read the question (RFC 6891 section 7).
    if (header.counts[kQuestions] == 0 && (header.flags & kRcodes) == kFormatError &&
        is_extended(*request))
        return request;
    if (header.counts[kQuestions] != 1)
        return nullptr;
    Name name;
    reader.read_name(&name);
    const uint16_t type = reader.read_u16();
    const uint16_t dns_class = reader.read_u16();
    const bool same =
        base.options.mix_case ? same_bytes(name, request->name) : same_name(name, request->name);
    return reader.ok() && same && type == request->type && dns_class == kInternet ? request
                                                                                  : nullptr;
}

// The nameserver will not or can not tell: another one is asked, if there is one that was not.
void ask_another(evdns_request& request, int error) {
    evdns_base& base = *request.base;
    if (!request.probe && unsigned(request.lame) + 1 < base.server_count) {
        ++request.lame;
        --request.attempts;
        take_back(request);
    } else {
        no_answer(request, error, 0);
    }
}

int error_of(uint16_t rcode) {
    switch (rcode) {
    case kFormatError:
        return DNS_ERR_FORMAT;
    case kServerFailure:
        return DNS_ERR_SERVERFAILED;
    case kNameError:
        return DNS_ERR_NOTEXIST;
    case 4:
        return DNS_ERR_NOTIMPL;
    case 5:
        return DNS_ERR_REFUSED;
    default:
        return DNS_ERR_UNKNOWN;
    }
}

// A name in an answer may end in a pointer to the question, whose case was mixed, and so have what
// is none of its own.
void unmix_case(char* name) {
    for (; name && *name; ++name)
        *name = to_lower(*name);
}

void take_answer(evdns_request& request, const Header& header, const Reader& reader) {
    const uint16_t rcode = header.flags & kRcodes;
    if (rcode == kFormatError && is_extended(request)) {
        request.plain = true;
        return ask_same(request);
    }
    if (rcode != kNoError && rcode != kNameError)
        return ask_another(request, error_of(rcode));
    const Found found = read_answer(reader, header, request.name, request.type,
                                    (request.flags & kWantAlias) != 0, &request.outcome);
    switch (found) {
    case Found::data:
        if (request.base->options.mix_case)
            unmix_case(request.outcome.alias);
        return finish(request, DNS_ERR_NONE);
    case Found::no_memory:
        return finish(request, DNS_ERR_UNKNOWN);
    case Found::broken:
        return ask_another(request, DNS_ERR_FORMAT);
    case Found::nothing:
        break;
    }
    // Cut off before the first record, and the program takes what there is.
    if (header.flags & kTruncated)
        return finish(request, DNS_ERR_TRUNCATED);
    no_answer(request, rcode == kNameError ? DNS_ERR_NOTEXIST : DNS_ERR_NODATA,
              request.outcome.ttl);
}

}  // namespace

void take_packet(Nameserver& server, const uint8_t* packet, size_t size, bool tcp) {
    Reader reader(packet, size);
    const Header header = reader.read_header();
    evdns_request* const request = reader.ok() ? match(server, header, reader, tcp) : nullptr;
    if (!request)
        return;
    nameserver_answered(server);
    if (request->probe)
        return finish(*request, DNS_ERR_NONE);
    if ((header.flags & kTruncated) && !tcp && !(request->flags & DNS_QUERY_IGNTC)) {
        ask_same(*request);
        request->tcp = true;
        return;
    }
    take_answer(*request, header, reader);
}

}  // namespace evlet::dns
