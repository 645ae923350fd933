// SPDX-License-Identifier: BSD-3-Clause
// Names that come again are found by sorting, since comparing each with each would let a sender
// choose how long the loop stands still. While it goes on only tqe_next is a link; in place of
// tqe_prev each pair has its number.
#include "http/fields.h"
#include "http/query.h"

namespace evlet::http {
namespace {

// Whether `a` belongs before `b`, which is behind it now.
using IsBefore = bool (*)(const evkeyval& a, const evkeyval& b);

uintptr_t number(const evkeyval& pair) {
    return reinterpret_cast<uintptr_t>(pair.next.tqe_prev);
}

int compare_names(const evkeyval& a, const evkeyval& b) {
    return compare_ignoring_case(a.key, b.key, SIZE_MAX);
}

bool is_name_before(const evkeyval& a, const evkeyval& b) {
    return compare_names(a, b) < 0;
}

bool is_number_before(const evkeyval& a, const evkeyval& b) {
    return number(a) < number(b);
}

// Merges the first `width` pairs with up to `width` behind them, to where `*end` says; takes them
// off the list. Of equal ones the former stays in front.
evkeyval** merge(evkeyval*& list, size_t width, IsBefore is_before, evkeyval** end) {
    evkeyval* left = list;
    size_t left_size = 0;
    for (; left_size < width && list; ++left_size)
        list = list->next.tqe_next;
    size_t right_size = width;
    while (left_size || (right_size && list)) {
        const bool from_right = right_size && list && (!left_size || is_before(*list, *left));
        evkeyval*& from = from_right ? list : left;
        --(from_right ? right_size : left_size);
        *end = from;
        end = &from->next.tqe_next;
        from = from->next.tqe_next;
    }
    return end;
}

evkeyval* sort(evkeyval* list, size_t count, IsBefore is_before) {
    for (size_t width = 1; width < count; width *= 2) {
        evkeyval* rest = list;
        evkeyval** end = &list;
        while (rest)
            end = merge(rest, width, is_before, end);
        *end = nullptr;
    }
    return list;
}

}  // namespace

void keep_last_values(evkeyvalq& pairs) {
    size_t count = 0;
    for (evkeyval* pair = pairs.tqh_first; pair; pair = pair->next.tqe_next)
        pair->next.tqe_prev = reinterpret_cast<evkeyval**>(count++);
    evkeyval* rest = sort(pairs.tqh_first, count, is_name_before);
    evkeyvalq superseded;
    reset(superseded);
    evkeyval* kept = nullptr;
    evkeyval** end = &kept;
    while (rest) {
        evkeyval& pair = *rest;
        rest = pair.next.tqe_next;
        if (rest && compare_names(pair, *rest) == 0) {
            link_field(superseded, pair);
        } else {
            *end = &pair;
            end = &pair.next.tqe_next;
        }
    }
    *end = nullptr;
    clear_fields(superseded);
    kept = sort(kept, count, is_number_before);
    reset(pairs);
    while (kept) {
        evkeyval& pair = *kept;
        kept = pair.next.tqe_next;
        link_field(pairs, pair);
    }
}

}  // namespace evlet::http
