// SPDX-License-Identifier: BSD-3-Clause
// What the tests of messages share: messages that are freed at the end of the scope, and one with
// all members.
#pragma once

#include "messages.gen.h"
#include "tag/tag_support.h"

namespace evlet_test {

template <class T, void (*release)(T*)>
class Message {
public:
    explicit Message(T* made) : message_(made) { REQUIRE(message_); }
    ~Message() { release(message_); }
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;
    operator T*() const { return message_; }
    T* operator->() const { return message_; }

private:
    T* message_;
};

struct Numbers : Message<numbers, numbers_free> {
    Numbers() : Message(numbers_new()) {}
};
struct Total : Message<total, total_free> {
    Total() : Message(total_new()) {}
};
struct Every : Message<every, every_free> {
    Every() : Message(every_new()) {}
};
struct Tree : Message<tree, tree_free> {
    explicit Tree(const char* name = nullptr) : Message(tree_new()) {
        if (name)
            REQUIRE(tree_name_assign(*this, name) == 0);
    }
};

// Sets all members but `maybe`; false where there is no memory.
inline bool fill(every* msg, tree* leaf) {
    const ev_uint8_t id[] = {1, 2, 3, 4};
    const ev_uint8_t image[] = {9, 0, 8};
    tree* child = nullptr;
    return EVTAG_ASSIGN(msg, id, id) == 0 && EVTAG_ASSIGN_WITH_LEN(msg, image, image, 3) == 0 &&
           EVTAG_ASSIGN(msg, small, 0xdeadbeef) == 0 &&
           EVTAG_ASSIGN(msg, large, UINT64_C(0x123456789abcdef0)) == 0 &&
           EVTAG_ASSIGN(msg, text, "some text") == 0 && EVTAG_ASSIGN(msg, one, leaf) == 0 &&
           EVTAG_ARRAY_ADD_VALUE(msg, smalls, 5) && EVTAG_ARRAY_ADD_VALUE(msg, smalls, 6) &&
           EVTAG_ARRAY_ADD_VALUE(msg, larges, UINT64_MAX) &&
           EVTAG_ARRAY_ADD_VALUE(msg, texts, "one") && EVTAG_ARRAY_ADD_VALUE(msg, texts, "two") &&
           (child = EVTAG_ARRAY_ADD(msg, many)) != nullptr &&
           EVTAG_ASSIGN(child, name, "child") == 0;
}

}  // namespace evlet_test
