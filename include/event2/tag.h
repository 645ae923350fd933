/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tagged data: records of a tag, a length and a payload, written to and read from evbuffers. The
 * code that event_rpcgen.py makes is built on these functions; they are of use without it too.
 *
 * On the wire a record is
 *   tag      groups of 7 bits, the lowest first, the top bit of a byte says that more come; at most
 *            5 bytes, 32 bits
 *   length   an integer: that of the payload, in bytes
 *   payload
 * and an integer is a row of half bytes: their number less one, then the number's half bytes, the
 * lowest first, filled up to a whole byte. The payload of a record that holds an integer is an
 * integer again; that of a time is two of them, seconds and microseconds.
 *
 * Errors. The functions that write tell nobody that there was no memory: then they have written
 * nothing. Whoever has to know compares evbuffer_get_length(). The functions that read answer -1 for
 * what is malformed, cut off, larger than its record or not what was asked for, and when there is no
 * memory. Then the buffer has what it had, outputs are unchanged, and no memory has to be freed: the
 * record can be read in another way, skipped with evtag_consume(), or more bytes can be awaited.
 *
 * Threads: each call locks the buffers it is given, if they have locks. Reading looks and then
 * takes: threads that read from one buffer hold evbuffer_lock() around the call.
 */
#ifndef EVENT2_TAG_H_INCLUDED_
#define EVENT2_TAG_H_INCLUDED_

#include <event2/visibility.h>

#include <event2/event-config.h>
#ifdef EVENT__HAVE_SYS_TYPES_H
#include <sys/types.h>
#endif
#ifdef EVENT__HAVE_SYS_TIME_H
#include <sys/time.h>
#endif
#include <event2/util.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evbuffer;

/** Nothing has to be set up: does nothing, and need not be called. */
EVENT2_EXPORT_SYMBOL
void evtag_init(void);

/* ---- Writing ---- */

/** Adds a record with the `len` bytes at `data`, which may be null if there are none. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal(struct evbuffer *evbuf, ev_uint32_t tag, const void *data, ev_uint32_t len);

/** Adds a record with all that is in `data`, which is empty afterwards. What does not fit a length
 *  of 32 bits is not taken. The two buffers have to be different ones. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal_buffer(struct evbuffer *evbuf, ev_uint32_t tag, struct evbuffer *data);

/** Adds an integer that is not a record. */
EVENT2_EXPORT_SYMBOL
void evtag_encode_int(struct evbuffer *evbuf, ev_uint32_t number);
EVENT2_EXPORT_SYMBOL
void evtag_encode_int64(struct evbuffer *evbuf, ev_uint64_t number);

/** Adds a record with an integer. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal_int(struct evbuffer *evbuf, ev_uint32_t tag, ev_uint32_t integer);
EVENT2_EXPORT_SYMBOL
void evtag_marshal_int64(struct evbuffer *evbuf, ev_uint32_t tag, ev_uint64_t integer);

/** Adds a record with the text up to its NUL, without it. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal_string(struct evbuffer *buf, ev_uint32_t tag, const char *string);

/** Adds a record with a time. Seconds may need more than 32 bits; libevent reads no more than
 *  that. */
EVENT2_EXPORT_SYMBOL
void evtag_marshal_timeval(struct evbuffer *evbuf, ev_uint32_t tag, struct timeval *tv);

/* ---- Looking at the first record, without taking it ---- */

/** Its tag to `*ptag`, which may be null. The number of bytes that the tag takes, or -1. */
EVENT2_EXPORT_SYMBOL
int evtag_peek(struct evbuffer *evbuf, ev_uint32_t *ptag);

/** The length of the whole record, with its tag and its length, to `*plength`. 0, or -1, also if
 *  that is above 32 bits. The payload need not have come yet. */
EVENT2_EXPORT_SYMBOL
int evtag_peek_length(struct evbuffer *evbuf, ev_uint32_t *plength);

/** The length of the payload to `*plength`. 0, or -1. The payload need not have come yet. */
EVENT2_EXPORT_SYMBOL
int evtag_payload_length(struct evbuffer *evbuf, ev_uint32_t *plength);

/* ---- Taking the first record ---- */

/** Takes tag and length, so that the payload is next. The tag goes to `*ptag`, which may be null.
 *  The length of the payload, all of which is there; or -1, also for more than INT_MAX bytes. */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_header(struct evbuffer *evbuf, ev_uint32_t *ptag);

/** Takes it and adds the payload to `dst`, another buffer; the tag goes to `*ptag`, which may be
 *  null. The length of the payload, or -1. */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal(struct evbuffer *src, ev_uint32_t *ptag, struct evbuffer *dst);

/** Takes it and forgets it. 0, or -1 if it is not there in whole. */
EVENT2_EXPORT_SYMBOL
int evtag_consume(struct evbuffer *evbuf);

/** Takes it if its tag is `need_tag` and its payload begins with an integer that fits. The number
 *  of bytes that the integer takes, or -1. */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_int(struct evbuffer *evbuf, ev_uint32_t need_tag, ev_uint32_t *pinteger);
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_int64(struct evbuffer *evbuf, ev_uint32_t need_tag, ev_uint64_t *pinteger);

/** Takes it if its tag is `need_tag` and its payload has `len` bytes, which are copied to `data`.
 *  0, or -1. */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_fixed(struct evbuffer *src, ev_uint32_t need_tag, void *data, size_t len);

/** Takes it if its tag is `need_tag`; `*pstring` is its payload and a NUL. Payloads may have NULs of
 *  their own. The text is for the caller to free(), or with the function given to
 *  event_set_mem_functions(). 0, or -1. */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_string(struct evbuffer *evbuf, ev_uint32_t need_tag, char **pstring);

/** Takes it if its tag is `need_tag` and its payload begins with a time that fits a timeval. 0, or
 *  -1. */
EVENT2_EXPORT_SYMBOL
int evtag_unmarshal_timeval(struct evbuffer *evbuf, ev_uint32_t need_tag, struct timeval *ptv);

#ifdef __cplusplus
}
#endif

#endif
