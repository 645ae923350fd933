// SPDX-License-Identifier: BSD-3-Clause
// The heap in memory that the firmware gives.
#include <errno.h>
#include <evlet/port_os.h>
#include <evlet_baremetal.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <random>
#include <vector>

#include "doctest.h"

namespace {

constexpr size_t kWord = sizeof(size_t);
constexpr size_t kAlign = 2 * kWord;

// An arena of `size` bytes between guards that must stay as they are.
class Arena {
public:
    explicit Arena(size_t size, size_t shift = 0) : bytes_(size + shift + 2 * kGuard, 0x5a) {
        start_ = bytes_.data() + kGuard + shift;
        size_ = size;
        evlet_baremetal_arena(start_, size);
    }
    ~Arena() {
        CHECK(evlet_baremetal_arena_is_whole());
        CHECK(std::all_of(bytes_.data(), start_, [](unsigned char b) { return b == 0x5a; }));
        CHECK(std::all_of(start_ + size_, bytes_.data() + bytes_.size(),
                          [](unsigned char b) { return b == 0x5a; }));
        evlet_baremetal_arena(nullptr, 0);
    }
    unsigned char* start() const { return start_; }

private:
    static constexpr size_t kGuard = 64;
    std::vector<unsigned char> bytes_;
    unsigned char* start_;
    size_t size_;
};

evlet_baremetal_memory memory() {
    evlet_baremetal_memory result;

    evlet_baremetal_arena_state(&result);
    return result;
}

char* allocate(size_t size) {
    return static_cast<char*>(evlet_port_alloc(size));
}

}  // namespace

TEST_CASE("without_an_arena_every_allocation_fails") {
    evlet_baremetal_arena(nullptr, 0);
    errno = 0;
    CHECK(evlet_port_alloc(1) == nullptr);
    CHECK(errno == ENOMEM);
    CHECK(evlet_port_realloc(nullptr, 1) == nullptr);
    evlet_port_free(nullptr);
    CHECK(memory().size == 0);
    CHECK(memory().largest_free == 0);
    CHECK(evlet_baremetal_arena_is_whole());
}

TEST_CASE("an_arena_of_any_size_at_any_address_serves_aligned_blocks_inside_itself") {
    for (size_t shift = 0; shift < kAlign; ++shift) {
        for (size_t size = 0; size < 12 * kAlign; ++size) {
            CAPTURE(shift);
            CAPTURE(size);
            Arena arena(size, shift);
            const size_t largest = memory().largest_free;
            CHECK(evlet_port_alloc(largest + 1) == nullptr);
            if (largest == 0)
                continue;
            char* const block = allocate(largest);
            REQUIRE(block);
            CHECK(reinterpret_cast<uintptr_t>(block) % kAlign == 0);
            memset(block, 0xff, largest);
            CHECK(evlet_port_alloc(1) == nullptr);
            evlet_port_free(block);
            CHECK(memory().largest_free == largest);
        }
    }
}

TEST_CASE("neighbours_become_one_in_whatever_order_they_are_freed") {
    int order[] = {0, 1, 2, 3};
    do {
        Arena arena(1024);
        const size_t largest = memory().largest_free;
        char* blocks[4];
        for (char*& block : blocks)
            REQUIRE((block = allocate(40)));
        for (const int i : order) {
            evlet_port_free(blocks[i]);
            REQUIRE(evlet_baremetal_arena_is_whole());
        }
        CHECK(memory().largest_free == largest);
        CHECK(memory().used == 0);
    } while (std::next_permutation(order, order + 4));
}

TEST_CASE("the_smallest_hole_that_is_large_enough_is_taken") {
    Arena arena(4096);
    char* const large = allocate(600);
    char* const wall = allocate(8);
    char* const small = allocate(100);
    char* const end = allocate(8);
    REQUIRE(end);
    evlet_port_free(small);
    evlet_port_free(large);
    CHECK(allocate(90) == small);
    CHECK(allocate(500) == large);
    evlet_port_free(wall);
}

TEST_CASE("a_block_grows_and_shrinks_where_it_lies_if_there_is_room") {
    Arena arena(2048);
    char* block = allocate(50);
    REQUIRE(block);
    memset(block, 0x11, 50);
    CHECK(evlet_port_realloc(block, 900) == block);
    CHECK(evlet_port_realloc(block, 20) == block);
    char* const next = allocate(16);
    CHECK(next == block + (20 + kWord + kAlign - 1) / kAlign * kAlign);
    CHECK(std::all_of(block, block + 20, [](char b) { return b == 0x11; }));
    char* const moved = static_cast<char*>(evlet_port_realloc(block, 300));
    CHECK(moved != block);
    CHECK(std::all_of(moved, moved + 20, [](char b) { return b == 0x11; }));
    evlet_port_free(moved);
    evlet_port_free(next);
    CHECK(memory().used == 0);
}

