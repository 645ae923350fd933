// SPDX-License-Identifier: BSD-3-Clause
// Messages within messages that another file describes, or that are written by hand.
#include <stdio.h>
#include <stdlib.h>

#include "boxes.gen.h"
#include "messages_support.h"
#include "rpc/point.h"
#include "shelves.gen.h"

using namespace evlet_test;

extern "C" {

int points_alive;

struct point* point_new(void) {
    ++points_alive;
    return static_cast<point*>(calloc(1, sizeof(point)));
}

void point_free(struct point* msg) {
    if (msg)
        --points_alive;
    free(msg);
}

int point_complete(struct point* msg) {
    return msg->has_both ? 0 : -1;
}

void evtag_marshal_point(struct evbuffer* evbuf, ev_uint32_t tag, const struct point* msg) {
    evtag_marshal_string(evbuf, tag,
                         (std::to_string(msg->x) + " " + std::to_string(msg->y)).c_str());
}

int evtag_unmarshal_point(struct evbuffer* evbuf, ev_uint32_t tag, struct point* msg) {
    char* text = nullptr;
    if (evtag_unmarshal_string(evbuf, tag, &text) == -1)
        return -1;
    msg->has_both = sscanf(text, "%d %d", &msg->x, &msg->y) == 2;
    free(text);
    return point_complete(msg);
}

}  // extern "C"

namespace {

struct Box : Message<box, box_free> {
    Box() : Message(box_new()) {}
};

struct Shelf : Message<shelf, shelf_free> {
    explicit Shelf(const char* name) : Message(shelf_new()) {
        REQUIRE(shelf_name_assign(*this, name) == 0);
    }
};

// A box with a shelf with a box, and so on; `depth` messages in it.
std::string nested(int depth) {
    const Buffer buffer;
    for (int level = depth; level >= 0; --level) {
        const Buffer part;
        REQUIRE(evbuffer_add_buffer(part, buffer) == 0);
        const bool is_shelf = level % 2 == 1;
        if (is_shelf)
            evtag_marshal_string(buffer, SHELF_NAME, "a");
        if (level < depth)
            evtag_marshal_buffer(buffer, is_shelf ? +SHELF_BOXES : +BOX_SHELVES, part);
    }
    return buffer.hex();
}

int read_box(const std::string& hex) {
    const Buffer buffer(hex);
    const Box msg;
    return box_unmarshal(msg, buffer);
}

}  // namespace

TEST_CASE("messages_of_another_file_come_back_as_they_were_set") {
    const Buffer buffer;
    {
        const Box msg, inner;
        const Shelf content("content");
        REQUIRE(EVTAG_ASSIGN(inner, label, "inner") == 0);
        box* const added = EVTAG_ARRAY_ADD(content, boxes);
        REQUIRE(added);
        REQUIRE(EVTAG_ASSIGN(added, label, "added") == 0);
        REQUIRE(shelf_boxes_assign(content, 0, inner) == 0);
        REQUIRE(EVTAG_ASSIGN(msg, content, content) == 0);
        for (const char* name : {"one", "two"}) {
            shelf* const made = EVTAG_ARRAY_ADD(msg, shelves);
            REQUIRE(made);
            REQUIRE(EVTAG_ASSIGN(made, name, name) == 0);
        }
        box_marshal(buffer, msg);
    }
    const Box back;
    REQUIRE(box_unmarshal(back, buffer) == 0);
    shelf* content = nullptr;
    REQUIRE(EVTAG_GET(back, content, &content) == 0);
    CHECK(std::string(content->name_data) == "content");
    REQUIRE(EVTAG_ARRAY_LEN(content, boxes) == 1);
    CHECK(std::string(content->boxes_data[0]->label_data) == "inner");
    REQUIRE(EVTAG_ARRAY_LEN(back, shelves) == 2);
    CHECK(std::string(back->shelves_data[1]->name_data) == "two");
}

TEST_CASE("messages_written_by_hand_come_back_as_they_were_set") {
    const int before = points_alive;
    {
        const Buffer buffer;
        const Box msg, back;
        const point corner = {-3, 4, 1};
        REQUIRE(EVTAG_ASSIGN(msg, corner, &corner) == 0);
        for (int i = 0; i < 10; ++i) {
            point* const added = EVTAG_ARRAY_ADD(msg, corners);
            REQUIRE(added);
            *added = {i, i * i, 1};
        }
        box_marshal(buffer, msg);
        REQUIRE(box_unmarshal(back, buffer) == 0);
        point* got = nullptr;
        REQUIRE(EVTAG_GET(back, corner, &got) == 0);
        CHECK(got->x == -3);
        CHECK(got->y == 4);
        REQUIRE(EVTAG_ARRAY_LEN(back, corners) == 10);
        REQUIRE(EVTAG_ARRAY_GET(back, corners, 9, &got) == 0);
        CHECK(got->y == 81);
    }
    CHECK(points_alive == before);
}

TEST_CASE("what_a_message_by_hand_refuses_is_an_error") {
    const int before = points_alive;
    CHECK(read_box("02 03 33 20 34") == 0);  // "3 4"
    CHECK(read_box("02 01 33") == -1);       // "3"
    CHECK(read_box("02 03 33 20 34 02 03 33 20 34") == -1);
    CHECK(read_box("03 03 33 20 34 03 01 33") == -1);
    CHECK(read_box("03 03 33 20") == -1);
    const Box msg;
    const point half = {1, 0, 0};
    point* added = EVTAG_ARRAY_ADD(msg, corners);
    REQUIRE(added);
    CHECK(box_complete(msg) == -1);
    *added = {1, 2, 1};
    CHECK(box_complete(msg) == 0);
    added->has_both = 0;
    CHECK(box_corners_assign(msg, 0, &half) == 0);  // read back it is whole
    box_clear(msg);
    CHECK(points_alive == before);
}

TEST_CASE("messages_of_two_files_are_not_nested_without_end") {
    for (int i = 0; i < 2; ++i) {
        // Each of the two files counts its own.
        CHECK(read_box(nested(127)) == 0);
        CHECK(read_box(nested(128)) == 0);
        CHECK(read_box(nested(129)) == -1);
        CHECK(read_box(nested(130)) == -1);
        CHECK(read_box(nested(1001)) == -1);
    }
}

TEST_CASE("arrays_that_grow_are_aligned_for_what_is_in_them") {
    const Buffer buffer;
    const Box msg;
    // Lengths that leave what follows at odd places, if it can be.
    for (size_t i = 0; i < 40; ++i) {
        REQUIRE(EVTAG_ASSIGN(msg, label, std::string(i, 'x').c_str()) == 0);
        REQUIRE(EVTAG_ARRAY_ADD_VALUE(msg, sizes, UINT64_MAX - i));
        CHECK(reinterpret_cast<uintptr_t>(msg->sizes_data) % alignof(ev_uint64_t) == 0);
    }
    box_marshal(buffer, msg);
    const Box back;
    REQUIRE(box_unmarshal(back, buffer) == 0);
    REQUIRE(EVTAG_ARRAY_LEN(back, sizes) == 40);
    CHECK(reinterpret_cast<uintptr_t>(back->sizes_data) % alignof(ev_uint64_t) == 0);
    for (size_t i = 0; i < 40; ++i)
        CHECK(back->sizes_data[i] == UINT64_MAX - i);
}
