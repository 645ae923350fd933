// SPDX-License-Identifier: BSD-3-Clause
// Three evbuffers beside three byte strings. Every step does the same to both, chosen by numbers
// that come from a generator (model_test.cpp) or from a fuzzer (tests/fuzz/buffer_fuzz.cpp), and
// compares them. It needs no test framework: a difference is remembered as a text.
#pragma once

#include <event2/buffer.h>
#include <stdio.h>

#include <string>

namespace evlet_test {

// Where the choices come from.
class Choices {
public:
    // 0 to `limit` - 1; `limit` is at least 1.
    virtual size_t below(size_t limit) = 0;

protected:
    ~Choices() = default;
};

class BufferModel {
public:
    static constexpr size_t kBuffers = 3;
    static constexpr size_t kFileSize = 20000;

    explicit BufferModel(Choices& choices);
    ~BufferModel();
    BufferModel(const BufferModel&) = delete;
    BufferModel& operator=(const BufferModel&) = delete;

    // One operation. False: buffers and strings have come apart, see failure().
    bool step();
    // Every byte of every buffer.
    bool compare_all();
    // Frees the buffers and looks whether all memory they referred to was released once.
    bool finish();
    // What went wrong, in which operation.
    const std::string& failure() const { return failure_; }

private:
    struct Side {
        evbuffer* buffer = nullptr;
        std::string text;
        bool may_hold_file = false;
        bool observed = false;  // by a callback
        size_t told_length = 0;
    };
    struct Operation {
        const char* name;
        void (BufferModel::*body)(Side&);
        int weight;
    };
    static const Operation kOperations[];

    static void released(const void* data, size_t length, void* self);
    static void changed(evbuffer* buffer, const evbuffer_cb_info* info, void* side);

    void make(Side& side);
    void demand(bool condition, const char* what);
    bool compare(Side& side);
    void check_lengths();
    size_t pick(size_t limit) { return choices_.below(limit); }
    size_t pick_size();
    std::string pick_text(size_t size);
    // Part of a side's text, or something that is nearly one.
    std::string pick_needle(const Side& side);
    Side& pick_other(const Side& side);
    evbuffer_ptr place(Side& side, size_t position);

    void add(Side& side);
    void add_printf(Side& side);
    void add_iovec(Side& side);
    void prepend(Side& side);
    void add_reference(Side& side);
    void add_file(Side& side);
    void expand(Side& side);
    void reserve_and_commit(Side& side);
    void reserve_and_leave(Side& side);
    void drain(Side& side);
    void remove(Side& side);
    void copy_out(Side& side);
    void move_all(Side& side);
    void move_all_front(Side& side);
    void move_some(Side& side);
    void multicast(Side& side);
    void pull_up(Side& side);
    void peek(Side& side);
    void search(Side& side);
    void take_line(Side& side);
    void search_line(Side& side);
    void through_a_socket(Side& side);
    void freeze(Side& side);
    void start_anew(Side& side);

    Choices& choices_;
    Side sides_[kBuffers];
    long references_ = 0;  // memory lent to buffers and not released
    unsigned texts_ = 0;
    FILE* file_ = nullptr;
    std::string file_text_;
    int sockets_[2] = {-1, -1};
    const char* operation_ = "start";
    std::string failure_;
};

}  // namespace evlet_test
