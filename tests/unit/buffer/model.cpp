// SPDX-License-Identifier: BSD-3-Clause
// The frame of the model: choosing, comparing, and the life of what the buffers refer to.
#include "model.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/test_base.h"

namespace evlet_test {

namespace {

// What a reference points into. The bytes follow the count so that a late look is seen.
struct Lent {
    BufferModel* owner;
    std::string bytes;
};

}  // namespace

const BufferModel::Operation BufferModel::kOperations[] = {
    {"add", &BufferModel::add, 6},
    {"add_printf", &BufferModel::add_printf, 2},
    {"add_iovec", &BufferModel::add_iovec, 2},
    {"prepend", &BufferModel::prepend, 4},
    {"add_reference", &BufferModel::add_reference, 4},
    {"add_file", &BufferModel::add_file, 1},
    {"expand", &BufferModel::expand, 2},
    {"reserve_and_commit", &BufferModel::reserve_and_commit, 4},
    {"reserve_and_leave", &BufferModel::reserve_and_leave, 1},
    {"drain", &BufferModel::drain, 8},
    {"remove", &BufferModel::remove, 4},
    {"copy_out", &BufferModel::copy_out, 3},
    {"add_buffer", &BufferModel::move_all, 2},
    {"prepend_buffer", &BufferModel::move_all_front, 2},
    {"remove_buffer", &BufferModel::move_some, 6},
    {"add_buffer_reference", &BufferModel::multicast, 3},
    {"pullup", &BufferModel::pull_up, 3},
    {"peek", &BufferModel::peek, 3},
    {"search", &BufferModel::search, 3},
    {"readln", &BufferModel::take_line, 3},
    {"search_eol", &BufferModel::search_line, 2},
    {"socket", &BufferModel::through_a_socket, 1},
    {"freeze", &BufferModel::freeze, 1},
    {"start_anew", &BufferModel::start_anew, 1},
};

BufferModel::BufferModel(Choices& choices) : choices_(choices) {
    for (size_t i = 0; i < kBuffers; ++i) {
        sides_[i].observed = i > 0;  // one without, since that is the common case
        make(sides_[i]);
    }
    demand(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets_) == 0, "socketpair");
    for (const int fd : sockets_)
        demand(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
}

BufferModel::~BufferModel() {
    for (Side& side : sides_) {
        if (side.buffer)
            evbuffer_free(side.buffer);
    }
    for (const int fd : sockets_)
        close(fd);
    if (file_)
        fclose(file_);
}

void BufferModel::make(Side& side) {
    side.buffer = evbuffer_new();
    side.text.clear();
    side.may_hold_file = false;
    side.told_length = 0;
    demand(side.buffer != nullptr, "evbuffer_new");
    if (side.observed)
        demand(evbuffer_add_cb(side.buffer, changed, &side) != nullptr, "evbuffer_add_cb");
}

void BufferModel::changed(evbuffer*, const evbuffer_cb_info* info, void* argument) {
    auto& side = *static_cast<Side*>(argument);
    // A wrong start makes the length wrong for good, which check_lengths() sees.
    side.told_length = info->orig_size == side.told_length
                           ? info->orig_size + info->n_added - info->n_deleted
                           : static_cast<size_t>(-1);
}

void BufferModel::demand(bool condition, const char* what) {
    if (!condition && failure_.empty())
        failure_ = std::string(operation_) + ": " + what;
}

bool BufferModel::step() {
    static const int total = [] {
        int sum = 0;
        for (const Operation& operation : kOperations)
            sum += operation.weight;
        return sum;
    }();
    Side& side = sides_[pick(kBuffers)];
    int choice = static_cast<int>(pick(static_cast<size_t>(total)));
    const Operation* operation = kOperations;
    while (choice >= operation->weight)
        choice -= (operation++)->weight;
    operation_ = operation->name;
    (this->*operation->body)(side);
    check_lengths();
    // Grown too large to be quick: what multicast doubles has to go some time.
    if (side.text.size() > 60000) {
        demand(evbuffer_drain(side.buffer, EV_SIZE_MAX) == 0, "drain all");
        side.text.clear();
    }
    return failure_.empty();
}

void BufferModel::check_lengths() {
    for (Side& side : sides_) {
        demand(evbuffer_get_length(side.buffer) == side.text.size(), "the length differs");
        demand(!side.observed || side.told_length == side.text.size(),
               "the callback was told other lengths");
        if (side.text.empty())
            side.may_hold_file = false;
    }
}

bool BufferModel::compare(Side& side) {
    const size_t length = evbuffer_get_length(side.buffer);
    std::string found(length, '?');
    demand(evbuffer_copyout(side.buffer, &found[0], length) == static_cast<ev_ssize_t>(length),
           "copyout of all fails");
    demand(found == side.text, "the bytes differ");
    return failure_.empty();
}

bool BufferModel::compare_all() {
    for (Side& side : sides_)
        compare(side);
    return failure_.empty();
}

bool BufferModel::finish() {
    compare_all();
    operation_ = "finish";
    for (Side& side : sides_) {
        evbuffer_free(side.buffer);
        side.buffer = nullptr;
    }
    demand(references_ == 0, "memory was not released, or twice");
    return failure_.empty();
}

size_t BufferModel::pick_size() {
    const size_t kind = pick(32);
    if (kind < 12)
        return pick(8);
    if (kind < 26)
        return pick(200);
    if (kind < 31)
        return pick(1500);
    return pick(9000);
}

// Mostly two letters and ends of lines, so that searches meet near misses.
std::string BufferModel::pick_text(size_t size) {
    static const char kLetters[] = "aaaabbbb\r\n\r\n\0cde";
    std::string text(size, '\0');
    unsigned state = ++texts_ * 2654435761u;
    for (char& byte : text) {
        state = state * 1664525u + 1013904223u;
        byte = kLetters[(state >> 24) % (sizeof kLetters - 1)];
    }
    return text;
}

std::string BufferModel::pick_needle(const Side& side) {
    if (side.text.empty() || pick(8) == 0)
        return pick_text(pick(5));
    const size_t from = pick(side.text.size());
    std::string needle = side.text.substr(from, pick(pick(4) ? 12 : 300));
    if (!needle.empty() && pick(3) == 0)
        needle.back() = static_cast<char>(needle.back() + 1);
    return needle;
}

BufferModel::Side& BufferModel::pick_other(const Side& side) {
    Side& other = sides_[pick(kBuffers)];
    return &other != &side ? other : sides_[(&side - sides_ + 1) % kBuffers];
}

evbuffer_ptr BufferModel::place(Side& side, size_t position) {
    evbuffer_ptr result = {-1, {nullptr, 0}};
    demand(evbuffer_ptr_set(side.buffer, &result, position, EVBUFFER_PTR_SET) == 0 &&
               result.pos == static_cast<ev_ssize_t>(position),
           "ptr_set fails within the buffer");
    return result;
}

void BufferModel::released(const void* data, size_t, void* argument) {
    auto* lent = static_cast<Lent*>(argument);
    lent->owner->demand(data == lent->bytes.data(), "released with another address");
    --lent->owner->references_;
    delete lent;
}

void BufferModel::add_reference(Side& side) {
    const std::string text = pick_text(pick_size());
    const size_t offset = pick(4) ? 0 : pick(text.size() + 1);
    auto* lent = new Lent{this, text};
    const char* data = lent->bytes.data();
    ++references_;
    const int result =
        offset ? evbuffer_add_reference_with_offset(side.buffer, data, offset, text.size() - offset,
                                                    released, lent)
               : evbuffer_add_reference(side.buffer, data, text.size(), released, lent);
    demand(result == 0, "fails");
    side.text += text.substr(offset);
}

void BufferModel::add_file(Side& side) {
    if (!evlet_test::files.met)
        return;
    if (!file_) {
        file_text_ = pick_text(kFileSize);
        file_ = tmpfile();
        const bool written = file_ && fwrite(file_text_.data(), 1, kFileSize, file_) == kFileSize &&
                             fflush(file_) == 0;
        demand(written, "no file");
        if (!written)
            return;
    }
    static const unsigned kWays[] = {0, EVBUF_FS_DISABLE_MMAP, EVBUF_FS_DISABLE_SENDFILE,
                                     EVBUF_FS_DISABLE_MMAP | EVBUF_FS_DISABLE_SENDFILE};
    const size_t offset = pick(kFileSize), room = kFileSize - offset;
    const size_t size = 1 + pick(room < 3000 ? room : 3000);
    evbuffer_file_segment* segment = evbuffer_file_segment_new(
        fileno(file_), static_cast<ev_off_t>(offset), static_cast<ev_off_t>(size), kWays[pick(4)]);
    demand(segment != nullptr, "file_segment_new fails");
    if (!segment)
        return;
    const bool drains_to_fd = pick(2);
    if (drains_to_fd)
        evbuffer_set_flags(side.buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
    for (size_t parts = 1 + pick(2); parts > 0; --parts) {
        const size_t from = pick(size), length = 1 + pick(size - from);
        demand(evbuffer_add_file_segment(side.buffer, segment, static_cast<ev_off_t>(from),
                                         static_cast<ev_off_t>(length)) == 0,
               "add_file_segment fails");
        side.text.append(file_text_, offset + from, length);
        side.may_hold_file = true;
    }
    evbuffer_clear_flags(side.buffer, EVBUFFER_FLAG_DRAINS_TO_FD);
    evbuffer_file_segment_free(segment);
}

void BufferModel::start_anew(Side& side) {
    evbuffer_free(side.buffer);
    make(side);
}

}  // namespace evlet_test
