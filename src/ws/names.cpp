// SPDX-License-Identifier: BSD-3-Clause
#include "ws/names.h"

#include <string.h>

#include "http/fields.h"

namespace evlet::ws {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

}  // namespace

const char* only_value(const evkeyvalq& fields, const char* name) {
    const evkeyval* const field = http::find_field(fields.tqh_first, name);
    return field && !http::find_field(field->next.tqe_next, name) ? field->value : nullptr;
}

bool any_has(const evkeyvalq& fields, const char* name, const char* element) {
    evkeyval* field = fields.tqh_first;
    while ((field = http::find_field(field, name))) {
        if (http::list_has(field->value, element))
            return true;
        field = field->next.tqe_next;
    }
    return false;
}

Text take_name(Text& list) {
    const size_t comma = list.find(',');
    Text name = list.before(comma);
    list = comma == list.size ? Text("", 0) : list.from(comma + 1);
    while (name.size && is_blank(name[0]))
        name = name.from(1);
    while (name.size && is_blank(name[name.size - 1]))
        --name.size;
    return name;
}

bool has_name(Text list, Text name) {
    while (!list.empty()) {
        const Text one = take_name(list);
        if (one.size == name.size && memcmp(one.data, name.data, name.size) == 0)
            return true;
    }
    return false;
}

bool is_list_of_names(Text list) {
    if (list.empty())
        return false;
    while (!list.empty()) {
        if (!http::is_token(take_name(list)))
            return false;
    }
    return true;
}

}  // namespace evlet::ws
