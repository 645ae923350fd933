// SPDX-License-Identifier: BSD-3-Clause
#include "base/queue.h"

#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <vector>

#include "doctest.h"

using namespace evlet;

namespace {

struct Item {
    int value;
    Item* next_item;
    Item** previous_link;
};

struct ItemLink {
    static Item*& next(Item* item) { return item->next_item; }
    static Item**& prev(Item* item) { return item->previous_link; }
};

using Queue = TailQueue<Item, ItemLink>;

std::vector<Item*> forwards(const Queue& queue) {
    std::vector<Item*> found;
    for (Item* item = queue.first(); item; item = Queue::next(item))
        found.push_back(item);
    return found;
}

std::vector<Item*> backwards(const Queue& queue) {
    std::vector<Item*> found;
    for (Item* item = queue.last(); item; item = Queue::previous(item))
        found.push_back(item);
    std::reverse(found.begin(), found.end());
    return found;
}

// The queue holds these, whichever way one looks.
void check_holds(const Queue& queue, const std::vector<Item*>& expected) {
    REQUIRE(forwards(queue) == expected);
    REQUIRE(backwards(queue) == expected);
    REQUIRE(queue.empty() == expected.empty());
}

}  // namespace

TEST_CASE("fresh_queue_is_empty") {
    Queue queue;
    queue.reset();
    CHECK(queue.empty());
    CHECK(queue.first() == nullptr);
    CHECK(queue.last() == nullptr);
}

TEST_CASE("items_come_out_in_the_order_they_were_pushed_back") {
    Queue queue;
    queue.reset();
    Item a = {}, b = {}, c = {};
    queue.push_back(&a);
    check_holds(queue, {&a});
    queue.push_back(&b);
    queue.push_back(&c);
    check_holds(queue, {&a, &b, &c});
}

TEST_CASE("pushing_in_front_and_after_an_item_puts_them_there") {
    Queue queue;
    queue.reset();
    Item a = {}, b = {}, c = {}, d = {};
    queue.push_front(&b);
    queue.push_front(&a);
    check_holds(queue, {&a, &b});
    queue.insert_after(&b, &d);
    check_holds(queue, {&a, &b, &d});
    queue.insert_after(&b, &c);
    check_holds(queue, {&a, &b, &c, &d});
    Item e = {};
    queue.push_back(&e);
    check_holds(queue, {&a, &b, &c, &d, &e});
}

TEST_CASE("first_middle_last_and_only_items_can_be_removed") {
    Queue queue;
    queue.reset();
    Item a = {}, b = {}, c = {}, d = {};
    for (Item* item : {&a, &b, &c, &d})
        queue.push_back(item);
    queue.remove(&b);
    check_holds(queue, {&a, &c, &d});
    queue.remove(&a);
    check_holds(queue, {&c, &d});
    queue.remove(&d);
    check_holds(queue, {&c});
    queue.remove(&c);
    check_holds(queue, {});
    queue.push_back(&a);
    check_holds(queue, {&a});
}

TEST_CASE("head_and_links_lie_as_in_the_bsd_queue_macros") {
    Queue queue;
    queue.reset();
    Item a = {}, b = {};
    queue.push_back(&a);
    queue.push_back(&b);
    struct {
        Item* first;
        Item** last;
    } head;
    static_assert(sizeof head == sizeof queue);
    memcpy(&head, &queue, sizeof head);
    CHECK(head.first == &a);
    CHECK(head.last == &b.next_item);
    CHECK(*head.last == nullptr);
    CHECK(a.next_item == &b);
    CHECK(b.previous_link == &a.next_item);
    Item** first_place;
    memcpy(&first_place, &a.previous_link, sizeof first_place);
    CHECK(static_cast<void*>(first_place) == static_cast<void*>(&queue));
}

TEST_CASE("queue_behaves_like_a_vector_under_many_operations") {
    Queue queue;
    queue.reset();
    std::vector<Item> items(24);
    std::vector<Item*> model;
    std::vector<Item*> spare;
    for (Item& item : items)
        spare.push_back(&item);
    uint32_t state = 2463534242u;
    for (int round = 0; round < 4000; ++round) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        const unsigned where = state >> 8;
        if (!spare.empty() && (state & 1 || model.empty())) {
            Item* item = spare.back();
            spare.pop_back();
            const size_t place = model.empty() ? 0 : where % (model.size() + 1);
            if (place == 0) {
                queue.push_front(item);
            } else if (place == model.size()) {
                queue.push_back(item);
            } else {
                queue.insert_after(model[place - 1], item);
            }
            model.insert(model.begin() + static_cast<long>(place), item);
        } else if (!model.empty()) {
            const size_t place = where % model.size();
            queue.remove(model[place]);
            spare.push_back(model[place]);
            model.erase(model.begin() + static_cast<long>(place));
        }
        check_holds(queue, model);
    }
}
