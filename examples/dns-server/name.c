/* SPDX-License-Identifier: BSD-3-Clause */
/* Names: from text, to text, compared. */
#include "zone.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LABEL_SIZE 63

/* The byte at `*text`, which is moved behind it, and whether it was escaped; -1: no good escape. */
static int take_byte(const char **text, bool *ret_escaped) {
    const unsigned char *at = (const unsigned char *)*text;
    int value;

    *ret_escaped = *at == '\\';
    if (!*ret_escaped) {
        *text += 1;
        return *at;
    }
    if (isdigit(at[1]) && isdigit(at[2]) && isdigit(at[3])) {
        value = (at[1] - '0') * 100 + (at[2] - '0') * 10 + at[3] - '0';
        *text += 4;
        return value <= 255 ? value : -1;
    }
    *text += 2;
    return at[1] == '\0' || isdigit(at[1]) ? -1 : at[1];
}

const char *name_read(const char *text, const struct name *origin, struct name *ret_name) {
    struct name name = {.size = 1};
    size_t label = 0; /* where the length of the present label goes */
    bool whole = origin == NULL, escaped;

    if (strcmp(text, "@") == 0 && origin != NULL) {
        *ret_name = *origin;
        return NULL;
    }
    if (*text == '\0')
        return "an empty name";
    if (strcmp(text, ".") == 0)
        text = "", whole = true;
    while (*text != '\0') {
        int byte = take_byte(&text, &escaped);
        if (byte < 0)
            return "a bad escape in a name";
        if (byte == '.' && !escaped) {
            if (name.size - label == 1)
                return "an empty label in a name";
            label = name.size;
            whole = whole || *text == '\0';
        } else {
            if (name.size - label > LABEL_SIZE)
                return "a label of more than 63 bytes";
            name.bytes[label]++;
        }
        /* The root's byte has to fit behind. */
        if (name.size == NAME_SIZE - 1)
            return "a name of more than 255 bytes";
        name.bytes[name.size++] = byte == '.' && !escaped ? 0 : (unsigned char)byte;
    }
    if (name.size - label > 1)
        name.bytes[name.size++] = 0;
    if (!whole) {
        if (name.size - 1 + origin->size > NAME_SIZE)
            return "a name of more than 255 bytes";
        memcpy(name.bytes + name.size - 1, origin->bytes, origin->size);
        name.size += origin->size - 1;
    }
    *ret_name = name;
    return NULL;
}

void name_write(const struct name *name, char text[NAME_TEXT_SIZE]) {
    char *out = text;
    size_t at, i;

    for (at = 0; name->bytes[at] != 0; at += 1u + name->bytes[at]) {
        for (i = at + 1; i <= at + name->bytes[at]; i++) {
            unsigned char byte = name->bytes[i];
            if (byte == '.' || byte == '\\')
                out += sprintf(out, "\\%c", byte);
            else if (byte > ' ' && byte < 0x7f)
                *out++ = (char)byte;
            else
                out += sprintf(out, "\\%03u", byte);
        }
        *out++ = '.';
    }
    if (out == text)
        *out++ = '.';
    *out = '\0';
}

/* Lengths of labels are below 'A', so that they stay as they are. */
static bool same(const unsigned char *a, const unsigned char *b, size_t size) {
    while (size > 0 && tolower(*a) == tolower(*b))
        a++, b++, size--;
    return size == 0;
}

bool name_is(const struct name *a, const struct name *b) {
    return a->size == b->size && same(a->bytes, b->bytes, a->size);
}

bool name_is_below(const struct name *name, const struct name *above) {
    size_t at = 0;
    while (name->size - at > above->size)
        at += 1u + name->bytes[at];
    return name->size - at == above->size && same(name->bytes + at, above->bytes, above->size);
}
