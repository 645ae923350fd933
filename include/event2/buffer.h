/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evbuffer: a queue of bytes. They are added at the back and taken off the front, both
 * cheap at any size, because the bytes lie in a list of blocks and not in one array.
 *
 * Long file: the API keeps everything about buffers in one header.
 *
 * Used for data that arrives before it can be handled and data that waits to be sent. Every
 * bufferevent (event2/bufferevent.h) has one for each direction.
 *
 *     struct evbuffer *buf = evbuffer_new();
 *     char *line;
 *     evbuffer_add(buf, "first\r\nsec", 10);
 *     evbuffer_add_printf(buf, "ond %d\r\n", 2);
 *     while ((line = evbuffer_readln(buf, NULL, EVBUFFER_EOL_CRLF))) {
 *         puts(line);                              // "first", then "second 2"
 *         free(line);
 *     }
 *     evbuffer_free(buf);
 *
 * Bytes get in and out without a copy where that can be:
 *
 *     evbuffer_add_buffer()              moves all bytes of another buffer
 *     evbuffer_add_reference()           refers to memory of the program
 *     evbuffer_add_buffer_reference()    shares the bytes of another buffer
 *     evbuffer_add_file()                sends a file, with sendfile(2) or mmap(2)
 *     evbuffer_reserve_space()           lets the program write where the bytes will lie
 *     evbuffer_peek()                    lets it read where they lie
 *
 * A look at a message with a header of four bytes, leaving the buffer as it is until the
 * message is complete:
 *
 *     ev_uint32_t size;
 *     if (evbuffer_copyout(buf, &size, 4) < 4)
 *         return;                                  // wait for more
 *     size = ntohl(size);
 *     if (size > MOST)
 *         ...;                                     // the peer is not to be trusted
 *     else if (evbuffer_get_length(buf) - 4 >= size) {
 *         evbuffer_drain(buf, 4);
 *         handle(evbuffer_pullup(buf, size), size);
 *         evbuffer_drain(buf, size);
 *     }
 *
 * Rules that hold for the whole file unless a function says otherwise:
 *  - An int result is 0 for success and -1 for failure. Reasons to fail are: no memory
 *    (errno ENOMEM), a buffer that would hold more than EV_SSIZE_MAX bytes, an end that is
 *    frozen (evbuffer_freeze()), an argument that makes no sense. A failure changes no byte
 *    of any buffer.
 *  - Sizes and positions are in bytes; a position counts from the front, which is 0.
 *  - Adding 0 bytes succeeds and does nothing.
 *  - A buffer passed in may not be NULL.
 *  - What a function copies may change or go when it has returned.
 *  - Addresses into a buffer (evbuffer_pullup(), evbuffer_peek(), evbuffer_reserve_space())
 *    and positions (struct evbuffer_ptr) hold until the buffer is changed next, by whomever.
 *  - A buffer is used by one thread at a time. After evbuffer_enable_locking() each call may
 *    come from any thread; evbuffer_lock() makes several calls one.
 */
#ifndef EVENT2_BUFFER_H_INCLUDED_
#define EVENT2_BUFFER_H_INCLUDED_

#include <event2/util.h>
#include <event2/visibility.h>

#include <stdarg.h>
#ifdef EVENT__HAVE_SYS_UIO_H
#include <sys/uio.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;

/** A queue of bytes. */
struct evbuffer;

/**
 * A position in a buffer, set by evbuffer_ptr_set() and the searches. Held by value, never
 * freed. `pos` may be read: bytes from the front, or -1 for "not found" and "not valid". It
 * may equal the length: the place behind the last byte. The rest is the library's.
 */
struct evbuffer_ptr {
    ev_ssize_t pos;
    struct {
        void *chain;
        size_t pos_in_chain;
    } internal_;
};

/** One piece of memory: `iov_base` and `iov_len`. The struct iovec of the system, where it
 *  has one; EVBUFFER_IOVEC_IS_NATIVE_ is defined then. */
#ifdef EVENT__HAVE_SYS_UIO_H
#define evbuffer_iovec iovec
#define EVBUFFER_IOVEC_IS_NATIVE_
#else
struct evbuffer_iovec {
    void *iov_base;
    size_t iov_len;
};
#endif

/*
 * ---- Making and locking ----
 */

/** An empty buffer. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
struct evbuffer *evbuffer_new(void);

/** Free a buffer and its bytes. Cleanup callbacks of references run; callbacks of
 *  evbuffer_add_cb() are not called for it. Allowed in a callback of the buffer itself. NULL is
 *  allowed. Not for the buffers of a bufferevent, which go with it. */
