// SPDX-License-Identifier: BSD-3-Clause
// Thousands of random operations on timers beside a model that is obviously right.
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "doctest.h"
#include "loop/base.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr int kTimers = 400;

class HeapModel {
public:
    explicit HeapModel(unsigned seed) : random_(seed), events_(kTimers), when_(kTimers, -1) {}
    ~HeapModel() { heap_.release(); }

    void step() {
        const int i = pick(kTimers);
        switch (pick(5)) {
        case 0:
        case 1:
            move_or_push(i, pick(1000000));
            break;
        case 2:  // a little later than it is, the way of network timeouts
            move_or_push(i, (when_[i] < 0 ? 0 : when_[i]) + pick(1000));
            break;
        case 3:
            remove(i);
            break;
        default:
            pop();
            break;
        }
    }

    void check_top() {
        event* top = heap_.top();
        REQUIRE((top != nullptr) == !model_.empty());
        if (top) {
            const auto i = static_cast<size_t>(top - events_.data());
            CHECK(when_[i] == *model_.begin());
            CHECK(evlet::deadline(*top) == when_[i]);
        }
    }

    void check_members() {
        REQUIRE(heap_.size() == model_.size());
        std::set<event*> seen;
        for (unsigned i = 0; i < heap_.size(); ++i) {
            event* ev = &heap_.at(i);
            REQUIRE(when_[static_cast<size_t>(ev - events_.data())] >= 0);
            REQUIRE(seen.insert(ev).second);
        }
    }

    void drain() {
        while (!model_.empty())
            pop();
        CHECK(heap_.top() == nullptr);
    }

private:
    int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
    void move_or_push(int i, evlet::Nanos when) {
        if (when_[i] >= 0) {
            model_.erase(model_.find(when_[i]));
            heap_.move(events_[i], when);
        } else {
            REQUIRE(heap_.reserve(0) == evlet::Status::ok);
            heap_.push(events_[i], when);
        }
        model_.insert(when);
        when_[i] = when;
    }
    void remove(int i) {
        if (when_[i] < 0)
            return;
        model_.erase(model_.find(when_[i]));
        when_[i] = -1;
        heap_.remove(events_[i]);
    }
    void pop() {
        check_top();
        if (event* top = heap_.top())
            remove(static_cast<int>(top - events_.data()));
    }

    std::mt19937 random_;
    std::vector<event> events_;
    std::vector<evlet::Nanos> when_;  // -1: not in the heap
    std::multiset<evlet::Nanos> model_;
    evlet::TimerHeap heap_{};
};

}  // namespace

TEST_CASE("timer_heap_agrees_with_a_sorted_set_over_random_operations") {
    for (const unsigned seed : {1u, 2u, 3u}) {
        CAPTURE(seed);
        HeapModel model(seed);
        for (int i = 0; i < 10000; ++i) {
            model.step();
            // Not after every step: top() is what puts lazily moved timers in order.
            if (i % 7 == 0)
                model.check_top();
            if (i % 250 == 0)
                model.check_members();
        }
        model.drain();
    }
}

TEST_CASE("timer_moved_later_many_times_and_then_earlier_comes_first") {
    event events[3] = {};
    evlet::TimerHeap heap{};
    REQUIRE(heap.reserve(2) == evlet::Status::ok);
    heap.push(events[0], 10);
    heap.push(events[1], 20);
    heap.push(events[2], 30);
    for (evlet::Nanos when = 11; when < 100; ++when)
        heap.move(events[0], when);
    CHECK(heap.top() == &events[1]);
    heap.move(events[0], 50);
    heap.move(events[0], 15);
    CHECK(heap.top() == &events[0]);
    heap.move(events[0], 25);
    heap.move(events[1], 40);
    CHECK(heap.top() == &events[0]);
    heap.remove(events[0]);
    CHECK(heap.top() == &events[2]);
    heap.remove(events[2]);
    CHECK(heap.top() == &events[1]);
    heap.remove(events[1]);
    CHECK(heap.top() == nullptr);
    heap.release();
}

TEST_CASE("random_adds_re_adds_and_removals_leave_the_earliest_timer_on_top") {
    Base base;
    std::mt19937 random(4711);
    std::vector<std::unique_ptr<TestEvent>> timers;
    for (int i = 0; i < kTimers; ++i)
        timers.push_back(std::make_unique<TestEvent>(base, -1, i % 3 ? 0 : EV_PERSIST));
    std::map<event*, evlet::Nanos> model;
    for (int step = 0; step < 8000; ++step) {
        TestEvent& timer = *timers[random() % kTimers];
        switch (random() % 4) {
        case 0:
        case 1:
            REQUIRE(timer.add({static_cast<time_t>(3600 + random() % 3600),
                               static_cast<suseconds_t>(random() % 1000000)}) == 0);
            model[timer] = evlet::deadline(*timer.get());
            break;
        case 2:
            REQUIRE(event_del(timer) == 0);
            model.erase(timer);
            break;
        default:
            REQUIRE(event_remove_timer(timer) == 0);
            model.erase(timer);
            break;
        }
        REQUIRE(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) ==
                static_cast<int>(model.size()));
        if (step % 16 == 0 && !model.empty()) {
            evlet::Nanos earliest = evlet::kForever;
            for (const auto& [ev, when] : model)
                earliest = when < earliest ? when : earliest;
            REQUIRE(base.get()->timers.top() != nullptr);
            CHECK(evlet::deadline(*base.get()->timers.top()) == earliest);
        }
    }
    CHECK(pass(base) == (model.empty() ? 1 : 0));
    for (const auto& timer : timers)
        CHECK(timer->calls == 0);
}

TEST_CASE("two_thousand_random_timers_fire_once_each_in_order_and_none_early") {
    Base base;
    std::mt19937 random(99);
    std::vector<std::unique_ptr<TestEvent>> timers;
    std::vector<evlet::Nanos> deadlines(2000);
    evlet::Nanos last = 0;
    int out_of_order = 0;
    int early = 0;
    for (size_t i = 0; i < deadlines.size(); ++i) {
        timers.push_back(std::make_unique<TestEvent>(base, -1, 0, [&, i](short) {
            out_of_order += deadlines[i] < last;
            early += deadlines[i] > base.get()->cached_now;
            last = deadlines[i];
        }));
    }
    // All count from the same moment; half of them are moved, to and fro.
    in_a_callback(base, [&] {
        for (int round = 0; round < 3; ++round) {
            for (size_t i = 0; i < timers.size(); ++i) {
                if (round == 0 || random() % 2)
                    CHECK(timers[i]->add({0, static_cast<suseconds_t>(random() % 20000)}) == 0);
                deadlines[i] = evlet::deadline(*timers[i]->get());
            }
        }
    });
    CHECK(event_base_dispatch(base) == 1);
    CHECK(out_of_order == 0);
    CHECK(early == 0);
    for (const auto& timer : timers)
        REQUIRE(timer->calls == 1);
}
