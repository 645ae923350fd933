// SPDX-License-Identifier: BSD-3-Clause
// What the tests of evbuffer share: buffers that end with their scope, buffers made of pieces of
// known sizes, what a buffer holds as a string, files, and a callback that remembers its calls.
#pragma once

#include <errno.h>
#include <event2/buffer.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "doctest.h"
#include "support/test_base.h"

namespace evlet_test {

// `size` bytes in which no short part occurs twice soon, so that a shift or a gap is seen.
inline std::string pattern(size_t size, unsigned seed = 1) {
    std::string result(size, '\0');
    unsigned state = seed * 2654435761u + 12345u;
    for (char& byte : result) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<char>('!' + (state >> 24) % 90);
    }
    return result;
}

// The extents that evbuffer_peek() shows.
inline std::vector<evbuffer_iovec> extents(evbuffer* buffer) {
    const int count = evbuffer_peek(buffer, -1, nullptr, nullptr, 0);
    REQUIRE(count >= 0);
    std::vector<evbuffer_iovec> result(static_cast<size_t>(count));
    if (count > 0)
        REQUIRE(evbuffer_peek(buffer, -1, nullptr, result.data(), count) == count);
    return result;
}

inline std::string text_of(const evbuffer_iovec& extent) {
    return {static_cast<const char*>(extent.iov_base), extent.iov_len};
}

// All a buffer holds. Ways to look at it that disagree fail the test.
inline std::string content(evbuffer* buffer) {
    const size_t length = evbuffer_get_length(buffer);
    std::string copied(length, '?');
    REQUIRE(evbuffer_copyout(buffer, copied.data(), length) == static_cast<ev_ssize_t>(length));
    std::string peeked;
    for (const evbuffer_iovec& extent : extents(buffer))
        peeked += text_of(extent);
    // Not the strings themselves: they are long, and a test says what it expects anyway.
    REQUIRE(peeked.size() == length);
    const bool copy_and_peek_agree = peeked == copied;
    REQUIRE(copy_and_peek_agree);
    return copied;
}

// The same, without a report of both when they are long.
inline bool holds(evbuffer* buffer, const std::string& expected) {
    const std::string found = content(buffer);
    if (found == expected)
        return true;
    size_t at = 0;
    while (at < found.size() && at < expected.size() && found[at] == expected[at])
        ++at;
    MESSAGE("differs at byte ", at, "; lengths ", found.size(), " and ", expected.size());
    return false;
}

// What refers to memory that somebody else owns, and was told when nobody looks at it any more.
class Referred {
public:
    explicit Referred(std::string bytes) : bytes_(std::move(bytes)) {}
    Referred(const Referred&) = delete;
    Referred& operator=(const Referred&) = delete;
    int add_to(evbuffer* buffer) {
        return evbuffer_add_reference(buffer, bytes_.data(), bytes_.size(), released, this);
    }
    static void released(const void* data, size_t length, void* self) {
        auto& referred = *static_cast<Referred*>(self);
        ++referred.releases;
        referred.last_data = data;
        referred.last_length = length;
    }
    const char* data() const { return bytes_.data(); }
    size_t size() const { return bytes_.size(); }
    const std::string& text() const { return bytes_; }

    int releases = 0;
    const void* last_data = nullptr;
    size_t last_length = 0;

private:
    std::string bytes_;
};

inline void release_copy(const void*, size_t, void* copy) {
    delete static_cast<std::string*>(copy);
}

// Adds bytes that stay a piece of their own.
inline void add_piece(evbuffer* buffer, const std::string& text) {
    auto* copy = new std::string(text);
    REQUIRE(evbuffer_add_reference(buffer, copy->data(), copy->size(), release_copy, copy) == 0);
}

class Buffer {
public:
    Buffer() : buffer_(evbuffer_new()) { REQUIRE(buffer_); }
    explicit Buffer(const std::string& text) : Buffer() {
        REQUIRE(evbuffer_add(buffer_, text.data(), text.size()) == 0);
    }
    Buffer(std::initializer_list<const char*> parts) : Buffer() {
        for (const char* part : parts)
            add_piece(buffer_, part);
    }
    ~Buffer() { free(); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    operator evbuffer*() const { return buffer_; }
    void free() {
        if (buffer_)
            evbuffer_free(buffer_);
        buffer_ = nullptr;
    }
    // Somebody else has freed it.
    void forget() { buffer_ = nullptr; }
    size_t length() const { return evbuffer_get_length(buffer_); }

private:
    evbuffer* buffer_;
};

inline int add(evbuffer* buffer, const std::string& text) {
    return evbuffer_add(buffer, text.data(), text.size());
}

inline int prepend(evbuffer* buffer, const std::string& text) {
    return evbuffer_prepend(buffer, text.data(), text.size());
}

// The position `at`, which has to exist.
inline evbuffer_ptr position(evbuffer* buffer, size_t at) {
    evbuffer_ptr result;
    REQUIRE(evbuffer_ptr_set(buffer, &result, at, EVBUFFER_PTR_SET) == 0);
    REQUIRE(result.pos == static_cast<ev_ssize_t>(at));
    return result;
}

// A file without a name that holds `text`, read from its start.
class File {
public:
    explicit File(const std::string& text) : file_(tmpfile()) {
        REQUIRE(file_);
        REQUIRE(fwrite(text.data(), 1, text.size(), file_) == text.size());
        REQUIRE(fflush(file_) == 0);
        rewind(file_);
    }
    ~File() { fclose(file_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd() const { return fileno(file_); }
    // A descriptor that whoever gets it closes.
    int give_away() const {
        const int copy = dup(fd());
        REQUIRE(copy >= 0);
        return copy;
    }

private:
    FILE* file_;
};

inline bool is_open(int fd) {
    return fcntl(fd, F_GETFD) >= 0;
}

// A callback of a buffer that remembers what it was told, and may do something as well.
class Observer {
public:
    using Body = std::function<void(evbuffer*, const evbuffer_cb_info&)>;
    explicit Observer(evbuffer* buffer, Body body = nullptr)
        : entry(evbuffer_add_cb(buffer, on_change, this)), body_(std::move(body)) {
        REQUIRE(entry);
    }
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    static void on_change(evbuffer* buffer, const evbuffer_cb_info* info, void* self) {
        auto& observer = *static_cast<Observer*>(self);
        observer.told.push_back(*info);
        if (observer.body_)
            observer.body_(buffer, *info);
    }
    size_t calls() const { return told.size(); }
    // Whether the last call and only that one, since the last look, was this.
    bool saw(size_t orig_size, size_t n_added, size_t n_deleted) {
        const std::vector<evbuffer_cb_info> since = std::exchange(told, {});
        return since.size() == 1 && since[0].orig_size == orig_size &&
               since[0].n_added == n_added && since[0].n_deleted == n_deleted;
    }
    bool saw_nothing() { return std::exchange(told, {}).empty(); }

    evbuffer_cb_entry* entry;
    std::vector<evbuffer_cb_info> told;

private:
    Body body_;
};

}  // namespace evlet_test