EVENT2_EXPORT_SYMBOL
void evbuffer_free(struct evbuffer *buf);

/**
 * Give a buffer a lock, so that threads may share it. Once, before there is sharing.
 *
 * `lock` is NULL for a lock of its own, or one that the lock callbacks of event2/thread.h made,
 * a recursive one; it stays the caller's and has to outlive the buffer. -1: no thread support
 * is on, the buffer has a lock already, or out of memory.
 */
EVENT2_EXPORT_SYMBOL
int evbuffer_enable_locking(struct evbuffer *buf, void *lock);

/** Take the lock of a buffer, and wait for it. The holder may take it again, and gives it back as
 *  often. Nothing happens when the buffer has none. */
EVENT2_EXPORT_SYMBOL
void evbuffer_lock(struct evbuffer *buf);

/** Give back what evbuffer_lock() took. */
EVENT2_EXPORT_SYMBOL
void evbuffer_unlock(struct evbuffer *buf);

/** For evbuffer_set_flags(): the bytes leave through evbuffer_write() alone, so that files
 *  added need not be readable in memory and sendfile(2) may take them. The buffer stays correct
 *  when a byte is looked at all the same; it costs a copy. */
#define EVBUFFER_FLAG_DRAINS_TO_FD 1

/** Set EVBUFFER_FLAG_* values, beside those set already. -1: other bits; nothing is changed. */
EVENT2_EXPORT_SYMBOL
int evbuffer_set_flags(struct evbuffer *buf, ev_uint64_t flags);

/** Clear EVBUFFER_FLAG_* values. -1: other bits; nothing is changed. */
EVENT2_EXPORT_SYMBOL
int evbuffer_clear_flags(struct evbuffer *buf, ev_uint64_t flags);

/*
 * ---- Length and room ----
 */

/** Bytes in the buffer. */
EVENT2_EXPORT_SYMBOL
size_t evbuffer_get_length(const struct evbuffer *buf);

/** Bytes at the front that lie in one piece already, so that evbuffer_pullup() of as many
 *  costs nothing. 0 for an empty buffer. */
EVENT2_EXPORT_SYMBOL
size_t evbuffer_get_contiguous_space(const struct evbuffer *buf);

/** Make room for `datlen` bytes more, so that adding them next takes no memory. */
EVENT2_EXPORT_SYMBOL
int evbuffer_expand(struct evbuffer *buf, size_t datlen);

/**
 * Offer room at the back for the program to write to, for data that it would have to copy in
 * otherwise:
 *
 *     struct evbuffer_iovec room[2];
 *     int n = evbuffer_reserve_space(buf, 4096, room, 2);
 *     if (n > 0) {
 *         size_t size = produce(room[0].iov_base, room[0].iov_len);
 *         room[0].iov_len = size;
 *         evbuffer_commit_space(buf, room, 1);
 *     }
 *
 * Fills `vec`, which has place for `n_vec` pieces, with room of `size` bytes or more in all, and
 * returns how many pieces it filled. One place is enough for one piece of `size` bytes; two
 * waste less memory, more are not used. Nothing is in the buffer until evbuffer_commit_space().
 * -1: `n_vec` below 1, `size` below 0, or as everywhere.
 */
EVENT2_EXPORT_SYMBOL
int evbuffer_reserve_space(struct evbuffer *buf, ev_ssize_t size, struct evbuffer_iovec *vec,
                           int n_vec);

/**
 * Let what was written to the room of evbuffer_reserve_space() be the last bytes of the buffer.
 *
 * `vec` is as evbuffer_reserve_space() filled it, each iov_len made less at will: the bytes of the
 * pieces follow each other without a gap. `n_vecs` may be less too, and 0 gives the room back. -1:
 * the pieces are not the room that was reserved last, or are larger than it.
 */
EVENT2_EXPORT_SYMBOL
int evbuffer_commit_space(struct evbuffer *buf, struct evbuffer_iovec *vec, int n_vecs);

/*
 * ---- Adding ----
 */

/** Copy `datlen` bytes to the back. They may lie in the buffer itself. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add(struct evbuffer *buf, const void *data, size_t datlen);

/** Copy `size` bytes to the front. */
EVENT2_EXPORT_SYMBOL
int evbuffer_prepend(struct evbuffer *buf, const void *data, size_t size);

