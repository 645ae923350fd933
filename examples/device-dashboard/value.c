/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads what clients send. One number is all that there is to set, so this knows the one JSON
 * object that can mean it, and takes nothing else for it. */
#include "dashboard.h"

#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include <string.h>

struct input {
    const char *at, *end;
};

/* JSON's white space (RFC 8259 section 2). */
static void skip_space(struct input *input) {
    while (input->at < input->end && memchr(" \t\r\n", *input->at, 4) != NULL)
        input->at++;
}

/* Takes the text, with white space before it. */
static bool take(struct input *input, const char *text) {
    size_t length = strlen(text);
    skip_space(input);
    if ((size_t)(input->end - input->at) < length || memcmp(input->at, text, length) != 0)
        return false;
    input->at += length;
    return true;
}

/* Takes digits; more than one do not begin with 0. */
static bool take_value(struct input *input, unsigned *ret_value) {
    const char *start = input->at;
    unsigned value = 0;

    while (input->at < input->end && *input->at >= '0' && *input->at <= '9' && value <= MAX_VALUE)
        value = value * 10 + (unsigned)(*input->at++ - '0');
    if (input->at == start || value > MAX_VALUE || (*start == '0' && input->at - start > 1))
        return false;
    *ret_value = value;
    return true;
}

bool value_from_json(const char *text, size_t length, unsigned *ret_value) {
    struct input input = {text, text + length};
    unsigned value;

    if (!take(&input, "{") || !take(&input, "\"value\"") || !take(&input, ":"))
        return false;
    skip_space(&input);
    if (!take_value(&input, &value) || !take(&input, "}"))
        return false;
    skip_space(&input);
    if (input.at != input.end)
        return false;
    *ret_value = value;
    return true;
}

bool value_from_form(const char *text, unsigned *ret_value) {
    struct evkeyvalq pairs;
    const char *found;
    bool good = false;

    if (evhttp_parse_query_str(text, &pairs) != 0)
        return false;
    found = evhttp_find_header(&pairs, "value");
    if (found != NULL) {
        struct input input = {found, found + strlen(found)};
        unsigned value;
        good = take_value(&input, &value) && input.at == input.end;
        if (good)
            *ret_value = value;
    }
    evhttp_clear_headers(&pairs);
    return good;
}
