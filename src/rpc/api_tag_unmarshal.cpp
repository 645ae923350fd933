// SPDX-License-Identifier: BSD-3-Clause
// Reading tagged data. A record is understood in whole before any of it is taken from the buffer,
// so that a failure leaves the buffer as it was.
#include <limits.h>
#include <string.h>
#include <sys/time.h>

#include "buffer/buffer.h"
#include "event2/buffer.h"
#include "event2/tag.h"
#include "mem/mem.h"
#include "rpc/tag_wire.h"

using namespace evlet;
using namespace evlet::rpc;

namespace {

// Tag, length and a time: the longest that is looked at.
constexpr size_t kMostFront = kMostTag + 3 * kMostInt;

// The first bytes of a buffer in one piece, for the scope, in which the buffer is locked.
class Front {
public:
    explicit Front(evbuffer& buffer) : buffer_(buffer) {
        buffer_.lock.lock();
        total_ = buffer_.length;
        Chain* const first = buffer_.first;
        const size_t wanted = total_ < kMostFront ? total_ : kMostFront;
        if (buffer_.front_frozen)
            total_ = 0;
        else if (first && first->storage && first->length >= wanted)
            data_ = first->begin(), size_ = first->length;
        else if (wanted)
            copy(wanted);
    }
    ~Front() { buffer_.lock.unlock(); }
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    // Takes bytes off the front, if that leaves some in the chain and there is nobody to be told of
    // it, which is the common case. Otherwise take() does, once the buffer is not locked any more.
    [[nodiscard]] bool take_at_once(size_t count) {
        Chain* const first = buffer_.first;
        if (buffer_.changed || buffer_.extras || first->length <= count)
            return false;
        first->offset += count;
        first->length -= count;
        buffer_.length -= count;
        return true;
    }
    [[nodiscard]] const uint8_t* data() const { return data_; }
    [[nodiscard]] size_t size() const { return size_; }
    [[nodiscard]] size_t total() const { return total_; }

private:
    void copy(size_t wanted) {
        const ev_ssize_t copied = evbuffer_copyout(&buffer_, bytes_, wanted);
        size_ = copied < 0 ? 0 : static_cast<size_t>(copied);
    }

    evbuffer& buffer_;
    uint8_t bytes_[kMostFront];
    const uint8_t* data_ = bytes_;
    size_t size_ = 0;
    size_t total_;
};

struct Header {
    uint32_t tag;
    uint32_t length;  // of the payload
    size_t size;      // of tag and length; 0: there is none
};

Header read_header(const Front& front) {
    Header header = {};
    const size_t tag = get_tag(front.data(), front.size(), &header.tag);
    uint64_t length = 0;
    const size_t rest =
        tag ? get_int(front.data() + tag, front.size() - tag, kNibbles32, &length) : 0;
    header.length = static_cast<uint32_t>(length);
    header.size = rest ? tag + rest : 0;
    return header;
}

// The header of a record that is there in whole, and that a program can be told of.
Header read_record(const Front& front) {
    Header header = read_header(front);
    if (header.size && (header.length > INT_MAX || header.length > front.total() - header.size))
        header.size = 0;
    return header;
}

bool take(evbuffer* buffer, size_t count) {
    return evbuffer_drain(buffer, count) == 0;
}

// Copies `count` bytes from `position` on, where they are: `front` is of the same buffer.
bool copy_bytes(evbuffer* buffer, const Front& front, size_t position, void* ret_bytes,
                size_t count) {
    if (count == 0)
        return true;
    if (front.size() >= position && front.size() - position >= count) {
        memcpy(ret_bytes, front.data() + position, count);
        return true;
    }
    evbuffer_ptr place;
    return evbuffer_ptr_set(buffer, &place, position, EVBUFFER_PTR_SET) == 0 &&
           evbuffer_copyout_from(buffer, &place, ret_bytes, count) ==
               static_cast<ev_ssize_t>(count);
}

// Integers at the front of a record's payload; each is 0 bytes long if it is not there.
struct Numbers {
    Header header;
    size_t sizes[2];
    uint64_t values[2];
};

void read_numbers(const Front& front, unsigned nibbles, Numbers& ret_numbers) {
    Header& header = ret_numbers.header = read_record(front);
    if (!header.size)
        return;
    const uint8_t* const at = front.data() + header.size;
    const size_t there = front.size() - header.size;
    const size_t size = header.length < there ? header.length : there;
    const size_t first = get_int(at, size, nibbles, &ret_numbers.values[0]);
    ret_numbers.sizes[0] = first;
    ret_numbers.sizes[1] =
        first ? get_int(at + first, size - first, kNibbles32, &ret_numbers.values[1]) : 0;
}

// As evtag_unmarshal_int64(); the number that was read goes to `*ret_number`.
int unmarshal_number(evbuffer* buffer, uint32_t need_tag, unsigned nibbles, uint64_t* ret_number) {
    Header header;
    uint64_t number = 0;
    size_t used = 0;
    bool taken;
    {
        Front front(*buffer);
        header = read_record(front);
        if (!header.size || header.tag != need_tag)
            return -1;
        const size_t there = front.size() - header.size;
        used = get_int(front.data() + header.size, header.length < there ? header.length : there,
                       nibbles, &number);
        if (!used)
            return -1;
        taken = front.take_at_once(header.size + header.length);
    }
    if (!taken && !take(buffer, header.size + header.length))
        return -1;
    *ret_number = number;
    return static_cast<int>(used);
}

int decode_number(evbuffer* buffer, unsigned nibbles, uint64_t* ret_number) {
    size_t used;
    {
        Front front(*buffer);
        used = get_int(front.data(), front.size(), nibbles, ret_number);
        if (used && front.take_at_once(used))
            return 0;
    }
    return used && take(buffer, used) ? 0 : -1;
}

size_t peek_tag(evbuffer* buffer, uint32_t* ret_tag) {
    const Front front(*buffer);
    return get_tag(front.data(), front.size(), ret_tag);
}

Header peek_header(evbuffer* buffer) {
    const Front front(*buffer);
    return read_header(front);
}

Header peek_record(evbuffer* buffer) {
    const Front front(*buffer);
    return read_record(front);
}

}  // namespace