/** Copy the bytes of `n_vec` pieces to the back. Returns how many bytes were added: those of all
 *  pieces, or 0 after a failure. */
EVENT2_EXPORT_SYMBOL
size_t evbuffer_add_iovec(struct evbuffer *buf, struct evbuffer_iovec *vec, int n_vec);

/** Add text as printf(3) makes it, without a NUL at its end. Returns the number of bytes
 *  added, or -1. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_printf(struct evbuffer *buf, const char *fmt, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/** evbuffer_add_printf() with the arguments in a va_list, which is as after vprintf(3) then. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_vprintf(struct evbuffer *buf, const char *fmt, va_list ap)
#ifdef __GNUC__
    __attribute__((format(printf, 2, 0)))
#endif
    ;

/** Move all bytes of `inbuf` to the back of `outbuf`, without a copy but for a few bytes that would
 *  waste a block. Nothing happens if the two are one. -1 also when the front of `inbuf` is
 *  frozen. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_buffer(struct evbuffer *outbuf, struct evbuffer *inbuf);

/** Move all bytes of `src` to the front of `dst`. As evbuffer_add_buffer(). */
EVENT2_EXPORT_SYMBOL
int evbuffer_prepend_buffer(struct evbuffer *dst, struct evbuffer *src);

/**
 * Let the bytes of `inbuf` be at the back of `outbuf` too, without a copy: for sending one
 * message to many. Both may be drained, added to and freed in any order afterwards; the bytes
 * themselves stay until the last of the two has let go of them, and are not to be written to. The
 * two are different buffers.
 */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_buffer_reference(struct evbuffer *outbuf, struct evbuffer *inbuf);

/*
 * ---- Adding memory of the program ----
 */

/**
 * Called when no buffer refers to the memory any more: with the `data` and `datlen` of
 * evbuffer_add_reference() and its argument `extra`. Comes once, from whichever call gave up the
 * last byte, in its thread, and maybe with the lock of a buffer held: it should free its memory
 * and not use buffers.
 */
typedef void (*evbuffer_ref_cleanup_cb)(const void *data, size_t datalen, void *extra);

/**
 * Add `datlen` bytes at `data` without a copy. They have to stay as they are until
 * `cleanupfn(data, datlen, cleanupfn_arg)` is called. NULL: nobody needs to know, as for
 * constants. After a failure the memory stays the caller's and `cleanupfn` is not called.
 */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_reference(struct evbuffer *buf, const void *data, size_t datlen,
                           evbuffer_ref_cleanup_cb cleanupfn, void *cleanupfn_arg);

/** evbuffer_add_reference() for `datlen` bytes at `data` + `offset`, where the cleanup callback
 *  shall get `data`: the start of an allocation, say. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_reference_with_offset(struct evbuffer *buf, const void *data, size_t offset,
                                       size_t datlen, evbuffer_ref_cleanup_cb cleanupfn,
                                       void *cleanupfn_arg);

/*
 * ---- Adding files ----
 *
 * A file segment is a range of an open file. It may be added to any number of buffers, also in
 * part and several times:
 *
 *     seg = evbuffer_file_segment_new(fd, 0, -1, EVBUF_FS_CLOSE_ON_FREE);
 *     evbuffer_add_file_segment(first, seg, 0, -1);
 *     evbuffer_add_file_segment(second, seg, 100, 50);
 *     evbuffer_file_segment_free(seg);             // closes fd when the last byte has gone
 *
 * How the bytes leave is for the library to choose: sendfile(2) where buffer and system allow
 * (EVBUFFER_FLAG_DRAINS_TO_FD; the output of a socket bufferevent has it); else segments of up to
 * 64 KiB are read into memory and larger ones mapped. A range beyond the end of the file is refused
 * when the segment is made; a file that has become shorter since is an error (EIO) of the call that
 * adds, looks at or sends it. Only a large file that is cut off after it was mapped is beyond help:
 * sending it fails with EFAULT, looking at its bytes may raise SIGBUS. Where a file may shrink, use
 * EVBUF_FS_DISABLE_MMAP.
 */

/**
 * Add `length` bytes of a file from `offset` on; `length` -1: up to its end. `fd` has to be
 * open for reading and able to seek. After success the buffer closes it when the bytes are gone, so
 * give it a dup(2) to keep it; after a failure it stays the caller's.
 */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_file(struct evbuffer *buf, int fd, ev_off_t offset, ev_off_t length);