TEST_CASE("what_cannot_be_had_changes_nothing") {
    Arena arena(512);
    char* const block = allocate(100);
    REQUIRE(block);
    memset(block, 0x22, 100);
    const evlet_baremetal_memory before = memory();
    for (const size_t size : {size_t(512), size_t(4096), SIZE_MAX / 2, SIZE_MAX / 2 + 1,
                              SIZE_MAX - 2 * kAlign, SIZE_MAX - kWord, SIZE_MAX}) {
        CAPTURE(size);
        errno = 0;
        CHECK(evlet_port_alloc(size) == nullptr);
        CHECK(errno == ENOMEM);
        errno = 0;
        CHECK(evlet_port_realloc(block, size) == nullptr);
        CHECK(errno == ENOMEM);
    }
    CHECK(std::all_of(block, block + 100, [](char b) { return b == 0x22; }));
    CHECK(memory().used == before.used);
    CHECK(memory().largest_free == before.largest_free);
    CHECK(memory().most_used == before.most_used);
    evlet_port_free(block);
}

TEST_CASE("the_most_that_was_used_is_remembered") {
    Arena arena(1024);
    char* const first = allocate(200);
    char* const second = allocate(200);
    const size_t most = memory().used;
    evlet_port_free(first);
    evlet_port_free(second);
    CHECK(memory().used == 0);
    CHECK(memory().most_used == most);
    CHECK(most >= 400);
    CHECK(most <= 400 + 2 * (kWord + kAlign));
}

TEST_CASE("an_arena_that_was_written_over_is_noticed") {
    Arena arena(1024);
    char* const first = allocate(32);
    char* const second = allocate(32);
    REQUIRE(second);
    CHECK(evlet_baremetal_arena_is_whole());
    char* const header = second - kWord;
    for (size_t i = 0; i < kWord; ++i) {
        header[i] ^= 0x10;
        CHECK(!evlet_baremetal_arena_is_whole());
        header[i] ^= 0x10;
    }
    evlet_port_free(first);
    memset(first + kWord, 0, kWord);  // a link of a free block
    memcpy(first, &header, sizeof header);
    evlet_baremetal_arena(arena.start(), 1024);
}

namespace {

struct Block {
    unsigned char* bytes;
    size_t size;
    unsigned char filling;
};

class Model {
public:
    explicit Model(unsigned seed) : random_(seed) {}

    void step() {
        const unsigned what = random_() % 8;
        if (blocks_.empty() || what < 4)
            add();
        else if (what < 6)
            drop(random_() % blocks_.size());
        else
            resize(random_() % blocks_.size());
    }
    void drop_all() {
        while (!blocks_.empty())
            drop(blocks_.size() - 1);
    }
    int refused = 0;

private:
    size_t any_size() { return 1 + (random_() % 4 ? random_() % 60 : random_() % 1500); }

    void check(const Block& block, size_t size) {
        for (size_t i = 0; i < size; ++i)
            REQUIRE(block.bytes[i] == block.filling);
    }
    void fill(Block& block) {
        block.filling = static_cast<unsigned char>(random_());
        memset(block.bytes, block.filling, block.size);
    }
    void add() {
        Block block = {nullptr, any_size(), 0};
        block.bytes = static_cast<unsigned char*>(evlet_port_alloc(block.size));
        if (!block.bytes) {
            ++refused;
            CHECK(memory().largest_free < block.size);
            return;
        }
        REQUIRE(reinterpret_cast<uintptr_t>(block.bytes) % kAlign == 0);
        fill(block);
        blocks_.push_back(block);
    }
    void drop(size_t index) {
        check(blocks_[index], blocks_[index].size);
        evlet_port_free(blocks_[index].bytes);
        blocks_[index] = blocks_.back();
        blocks_.pop_back();
    }
    void resize(size_t index) {
        Block& block = blocks_[index];
        const size_t size = any_size();
        auto* const bytes = static_cast<unsigned char*>(evlet_port_realloc(block.bytes, size));
        if (!bytes) {
            ++refused;
            check(block, block.size);
            return;
        }
        block.bytes = bytes;
        check(block, std::min(size, block.size));
        block.size = size;
        fill(block);
    }

    std::mt19937 random_;
    std::vector<Block> blocks_;
};

}  // namespace

TEST_CASE("any_order_of_calls_keeps_contents_and_book_keeping_whole") {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        Arena arena(500 + 997 * seed, seed % kAlign);
        const size_t largest = memory().largest_free;
        Model model(seed);
        for (int i = 0; i < 2000; ++i) {
            model.step();
            REQUIRE(evlet_baremetal_arena_is_whole());
        }
        CHECK(model.refused > 0);
        model.drop_all();
        CHECK(memory().used == 0);
        CHECK(memory().largest_free == largest);
    }
}
