// SPDX-License-Identifier: BSD-3-Clause
#include "http/message_length.h"

#include "http/fields.h"

namespace evlet::http {
namespace {

constexpr MessageLength kBad = {Framing::bad, 0};

// The only field with this name, or nullptr with `*ret_several` told.
evkeyval* only_field(const evkeyvalq& fields, const char* name, bool* ret_several) {
    evkeyval* const first = find_field(fields.tqh_first, name);
    *ret_several = first && find_field(first->next.tqe_next, name);
    return first;
}

// RFC 9112 section 6.1: a transfer coding that is applied must end in chunked, once. Only that one
// is understood; the others are told apart from what is malformed.
Framing framing_of_codings(Text codings) {
    if (same_name(codings, Text("chunked")))
        return Framing::chunked;
    const size_t comma = codings.find(',');
    if (comma == codings.size)
        return Framing::bad;
    size_t last = codings.size;
    while (codings[last - 1] != ',')
        --last;
    Text final_coding = codings.from(last);
    while (final_coding.size && (final_coding[0] == ' ' || final_coding[0] == '\t'))
        final_coding = final_coding.from(1);
    return same_name(final_coding, Text("chunked")) &&
                   !list_has(codings.before(last - 1), Text("chunked"))
               ? Framing::unknown_coding
               : Framing::bad;
}

}  // namespace

int64_t parse_content_length(const char* text) {
    int64_t value = 0;
    if (!*text)
        return -1;
    for (; *text; ++text) {
        if (!is_digit(*text) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *text - '0', &value))
            return -1;
    }
    return value;
}

MessageLength message_length(const evkeyvalq& fields, Kind kind, bool at_least_11) {
    bool several_codings, several_lengths;
    const evkeyval* const codings = only_field(fields, "Transfer-Encoding", &several_codings);
    const evkeyval* const length = only_field(fields, "Content-Length", &several_lengths);
    // Section 6.3 item 1: whatever the fields say.
    if (kind == Kind::bodyless_reply)
        return {Framing::none, 0};
    if (codings) {
        // Items 3 and 4. Both fields at once are the mark of an attempt at smuggling (section 6.1),
        // and so is a coding in a version that has none.
        if (length || several_codings || !at_least_11)
            return kBad;
        return {framing_of_codings(Text(codings->value)), 0};
    }
    if (length) {
        // Items 5 and 6; a list of lengths may be refused even if they agree.
        const int64_t value = several_lengths ? -1 : parse_content_length(length->value);
        if (value < 0)
            return kBad;
        return {value ? Framing::length : Framing::none, value};
    }
    // Items 7 and 8.
    return {kind == Kind::request ? Framing::none : Framing::until_close, 0};
}

}  // namespace evlet::http
