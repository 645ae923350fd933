// SPDX-License-Identifier: BSD-3-Clause
#include "http/fields.h"

#include <string.h>

#include "mem/mem.h"

namespace evlet::http {
namespace {

// The byte between an evkeyval and its key.
enum Tag : char { own_block, placed_block };

constexpr size_t kFixedSize = sizeof(evkeyval) + sizeof(Tag) + 2;  // with the two NULs

char* place_of_tag(evkeyval& field) {
    return reinterpret_cast<char*>(&field + 1);
}

// No allocator answers this address: it is odd.
char* place_of_key(evkeyval& field) {
    return place_of_tag(field) + sizeof(Tag);
}

char* copy_text(char* to, Text text) {
    if (text.size)
        memcpy(to, text.data, text.size);
    to[text.size] = 0;
    return to + text.size + 1;
}

evkeyval& fill_in(evkeyvalq& fields, void* room, Tag tag, Text key, Text value) {
    auto& field = *static_cast<evkeyval*>(room);
    *place_of_tag(field) = tag;
    field.key = place_of_key(field);
    field.value = copy_text(field.key, key);
    copy_text(field.value, value);
    link_field(fields, field);
    return field;
}

void free_field(evkeyval& field) {
    if (field.key != place_of_key(field)) {
        mem::release(field.key);
        mem::release(field.value);
        mem::release(&field);
        return;
    }
    if (field.value != field.key + strlen(field.key) + 1)
        mem::release(field.value);
    if (*place_of_tag(field) == own_block)
        mem::release(&field);
}

}  // namespace

size_t placed_field_size(size_t key_size, size_t value_size) {
    constexpr size_t kMask = alignof(evkeyval) - 1;
    return (kFixedSize + key_size + value_size + kMask) & ~kMask;
}

evkeyval& place_field(evkeyvalq& fields, void* room, Text key, Text value) {
    return fill_in(fields, room, placed_block, key, value);
}

Status add_field(evkeyvalq& fields, Text key, Text value) {
    size_t size;
    if (__builtin_add_overflow(key.size, value.size, &size) ||
        __builtin_add_overflow(size, kFixedSize, &size))
        return Status::no_memory;
    void* const room = mem::allocate(size);
    if (!room)
        return Status::no_memory;
    fill_in(fields, room, own_block, key, value);
    return Status::ok;
}

void remove_field(evkeyvalq& fields, evkeyval& field) {
    evkeyval* const following = field.next.tqe_next;
    if (following)
        following->next.tqe_prev = field.next.tqe_prev;
    else
        fields.tqh_last = field.next.tqe_prev;
    *field.next.tqe_prev = following;
    free_field(field);
}

void clear_fields(evkeyvalq& fields) {
    while (fields.tqh_first)
        remove_field(fields, *fields.tqh_first);
}

evkeyval* find_field(evkeyval* from, const char* key) {
    while (from && !same_name(from->key, key))
        from = from->next.tqe_next;
    return from;
}

}  // namespace evlet::http