/** A range of a file that buffers may refer to. */
struct evbuffer_file_segment;

/** Close the descriptor when the segment is gone. */
#define EVBUF_FS_CLOSE_ON_FREE 0x01
/** Do not use mmap(2). */
#define EVBUF_FS_DISABLE_MMAP 0x02
/** Do not use sendfile(2). */
#define EVBUF_FS_DISABLE_SENDFILE 0x04
/** No lock for the segment: all buffers it is added to are used by one thread. */
#define EVBUF_FS_DISABLE_LOCKING 0x08

/** Called when a segment goes, before its descriptor is closed: by the last owner or buffer that
 *  lets go, maybe with a lock held. `flags` are those of evbuffer_file_segment_new(), `arg` is that
 *  of evbuffer_file_segment_add_cleanup_cb(). */
typedef void (*evbuffer_file_segment_cleanup_cb)(struct evbuffer_file_segment const *seg, int flags,
                                                 void *arg);

/** A segment of `length` bytes of `fd` from `offset` on; `length` -1: up to the end as it is now.
 *  `flags` are EVBUF_FS_* values or-ed together. NULL: out of memory, the size of the file cannot
 *  be found out, or a negative offset; the descriptor stays the caller's then. */
EVENT2_EXPORT_SYMBOL
struct evbuffer_file_segment *evbuffer_file_segment_new(int fd, ev_off_t offset, ev_off_t length,
                                                        unsigned flags);

/** Let go of a segment. It stays until no buffer refers to it. */
EVENT2_EXPORT_SYMBOL
void evbuffer_file_segment_free(struct evbuffer_file_segment *seg);

/** Have `cb` called when the segment goes. There is one such callback; a later one replaces it. */
EVENT2_EXPORT_SYMBOL
void evbuffer_file_segment_add_cleanup_cb(struct evbuffer_file_segment *seg,
                                          evbuffer_file_segment_cleanup_cb cb, void *arg);

/** Add `length` bytes of a segment, from `offset` of the SEGMENT on; `length` -1: up to its end.
 *  -1 also when the range is not within the segment, or its bytes cannot be read. */
EVENT2_EXPORT_SYMBOL
int evbuffer_add_file_segment(struct evbuffer *buf, struct evbuffer_file_segment *seg,
                              ev_off_t offset, ev_off_t length);

/*
 * ---- Taking off the front ----
 */

/** Copy up to `datlen` bytes to `data` and take them off. Returns how many, 0 for an empty buffer,
 *  or -1. An int bounds it: no more than INT_MAX in one call. */
EVENT2_EXPORT_SYMBOL
int evbuffer_remove(struct evbuffer *buf, void *data, size_t datlen);

/** Copy up to `datlen` bytes from the front and leave them there. Returns how many, or -1. */
EVENT2_EXPORT_SYMBOL
ev_ssize_t evbuffer_copyout(struct evbuffer *buf, void *data_out, size_t datlen);

/** evbuffer_copyout() from a position on; NULL: from the front. -1 also when the position is not
 *  valid. */
EVENT2_EXPORT_SYMBOL
ev_ssize_t evbuffer_copyout_from(struct evbuffer *buf, const struct evbuffer_ptr *pos,
                                 void *data_out, size_t datlen);

/** Move up to `datlen` bytes from the front of `src` to the back of `dst`, copying the fewest that
 *  can be. Returns how many, at most INT_MAX, or -1. */
EVENT2_EXPORT_SYMBOL
int evbuffer_remove_buffer(struct evbuffer *src, struct evbuffer *dst, size_t datlen);

/** Drop up to `len` bytes. More than there are, such as EV_SIZE_MAX: all of them. */
EVENT2_EXPORT_SYMBOL
int evbuffer_drain(struct evbuffer *buf, size_t len);

/** How a line ends. */
enum evbuffer_eol_style {
    /** Any row of CR and LF, also a long one: empty lines are not seen. */
    EVBUFFER_EOL_ANY,
    /** LF, with or without a CR before it: what most text protocols should accept. */
    EVBUFFER_EOL_CRLF,
    /** CR LF; either one alone is part of the line. */
    EVBUFFER_EOL_CRLF_STRICT,
    /** LF; a CR before it is part of the line. */
    EVBUFFER_EOL_LF,
    /** A NUL byte. */
    EVBUFFER_EOL_NUL
};

