/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of evbuffer that older programs use. New code takes those on the right:
 *
 *     EVBUFFER_LENGTH(buf)          evbuffer_get_length(buf)
 *     EVBUFFER_DATA(buf)            evbuffer_pullup(buf, -1)
 *     evbuffer_readline(buf)        evbuffer_readln(buf, NULL, EVBUFFER_EOL_ANY)
 *     evbuffer_find(buf, s, n)      evbuffer_search(buf, s, n, NULL)
 *     evbuffer_setcb(buf, cb, arg)  evbuffer_add_cb(buf, cb, arg)
 *
 * The rules of event2/buffer.h hold.
 */
#ifndef EVENT2_BUFFER_COMPAT_H_INCLUDED_
#define EVENT2_BUFFER_COMPAT_H_INCLUDED_

#include <event2/buffer.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Take off a line that ends in any row of CR and LF. Returns it with a NUL in place of its
 *  end, for the caller to free(3); NULL: no complete line yet, or out of memory. */
EVENT2_EXPORT_SYMBOL
char *evbuffer_readline(struct evbuffer *buf);

/** Called after a change of the length, from `old_len` to `new_len` bytes. `arg` is that of
 *  evbuffer_setcb(). May do what callbacks of evbuffer_add_cb() may. */
typedef void (*evbuffer_cb)(struct evbuffer *buf, size_t old_len, size_t new_len, void *arg);

/** Have `cb` as the ONLY callback: all others of the buffer are removed, also those of
 *  evbuffer_add_cb(). NULL: none. When memory runs out there is none either. */
EVENT2_EXPORT_SYMBOL
void evbuffer_setcb(struct evbuffer *buf, evbuffer_cb cb, void *cbarg);

/** Find `len` bytes and have the buffer up to their end in one piece. Returns the first of them in
 *  the buffer, valid until it changes; NULL: not there, or out of memory. */
EVENT2_EXPORT_SYMBOL
unsigned char *evbuffer_find(struct evbuffer *buf, const unsigned char *what, size_t len);

/** Bytes in a buffer. */
#define EVBUFFER_LENGTH(x) evbuffer_get_length(x)

/** All bytes of a buffer in one piece, which may cost a copy. NULL: empty, or out of memory. */
#define EVBUFFER_DATA(x) evbuffer_pullup((x), -1)

#ifdef __cplusplus
}
#endif

#endif
