// SPDX-License-Identifier: BSD-3-Clause
// An intrusive tail queue over the link fields of public structs, with the layout of the BSD
// <sys/queue.h> heads that libevent's headers use. Nothing is allocated; every operation is O(1).
#pragma once

namespace evlet {

// `Link` says where an element keeps its links: static T*& next(T*) and static T**& prev(T*), the
// two fields one behind the other. prev is the address of the pointer that points at the element.
template <class T, class Link>
class TailQueue {
public:
    void reset() {
        first_ = nullptr;
        last_ = &first_;
    }
    [[nodiscard]] bool empty() const { return first_ == nullptr; }
    [[nodiscard]] T* first() const { return first_; }
    [[nodiscard]] T* last() const { return *back_link(last_); }
    [[nodiscard]] static T* next(T* item) { return Link::next(item); }
    // The element before, or nullptr.
    [[nodiscard]] static T* previous(T* item) { return *back_link(Link::prev(item)); }

    void push_back(T* item) {
        Link::next(item) = nullptr;
        Link::prev(item) = last_;
        *last_ = item;
        last_ = &Link::next(item);
    }
    void push_front(T* item) { insert_at(&first_, item); }
    void insert_after(T* where, T* item) { insert_at(&Link::next(where), item); }

    void remove(T* item) {
        T* following = Link::next(item);
        if (following)
            Link::prev(following) = Link::prev(item);
        else
            last_ = Link::prev(item);
        *Link::prev(item) = following;
    }

private:
    void insert_at(T** place, T* item) {
        T* following = *place;
        Link::next(item) = following;
        Link::prev(item) = place;
        if (following)
            Link::prev(following) = &Link::next(item);
        else
            last_ = &Link::next(item);
        *place = item;
    }
    // A link is {next, prev} and the head is {first, last}: the word behind any "next" field says
    // where the pointer to that field's owner is kept. At the head this leads to a null pointer.
    static T** back_link(T** next_field) { return reinterpret_cast<T***>(next_field)[1]; }

    T* first_;
    T** last_;
};

}  // namespace evlet