/**
 * Take a line off, with its end. Returns the line without its end and with a NUL behind it,
 * which the caller gives to free(3) (or the `free` of event_set_mem_functions()).
 * `*n_read_out` (may be NULL) gets its length without the NUL: the line may have NUL bytes in it.
 * Returns NULL, and 0 there, while there is no complete line and when out of memory; the buffer is
 * unchanged then. A peer may send without ever ending a line: watch the length.
 */
EVENT2_EXPORT_SYMBOL
char *evbuffer_readln(struct evbuffer *buf, size_t *n_read_out, enum evbuffer_eol_style eol_style);

/*
 * ---- Looking ----
 */

/** Have the first `size` bytes in one piece, which may take a copy; -1: all. Returns the first of
 *  them. They may be written to unless they are shared, a reference or of a file. NULL: fewer
 *  bytes than that, `size` or the length is 0, or out of memory. */
EVENT2_EXPORT_SYMBOL
unsigned char *evbuffer_pullup(struct evbuffer *buf, ev_ssize_t size);

/**
 * Show where the bytes of a buffer lie, without a copy or a change:
 *
 *     struct evbuffer_iovec v[8];
 *     int i, n = evbuffer_peek(buf, -1, NULL, v, 8);
 *     for (i = 0; i < n && i < 8; ++i)
 *         look(v[i].iov_base, v[i].iov_len);
 *
 * Fills up to `n_vec` pieces for `len` bytes from `start_at` on; `len` -1: for all that `vec_out`
 * has place for, and with `n_vec` 0 for all there are. NULL for `start_at`: from the front.
 * Returns how many pieces there are, which may be MORE than `n_vec`: the rest is not filled. Whole
 * pieces are shown, so the last one may go beyond `len`. -1: bytes of a file could not be read, or
 * the position is not valid.
 */
EVENT2_EXPORT_SYMBOL
int evbuffer_peek(struct evbuffer *buf, ev_ssize_t len, struct evbuffer_ptr *start_at,
                  struct evbuffer_iovec *vec_out, int n_vec);

/** How evbuffer_ptr_set() takes its `position`. */
enum evbuffer_ptr_how {
    /** From the front. */
    EVBUFFER_PTR_SET,
    /** From where the pointer is, forward. */
    EVBUFFER_PTR_ADD
};

/** Set or move a position. It may reach the place behind the last byte. -1: it would be beyond;
 *  `ptr->pos` is -1 then. */
EVENT2_EXPORT_SYMBOL
int evbuffer_ptr_set(struct evbuffer *buf, struct evbuffer_ptr *ptr, size_t position,
                     enum evbuffer_ptr_how how);

/** Find the first `len` bytes that equal those at `what`, at or behind `start`; NULL: from the
 *  front. The result's pos is -1 when there are none. 0 bytes are found where the search starts.
 */
EVENT2_EXPORT_SYMBOL
struct evbuffer_ptr evbuffer_search(struct evbuffer *buf, const char *what, size_t len,
                                    const struct evbuffer_ptr *start);

/** evbuffer_search() for bytes that end at or before `end`; NULL: the end of the buffer. */
EVENT2_EXPORT_SYMBOL
struct evbuffer_ptr evbuffer_search_range(struct evbuffer *buf, const char *what, size_t len,
                                          const struct evbuffer_ptr *start,
                                          const struct evbuffer_ptr *end);

/** Find the end of a line at or behind `start`; NULL: from the front. The result is where the
 *  end begins, and `*eol_len_out` (may be NULL) gets its length; pos is -1, and the length 0, when
 *  no line ends. */
EVENT2_EXPORT_SYMBOL
struct evbuffer_ptr evbuffer_search_eol(struct evbuffer *buf, struct evbuffer_ptr *start,
                                        size_t *eol_len_out, enum evbuffer_eol_style eol_style);

/*
 * ---- Descriptors ----
 *
 * On failure EVUTIL_SOCKET_ERROR() tells why; EAGAIN or EWOULDBLOCK: the descriptor has nothing,
 * or no room, for now. On a socket no call raises SIGPIPE: a peer that is gone is EPIPE.
 */

/** Send from the front what the descriptor takes, with one system call, and drain it. Returns the
 *  bytes sent, -1 for an error, a frozen front or an empty buffer. */
EVENT2_EXPORT_SYMBOL
int evbuffer_write(struct evbuffer *buf, evutil_socket_t fd);

/** evbuffer_write() of at most `howmuch` bytes; negative: no limit; 0: -1, nothing is sent. */
EVENT2_EXPORT_SYMBOL
int evbuffer_write_atmost(struct evbuffer *buf, evutil_socket_t fd, ev_ssize_t howmuch);

