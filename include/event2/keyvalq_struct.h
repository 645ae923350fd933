/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The layout of a list of names and values: the header fields of an HTTP message, or the pairs of
 * a query string. To walk over one without TAILQ macros:
 *
 *     for (kv = list->tqh_first; kv; kv = kv->next.tqe_next)
 *         printf("%s: %s\n", kv->key, kv->value);
 *
 * The layout is part of the binary interface; it is that of a TAILQ of <sys/queue.h>, whose macros
 * work on it. Fill lists with evhttp_add_header() or evhttp_parse_query_str(), empty them with
 * evhttp_clear_headers(); they belong to the thread of their owner.
 */
#ifndef EVENT2_KEYVALQ_STRUCT_H_INCLUDED_
#define EVENT2_KEYVALQ_STRUCT_H_INCLUDED_

#ifdef __cplusplus
extern "C" {
#endif

/** One name and its value. Read the strings; do not write, replace or free them. */
struct evkeyval {
    struct {
        struct evkeyval *tqe_next;  /* NULL: the last one */
        struct evkeyval **tqe_prev; /* where the pointer to this one is kept */
    } next;
    char *key;
    char *value;
};

/** A list. On its own it is empty once TAILQ_INIT() or {NULL, &list.tqh_first} was assigned; the
 *  functions that fill one in (evhttp_parse_query()) do that themselves. */
struct evkeyvalq {
    struct evkeyval *tqh_first;
    struct evkeyval **tqh_last;
};

#ifdef __cplusplus
}
#endif

#endif
