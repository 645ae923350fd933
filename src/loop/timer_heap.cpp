// SPDX-License-Identifier: BSD-3-Clause
#include "loop/timer_heap.h"

#include "mem/mem.h"

namespace evlet {
namespace {

constexpr unsigned kArity = 4;
constexpr unsigned kFirstCapacity = 4;

}  // namespace

Status TimerHeap::reserve(unsigned spare) {
    if (capacity_ - size_ > spare)
        return Status::ok;
    unsigned wanted = capacity_ ? capacity_ : kFirstCapacity;
    while (wanted - size_ <= spare) {
        if (__builtin_mul_overflow(wanted, 2u, &wanted))
            return Status::no_memory;
    }
    auto* grown = static_cast<Node*>(mem::resize(nodes_, wanted, sizeof(Node)));
    if (!grown)
        return Status::no_memory;
    nodes_ = grown;
    capacity_ = wanted;
    return Status::ok;
}

void TimerHeap::release() {
    mem::release(nodes_);
    nodes_ = nullptr;
    size_ = capacity_ = 0;
}

void TimerHeap::place(unsigned index, const Node& node) {
    nodes_[index] = node;
    node.ev->ev_timeout_pos.min_heap_idx = static_cast<int>(index);
}

void TimerHeap::sift_up(unsigned index, Node node) {
    while (index > 0) {
        const unsigned parent = (index - 1) / kArity;
        if (nodes_[parent].when <= node.when)
            break;
        place(index, nodes_[parent]);
        index = parent;
    }
    place(index, node);
}

void TimerHeap::sift_down(unsigned index, Node node) {
    for (;;) {
        const unsigned first = index * kArity + 1;
        if (first >= size_)
            break;
        const unsigned end = first + kArity < size_ ? first + kArity : size_;
        unsigned least = first;
        for (unsigned child = first + 1; child < end; ++child) {
            if (nodes_[child].when < nodes_[least].when)
                least = child;
        }
        if (node.when <= nodes_[least].when)
            break;
        place(index, nodes_[least]);
        index = least;
    }
    place(index, node);
}

void TimerHeap::push(event& ev, Nanos when) {
    set_deadline(ev, when);
    set_heap_key(ev, when);
    sift_up(size_++, {when, &ev});
}

void TimerHeap::remove(event& ev) {
    const auto index = static_cast<unsigned>(ev.ev_timeout_pos.min_heap_idx);
    const Node last = nodes_[--size_];
    ev.ev_timeout_pos.min_heap_idx = -1;
    set_heap_key(ev, kKeyUnknown);
    if (index == size_)
        return;
    if (last.when < nodes_[index].when)
        sift_up(index, last);
    else
        sift_down(index, last);
}

void TimerHeap::tell_key(event& ev, Nanos when) {
    set_heap_key(ev, flags(ev) & EVLIST_ACTIVE ? kKeyUnknown : when);
}

void TimerHeap::move(event& ev, Nanos when) {
    set_deadline(ev, when);
    if (kKnowsHeapKey && heap_key(ev) != kKeyUnknown && when >= heap_key(ev))
        return;
    const auto index = static_cast<unsigned>(ev.ev_timeout_pos.min_heap_idx);
    if (when >= nodes_[index].when)
        return;
    tell_key(ev, when);
    sift_up(index, {when, &ev});
}

bool TimerHeap::postpone(event& ev, Nanos when) {
    if (!kKnowsHeapKey || (ev.ev_events & ~EV_TIMEOUT) || heap_key(ev) == kKeyUnknown ||
        when < heap_key(ev))
        return false;
    set_deadline(ev, when);
    return true;
}

event* TimerHeap::top() {
    if (size_ == 0)
        return nullptr;
    for (;;) {
        event* ev = nodes_[0].ev;
        const Nanos when = deadline(*ev);
        if (when == nodes_[0].when)
            return ev;
        tell_key(*ev, when);
        sift_down(0, {when, ev});
    }
}

}  // namespace evlet
