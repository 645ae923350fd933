// SPDX-License-Identifier: BSD-3-Clause
// Header fields and query pairs: the public list of evkeyval, kept in order. Called by the parsers,
// by who writes messages and by the shells in api_headers.cpp.
//
// A field of the library's own is one block: the evkeyval, a byte that says where the block is, the
// key with its NUL, the value with its NUL. Blocks that a request's own memory holds are left alone
// when the field is taken out. A program may put an evkeyval of its own into a list, whose key and
// value then are blocks of their own: it is told by its key not being at the place above, and freed
// in three pieces. The same goes for a value that a program replaced.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"
#include "event2/keyvalq_struct.h"

namespace evlet::http {

inline void reset(evkeyvalq& fields) {
    fields.tqh_first = nullptr;
    fields.tqh_last = &fields.tqh_first;
}

// Links a field behind the others.
inline void link_field(evkeyvalq& fields, evkeyval& field) {
    field.next.tqe_next = nullptr;
    field.next.tqe_prev = fields.tqh_last;
    *fields.tqh_last = &field;
    fields.tqh_last = &field.next.tqe_next;
}

// The last of a list that is not empty: the list points at its link, with which it begins.
[[nodiscard]] inline evkeyval& last_field(evkeyvalq& fields) {
    return *reinterpret_cast<evkeyval*>(fields.tqh_last);
}

// How many bytes place_field() takes, aligned for the next one.
[[nodiscard]] size_t placed_field_size(size_t key_size, size_t value_size);
// Makes a field at `room`, which outlives it, and links it behind the others. Returns it.
evkeyval& place_field(evkeyvalq& fields, void* room, Text key, Text value);

// Adds a field in a block of its own. Nothing is checked; the key has no NUL, which would hide
// where the value begins.
Status add_field(evkeyvalq& fields, Text key, Text value);
// Takes a field out and frees it.
void remove_field(evkeyvalq& fields, evkeyval& field);
void clear_fields(evkeyvalq& fields);

// The first field with this name from `from` on (the first of the list, or the one behind one that
// was found), or nullptr.
[[nodiscard]] evkeyval* find_field(evkeyval* from, const char* key);

// Whether it is a token (RFC 9110 section 5.6.2), such as the name of a field or a method.
[[nodiscard]] bool is_token(Text text);
// Whether `c` may be in one.
[[nodiscard]] bool is_token_char(char c);
// Whether a field's value has no other control bytes than tab (RFC 9110 section 5.5).
[[nodiscard]] bool is_field_value(Text text);

// Equality without regard to case.
[[nodiscard]] bool same_name(Text a, Text b);
[[nodiscard]] bool same_name(const char* a, const char* b);
// Whether a comma-separated list (RFC 9110 section 5.6.1) has the element, without regard to case.
[[nodiscard]] bool list_has(Text list, Text element);
[[nodiscard]] bool list_has(const char* list, const char* element);

}  // namespace evlet::http
