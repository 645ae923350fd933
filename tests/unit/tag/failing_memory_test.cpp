// SPDX-License-Identifier: BSD-3-Clause
// Without memory nothing is written and nothing is taken.
#include <functional>

#include "support/test_base.h"
#include "tag_support.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS
namespace {

// What a buffer that ends in a full chain has after each allocation has failed.
void fail_each(FailingMemory& memory, const std::function<void(evbuffer*)>& write) {
    for (long nth = 1;; ++nth) {
        REQUIRE(nth < 20);
        const Buffer buffer("07 00");  // by reference: whatever is added needs a chain
        memory.fail_at(nth, true);     // a smaller chain would do
        write(buffer);
        const bool met = memory.failed();
        memory.stop_failing();
        if (!met)
            break;
        CHECK(buffer.hex() == "07 00");
    }
}

}  // namespace

TEST_CASE("a_record_without_memory_is_not_begun") {
    FailingMemory memory;
    const std::string large(3000, 'x');
    timeval time = {5, 7};
    fail_each(memory, [](evbuffer* to) { evtag_encode_int64(to, UINT64_MAX); });
    fail_each(memory, [](evbuffer* to) { evtag_marshal_int(to, 1, 5); });
    fail_each(memory, [](evbuffer* to) { evtag_marshal_string(to, 1, "text"); });
    fail_each(memory, [&](evbuffer* to) { evtag_marshal_timeval(to, 1, &time); });
    fail_each(memory, [&](evbuffer* to) { evtag_marshal(to, 1, large.data(), 3000); });
}

TEST_CASE("a_payload_without_memory_for_its_header_stays_where_it_is") {
    FailingMemory memory;
    const Buffer buffer;
    const Buffer payload("61 62");
    memory.fail_at(1);
    evtag_marshal_buffer(buffer, 1, payload);
    CHECK(memory.failed());
    memory.stop_failing();
    CHECK(buffer.length() == 0);
    CHECK(payload.hex() == "61 62");
}

TEST_CASE("what_is_read_without_memory_stays_in_the_buffer") {
    FailingMemory memory;
    const char bytes[] = "01 03 61 62 63 05";
    const Buffer buffer(bytes);
    const Buffer other;
    char* text = nullptr;
    memory.fail_at(1);
    CHECK(evtag_unmarshal_string(buffer, 1, &text) == -1);
    CHECK(memory.failed());
    CHECK(text == nullptr);
    memory.fail_at(1);
    CHECK(evtag_unmarshal(buffer, nullptr, other) == -1);
    CHECK(memory.failed());
    memory.stop_failing();
    CHECK(buffer.hex() == bytes);
    CHECK(other.length() == 0);
}
#endif
