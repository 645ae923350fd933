// SPDX-License-Identifier: BSD-3-Clause
#include "http/head.h"

#include "event2/http.h"
#include "http/fields.h"
#include "http/status_text.h"

namespace evlet::http {
namespace {

constexpr size_t kVersionSize = sizeof "HTTP/1.1" - 1;

// HTTP-version of RFC 9112 section 2.3, which is case-sensitive.
bool parse_version(Text text, Version* ret_version) {
    constexpr char kName[] = "HTTP/";
    for (size_t i = 0; i + 1 < sizeof kName; ++i) {
        if (text[i] != kName[i])
            return false;
    }
    const char major = text[5];
    const char minor = text[7];
    if (!is_digit(major) || text[6] != '.' || !is_digit(minor))
        return false;
    *ret_version = {static_cast<char>(major - '0'), static_cast<char>(minor - '0')};
    return true;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// field-line of RFC 9112 section 5: no blank before the colon, and none at the front, which would
// be the obsolete folding of section 5.2.
bool split_field(Text line, Text* ret_name, Text* ret_value) {
    const size_t colon = line.find(':');
    if (colon == line.size || !is_token(line.before(colon)))
        return false;
    Text value = line.from(colon + 1);
    while (value.size && is_blank(value[0]))
        value = value.from(1);
    while (value.size && is_blank(value[value.size - 1]))
        --value.size;
    *ret_name = line.before(colon);
    *ret_value = value;
    return true;
}

}  // namespace

Text take_line(Text& block) {
    const Text line = block.before(block.find('\r'));
    block = block.from(line.size + 2);
    return line;
}

int parse_request_line(Text line, RequestLine* ret_line) {
    const size_t method_size = line.find(' ');
    if (method_size == line.size || !is_token(line.before(method_size)))
        return HTTP_BADREQUEST;
    const Text rest = line.from(method_size + 1);
    const size_t target_size = rest.find(' ');
    if (target_size == 0 || rest.size - target_size != 1 + kVersionSize)
        return HTTP_BADREQUEST;
    Version version;
    if (!parse_version(rest.from(target_size + 1), &version))
        return HTTP_BADREQUEST;
    if (version.major != 1)
        return kVersionNotSupported;
    *ret_line = {line.before(method_size), rest.before(target_size), version};
    return 0;
}

bool parse_status_line(Text line, StatusLine* ret_line) {
    constexpr size_t kCode = kVersionSize + 1;
    constexpr size_t kReason = kCode + 3;
    Version version;
    if (line.size < kReason || !parse_version(line, &version) || version.major != 1 ||
        line[kVersionSize] != ' ')
        return false;
    int code = 0;
    for (size_t i = kCode; i < kReason; ++i) {
        if (!is_digit(line[i]))
            return false;
        code = code * 10 + (line[i] - '0');
    }
    if (code < 100 || (line.size > kReason && line[kReason] != ' '))
        return false;
    *ret_line = {version, code, line.from(line.size > kReason ? kReason + 1 : kReason)};
    return true;
}

size_t fields_room(size_t block_size, unsigned lines) {
    // What a placed field has beside its bytes.
    return block_size + lines * placed_field_size(0, 0) + lines * alignof(evkeyval);
}

bool parse_fields(Text block, evkeyvalq& fields, char*& room) {
    while (block.size) {
        const Text line = take_line(block);
        if (line.empty())
            break;
        Text name("", 0), value("", 0);
        if (!split_field(line, &name, &value))
            return false;
        place_field(fields, room, name, value);
        room += placed_field_size(name.size, value.size);
    }
    return true;
}

bool says_close(const evkeyvalq& fields, bool at_least_11) {
    bool close = false, keep = false;
    for (const evkeyval* field = fields.tqh_first;
         (field = find_field(const_cast<evkeyval*>(field), "Connection"));
         field = field->next.tqe_next) {
        close |= list_has(field->value, "close");
        keep |= list_has(field->value, "keep-alive");
    }
    return close || (!at_least_11 && !keep);
}

bool check_fields(Text block) {
    while (block.size) {
        const Text line = take_line(block);
        Text name("", 0), value("", 0);
        if (!line.empty() && !split_field(line, &name, &value))
            return false;
    }
    return true;
}

}  // namespace evlet::http
