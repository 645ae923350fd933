// SPDX-License-Identifier: BSD-3-Clause
// Header fields: shells over fields.cpp.
#include "base/shell.h"
#include "event2/http.h"
#include "http/fields.h"

using namespace evlet;
using namespace evlet::http;

extern "C" {

const char* evhttp_find_header(const struct evkeyvalq* headers, const char* key) {
    const evkeyval* const field = find_field(headers->tqh_first, key);
    return field ? field->value : nullptr;
}

int evhttp_remove_header(struct evkeyvalq* headers, const char* key) {
    evkeyval* const field = find_field(headers->tqh_first, key);
    if (!field)
        return -1;
    remove_field(*headers, *field);
    return 0;
}

int evhttp_add_header(struct evkeyvalq* headers, const char* key, const char* value) {
    const Text name(key), content(value);
    if (!is_token(name) || !is_field_value(content))
        return to_result(Status::invalid);
    return to_result(add_field(*headers, name, content));
}

void evhttp_clear_headers(struct evkeyvalq* headers) {
    clear_fields(*headers);
}

}  // extern "C"
