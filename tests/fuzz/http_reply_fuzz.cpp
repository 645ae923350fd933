// SPDX-License-Identifier: BSD-3-Clause
// Heads of replies and trailers, as a client takes them apart; the first byte is the size of the
// pieces.
#include <cstring>
#include <vector>

#include "http/fields.h"
#include "http/message_length.h"
#include "http_fuzz_support.h"

using namespace evlet;
using namespace evlet::http;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2)
        return 0;
    const auto* const text = reinterpret_cast<const char*>(data + 1);
    const size_t step = 1 + data[0] % 64;
    HeadScan scan;
    if (evlet_test::scan(data + 1, size - 1, step, Start::none, &scan) == Scanned::complete)
        (void)check_fields({text, scan.scanned});
    if (evlet_test::scan(data + 1, size - 1, step, Start::status_line, &scan) != Scanned::complete)
        return 0;
    Text block(text + scan.start, scan.scanned - scan.start);
    StatusLine line = {{1, 1}, 0, {"", 0}};
    if (!parse_status_line(take_line(block), &line))
        return 0;
    evlet_test::require(line.code >= 100 && line.code <= 999);
    std::vector<char> memory(fields_room(block.size, scan.lines));
    evkeyvalq fields;
    reset(fields);
    char* room = memory.data();
    const bool good = parse_fields(block, fields, room);
    evlet_test::require(room <= memory.data() + memory.size());
    if (good) {
        const MessageLength body = message_length(fields, Kind::reply, line.version.at_least_11());
        evlet_test::require(body.length >= 0);
    }
    clear_fields(fields);
    return 0;
}
