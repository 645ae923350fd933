// SPDX-License-Identifier: BSD-3-Clause
// Parsing with Evlet, as take_packet() of src/dns/answer.cpp does it, without a request to belong
// to.
#include "dns/answer_data.h"
#include "mem/mem.h"

using namespace evlet::dns;

static unsigned parse(const unsigned char* packet, size_t size) {
    Reader reader(packet, size);
    const Header header = reader.read_header();
    Name name;
    reader.read_name(&name);
    const uint16_t type = reader.read_u16();
    if (reader.read_u16() != kInternet || !reader.ok())
        return 0;
    Outcome outcome = {};
    if (read_answer(reader, header, name, type, false, &outcome) != Found::data)
        return 0;
    evlet::mem::release(outcome.data);
    return outcome.count;
}

#include "dnsparse.h"