extern "C" {

EVENT2_EXPORT_SYMBOL int evtag_decode_tag(ev_uint32_t* ptag, struct evbuffer* evbuf);
EVENT2_EXPORT_SYMBOL int evtag_decode_int(ev_uint32_t* pnumber, struct evbuffer* evbuf);
EVENT2_EXPORT_SYMBOL int evtag_decode_int64(ev_uint64_t* pnumber, struct evbuffer* evbuf);

int evtag_decode_tag(ev_uint32_t* ptag, struct evbuffer* evbuf) {
    uint32_t tag = 0;
    const size_t size = peek_tag(evbuf, &tag);
    if (!size || !take(evbuf, size))
        return -1;
    if (ptag)
        *ptag = tag;
    return static_cast<int>(size);
}

int evtag_decode_int(ev_uint32_t* pnumber, struct evbuffer* evbuf) {
    uint64_t number = 0;
    if (decode_number(evbuf, kNibbles32, &number) != 0)
        return -1;
    *pnumber = static_cast<uint32_t>(number);
    return 0;
}

int evtag_decode_int64(ev_uint64_t* pnumber, struct evbuffer* evbuf) {
    uint64_t number = 0;
    if (decode_number(evbuf, kNibbles64, &number) != 0)
        return -1;
    *pnumber = number;
    return 0;
}

int evtag_peek(struct evbuffer* evbuf, ev_uint32_t* ptag) {
    uint32_t tag = 0;
    const size_t size = peek_tag(evbuf, &tag);
    if (!size)
        return -1;
    if (ptag)
        *ptag = tag;
    return static_cast<int>(size);
}

int evtag_peek_length(struct evbuffer* evbuf, ev_uint32_t* plength) {
    const Header header = peek_header(evbuf);
    if (!header.size || header.length > UINT32_MAX - header.size)
        return -1;
    *plength = static_cast<uint32_t>(header.size) + header.length;
    return 0;
}

int evtag_payload_length(struct evbuffer* evbuf, ev_uint32_t* plength) {
    const Header header = peek_header(evbuf);
    if (!header.size)
        return -1;
    *plength = header.length;
    return 0;
}

int evtag_unmarshal_header(struct evbuffer* evbuf, ev_uint32_t* ptag) {
    const Header header = peek_record(evbuf);
    if (!header.size || !take(evbuf, header.size))
        return -1;
    if (ptag)
        *ptag = header.tag;
    return static_cast<int>(header.length);
}

int evtag_consume(struct evbuffer* evbuf) {
    Header header;
    {
        Front front(*evbuf);
        header = read_record(front);
        if (header.size && front.take_at_once(header.size + header.length))
            return 0;
    }
    return header.size && take(evbuf, header.size + header.length) ? 0 : -1;
}

int evtag_unmarshal(struct evbuffer* src, ev_uint32_t* ptag, struct evbuffer* dst) {
    if (src == dst)
        return -1;
    const Header header = peek_record(src);
    if (!header.size)
        return -1;
    evbuffer_iovec pieces[2];
    int count = 0;
    if (header.length) {
        count = evbuffer_reserve_space(dst, static_cast<ev_ssize_t>(header.length), pieces, 2);
        if (count < 1)
            return -1;
        const Front front(*src);
        size_t done = 0;
        for (int i = 0; i < count; ++i) {
            const size_t left = header.length - done;
            if (pieces[i].iov_len > left)
                pieces[i].iov_len = left;
            if (!copy_bytes(src, front, header.size + done, pieces[i].iov_base, pieces[i].iov_len))
                return -1;
            done += pieces[i].iov_len;
        }
    }
    if (!take(src, header.size + header.length))
        return -1;
    if (count)
        (void)evbuffer_commit_space(dst, pieces, count);
    if (ptag)
        *ptag = header.tag;
    return static_cast<int>(header.length);
}

int evtag_unmarshal_int(struct evbuffer* evbuf, ev_uint32_t need_tag, ev_uint32_t* pinteger) {
    uint64_t number = 0;
    const int used = unmarshal_number(evbuf, need_tag, kNibbles32, &number);
    if (used != -1)
        *pinteger = static_cast<uint32_t>(number);
    return used;
}

int evtag_unmarshal_int64(struct evbuffer* evbuf, ev_uint32_t need_tag, ev_uint64_t* pinteger) {
    uint64_t number = 0;
    const int used = unmarshal_number(evbuf, need_tag, kNibbles64, &number);
    if (used != -1)
        *pinteger = number;
    return used;
}

int evtag_unmarshal_fixed(struct evbuffer* src, ev_uint32_t need_tag, void* data, size_t len) {
    Header header;
    {
        Front front(*src);
        header = read_record(front);
        if (!header.size || header.tag != need_tag || header.length != len ||
            !copy_bytes(src, front, header.size, data, len))
            return -1;
        if (front.take_at_once(header.size + header.length))
            return 0;
    }
    return take(src, header.size + header.length) ? 0 : -1;
}

int evtag_unmarshal_string(struct evbuffer* evbuf, ev_uint32_t need_tag, char** pstring) {
    Header header;
    char* text = nullptr;
    {
        Front front(*evbuf);
        header = read_record(front);
        if (header.size && header.tag == need_tag)
            text = static_cast<char*>(mem::allocate(size_t(header.length) + 1));
        if (!text)
            return -1;
        text[header.length] = 0;
        if (!copy_bytes(evbuf, front, header.size, text, header.length)) {
            mem::release(text);
            return -1;
        }
        if (front.take_at_once(header.size + header.length)) {
            *pstring = text;
            return 0;
        }
    }
    if (!take(evbuf, header.size + header.length)) {
        mem::release(text);
        return -1;
    }
    *pstring = text;
    return 0;
}

int evtag_unmarshal_timeval(struct evbuffer* evbuf, ev_uint32_t need_tag, struct timeval* ptv) {
    Numbers numbers = {};
    const Header& header = numbers.header;
    decltype(ptv->tv_sec) seconds;
    bool taken;
    {
        Front front(*evbuf);
        read_numbers(front, kNibbles64, numbers);
        seconds = static_cast<decltype(ptv->tv_sec)>(numbers.values[0]);
        if (!header.size || header.tag != need_tag || !numbers.sizes[0] || !numbers.sizes[1] ||
            seconds < 0 || static_cast<uint64_t>(seconds) != numbers.values[0])
            return -1;
        taken = front.take_at_once(header.size + header.length);
    }
    if (!taken && !take(evbuf, header.size + header.length))
        return -1;
    ptv->tv_sec = seconds;
    ptv->tv_usec = static_cast<decltype(ptv->tv_usec)>(numbers.values[1]);
    return 0;
}

}  // extern "C"