/** Receive to the back, with one system call, at most `howmuch` bytes and at most
 *  evbuffer_get_max_read(); negative: the latter alone. Returns the bytes received, 0 when the peer
 *  has closed, -1 for an error, a frozen back or no memory. */
EVENT2_EXPORT_SYMBOL
int evbuffer_read(struct evbuffer *buf, evutil_socket_t fd, int howmuch);

/** Limit what one evbuffer_read() receives, 4096 bytes at first. 0: that again. -1: more than
 *  INT_MAX, or out of memory. A bufferevent does not look at it: bufferevent_set_max_single_read().
 */
EVENT2_EXPORT_SYMBOL
int evbuffer_set_max_read(struct evbuffer *buf, size_t max);

/** What evbuffer_set_max_read() set, or 4096. */
EVENT2_EXPORT_SYMBOL
size_t evbuffer_get_max_read(struct evbuffer *buf);

/*
 * ---- Callbacks ----
 *
 * They are called after each change of the length, with the buffer as it is then and its lock held
 * if it has one. They may change the buffer, add and remove callbacks, and free the buffer. What a
 * callback changes is reported too: one that always changes its buffer never ends.
 */

/** What happened since the callbacks were called last: the length was `orig_size`, and is
 *  `orig_size` + `n_added` - `n_deleted` now. */
struct evbuffer_cb_info {
    size_t orig_size; /* bytes before */
    size_t n_added;   /* bytes added since */
    size_t n_deleted; /* bytes taken off since */
};

/** Called after a change. `info` is valid during the call; `arg` is that of evbuffer_add_cb(). */
typedef void (*evbuffer_cb_func)(struct evbuffer *buf, const struct evbuffer_cb_info *info,
                                 void *arg);

/** One callback of one buffer. Gone when it is removed or the buffer freed. */
struct evbuffer_cb_entry;

/** Call `cb` after each change from now on, enabled at once. Any number may be added, also the same
 *  one several times. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
struct evbuffer_cb_entry *evbuffer_add_cb(struct evbuffer *buf, evbuffer_cb_func cb, void *cbarg);

/** Remove a callback of this buffer. Allowed in a callback, its own too. */
EVENT2_EXPORT_SYMBOL
int evbuffer_remove_cb_entry(struct evbuffer *buf, struct evbuffer_cb_entry *ent);

/** Remove the callback with this function and argument, one of them when there are several.
 *  -1: there is none. */
EVENT2_EXPORT_SYMBOL
int evbuffer_remove_cb(struct evbuffer *buf, evbuffer_cb_func cb, void *cbarg);

/** Flag of a callback: it is called. Set when it is added; cleared, changes pass it by. */
#define EVBUFFER_CB_ENABLED 1

/** Set flags of a callback, EVBUFFER_CB_ENABLED. -1: other bits; nothing is changed. */
EVENT2_EXPORT_SYMBOL
int evbuffer_cb_set_flags(struct evbuffer *buf, struct evbuffer_cb_entry *cb, ev_uint32_t flags);

/** Clear flags of a callback. -1: other bits; nothing is changed. */
EVENT2_EXPORT_SYMBOL
int evbuffer_cb_clear_flags(struct evbuffer *buf, struct evbuffer_cb_entry *cb, ev_uint32_t flags);

/** Have callbacks called by the loop of `base`, once for all changes made before it came to it,
 *  and not inside the call that makes a change. NULL: at once again. What is still to be told when
 *  `base` is freed is not told. */
EVENT2_EXPORT_SYMBOL
int evbuffer_defer_callbacks(struct evbuffer *buf, struct event_base *base);

/*
 * ---- Freezing ----
 */

/**
 * Refuse changes at one end until evbuffer_unfreeze(). `at_front` not 0: nothing is taken off,
 * copied out, sent or added at the front; 0: nothing is added or received at the back. Calls that
 * would do so fail. To keep others from an end that has an owner: a socket bufferevent holds the
 * back of its input and the front of its output frozen.
 */
EVENT2_EXPORT_SYMBOL
int evbuffer_freeze(struct evbuffer *buf, int at_front);

/** Undo evbuffer_freeze() for one end, however often it was frozen. */
EVENT2_EXPORT_SYMBOL
int evbuffer_unfreeze(struct evbuffer *buf, int at_front);

#ifdef __cplusplus
}
#endif

#endif
