// SPDX-License-Identifier: BSD-3-Clause
// Heads of requests, as a server takes them apart; the first byte is the size of the pieces.
#include <cstring>
#include <string>

#include "http/message_length.h"
#include "http/request_head.h"
#include "http_fuzz_support.h"

using namespace evlet;
using namespace evlet::http;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2)
        return 0;
    HeadScan scan, other;
    const size_t step = 1 + data[0] % 64;
    const Scanned outcome = evlet_test::scan(data + 1, size - 1, step, Start::request_line, &scan);
    if (outcome == Scanned::complete) {
        const Scanned again =
            evlet_test::scan(data + 1, size - 1, size, Start::request_line, &other);
        evlet_test::require(again == outcome && other.scanned == scan.scanned);
    } else {
        return 0;
    }
    const auto* const text = reinterpret_cast<const char*>(data + 1);
    const Text head(text + scan.start, scan.scanned - scan.start);
    const Text peer("192.0.2.1");
    Request* const request = make_received_request(head, scan.lines, peer);
    evlet_test::require(request != nullptr);
    const int status = fill_request(*request, head, peer, 256, nullptr, nullptr);
    evlet_test::require(status == 0 || (status >= 400 && status <= 505));
    if (status == 0) {
        evlet_test::require(request->shown.uri && request->shown.uri_elems && request->shown.type);
        const MessageLength body =
            message_length(request->input_fields, Kind::request, request->at_least_11);
        evlet_test::require(body.framing != Framing::until_close && body.length >= 0);
        for (const evkeyval* field = request->input_fields.tqh_first; field;
             field = field->next.tqe_next)
            evlet_test::require(*field->key && !strpbrk(field->value, "\r\n"));
    }
    dispose(*request);
    return 0;
}
