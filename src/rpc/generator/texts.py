# SPDX-License-Identifier: BSD-3-Clause
# ---- The C file: pieces of text in which @S is the message, @M the member, @X its struct, @T the
# type of what is kept, @C the
# constant of its tag ----

# Memory is malloc()'s, whatever the library uses, since free() is what frees it.
TAKE = """
/* The payload of the next record with a NUL behind it, or NULL. */
static char *take_(struct evbuffer *evbuf, ev_uint32_t tag, ev_uint32_t *length) {
    char *data;
    if (evtag_payload_length(evbuf, length) == -1 || *length > evbuffer_get_length(evbuf))
        return NULL;
    data = (char *)malloc((size_t)*length + 1);
    if (data == NULL)
        return NULL;
    if (evtag_unmarshal_fixed(evbuf, tag, data, *length) == -1) {
        free(data);
        return NULL;
    }
    data[*length] = 0;
    return data;
}"""

COPY_TEXT = """
static char *copy_(const char *text) {
    const size_t size = strlen(text) + 1;
    char *copy = (char *)malloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}"""

GROW = """
/* An array with room for one more element; NULL without memory: then it is what it was. */
static void *grow_(void *data, int length, int *allocated, size_t size) {
    int count;
    void *larger;
    if (length < *allocated)
        return data;
    if (*allocated > INT_MAX / 2 || (size_t)*allocated > (size_t)-1 / 2 / size)
        return NULL;
    count = *allocated ? *allocated * 2 : 1;
    larger = realloc(data, (size_t)count * size);
    if (larger != NULL)
        *allocated = count;
    return larger;
}"""

LIMITS = """
/* How deep messages may be nested when they are read, and how many elements an array may have then:
 * an element takes more memory than it has bytes. */
#ifndef EVRPC_MOST_DEPTH
#define EVRPC_MOST_DEPTH @DEPTH
#endif
#ifndef EVRPC_MOST_ELEMENTS
#define EVRPC_MOST_ELEMENTS @ELEMENTS
#endif"""

# Messages of other files may have messages of this one in them, which are to go on counting.
OUTER = """
#ifndef EVRPC_THREAD_LOCAL
#if !defined(__unix__) && !defined(__APPLE__)
#define EVRPC_THREAD_LOCAL
#elif !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define EVRPC_THREAD_LOCAL _Thread_local
#elif defined(__GNUC__)
#define EVRPC_THREAD_LOCAL __thread
#else
#define EVRPC_THREAD_LOCAL
#endif
#endif
static EVRPC_THREAD_LOCAL int outer_; /* how deep that is which another file is asked to read */"""

# Of a message that this file describes. What is written is checked, so that a message for which
# there is no memory is not sent in part; what is read is not nested without end.
PRIVATE = """
static int @S_write_(struct evbuffer *evbuf, const struct @S *msg);
static int @S_read_(struct @S *msg, struct evbuffer *evbuf, int depth);

static int @S_put_(struct evbuffer *evbuf, ev_uint32_t tag, const struct @S *msg) {
    const size_t before = evbuffer_get_length(evbuf);
    struct evbuffer *part = evbuffer_new();
    if (part == NULL)
        return -1;
    if (@S_write_(part, msg) == 0)
        evtag_marshal_buffer(evbuf, tag, part);
    evbuffer_free(part);
    return evbuffer_get_length(evbuf) > before ? 0 : -1;
}

static int @S_take_(struct evbuffer *evbuf, ev_uint32_t tag, struct @S *msg, int depth) {
    ev_uint32_t found;
    struct evbuffer *part;
    int result = -1;
    if (depth > EVRPC_MOST_DEPTH || evtag_peek(evbuf, &found) == -1 || found != tag)
        return -1;
    part = evbuffer_new();
    if (part == NULL)
        return -1;
    if (evtag_unmarshal(evbuf, NULL, part) != -1)
        result = @S_read_(msg, part, depth);
    evbuffer_free(part);
    return result;
}"""

# The same of one that another file describes.
FOREIGN = """
static int @S_put_(struct evbuffer *evbuf, ev_uint32_t tag, const struct @S *msg) {
    const size_t before = evbuffer_get_length(evbuf);
    evtag_marshal_@S(evbuf, tag, msg);
    return evbuffer_get_length(evbuf) > before ? 0 : -1;
}

static int @S_take_(struct evbuffer *evbuf, ev_uint32_t tag, struct @S *msg, int depth) {
    const int before = outer_;
    int result;
    if (depth > EVRPC_MOST_DEPTH)
        return -1;
    outer_ = depth;
    result = evtag_unmarshal_@S(evbuf, tag, msg);
    outer_ = before;
    return result;
}"""

COPY_STRUCT = """
static struct @S *@S_copy_(const struct @S *from) {
    struct @S *msg = @S_new();
    struct evbuffer *evbuf = evbuffer_new();
    if (msg != NULL && (evbuf == NULL || @S_put_(evbuf, 0, from) == -1 ||
                        @S_take_(evbuf, 0, msg, 0) == -1)) {
        @S_free(msg);
        msg = NULL;
    }
    if (evbuf != NULL)
        evbuffer_free(evbuf);
    return msg;
}"""

PUBLIC = """
struct @S *@S_new(void) {
    return @S_new_with_arg(NULL);
}

struct @S *@S_new_with_arg(void *unused) {
    struct @S *msg = (struct @S *)calloc(1, sizeof(*msg));
    (void)unused;
    if (msg != NULL)
        msg->base = &@S_base_;
    return msg;
}

void @S_free(struct @S *msg) {
    if (msg == NULL)
        return;
    @S_clear(msg);
    free(msg);
}

void @S_marshal(struct evbuffer *evbuf, const struct @S *msg) {
    struct evbuffer *part = evbuffer_new();
    /* There is no other way to tell that an empty message is none. */
    if (part == NULL || @S_write_(part, msg) == -1 || evbuffer_add_buffer(evbuf, part) == -1)
        errno = ENOMEM;
    if (part != NULL)
        evbuffer_free(part);
}

int @S_unmarshal(struct @S *msg, struct evbuffer *evbuf) {
    return @S_read_(msg, evbuf, @OUTER);
}

void evtag_marshal_@S(struct evbuffer *evbuf, ev_uint32_t tag, const struct @S *msg) {
    (void)@S_put_(evbuf, tag, msg);
}

int evtag_unmarshal_@S(struct evbuffer *evbuf, ev_uint32_t tag, struct @S *msg) {
    return @S_take_(evbuf, tag, msg, @OUTER);
}"""

READ = """
static int @S_read_(struct @S *msg, struct evbuffer *evbuf, int depth) {
    ev_uint32_t tag;
@DATA    (void)depth;
    while (evbuffer_get_length(evbuf) > 0) {
        if (evtag_peek(evbuf, &tag) == -1)
            return -1;
        switch (tag) {
@CASES        default:
            return -1;
        }
    }
    return @S_complete(msg);
}"""

# Of each kind: a copy of `value` for the message, or what is done without memory.
COPIES = {
    "int": "    @T copy = value;\n",
    "int64": "    @T copy = value;\n",
    "string": "    @T copy = copy_(value);\n    if (copy == NULL)\n        return @NONE;\n",
    "struct": "    @T copy = @X_copy_(value);\n    if (copy == NULL)\n        return @NONE;\n",
}
LETS_GO = {"int": "", "int64": "", "string": "    free(%s);\n", "struct": "    @X_free(%s);\n"}
# Puts one `value` into `evbuf`, or answers -1.
PUTS = {
    "int": "before = evbuffer_get_length(evbuf);\n"
           "evtag_marshal_int(evbuf, @C, %s);\n"
           "if (evbuffer_get_length(evbuf) == before)\n    return -1;\n",
    "struct": "if (@X_put_(evbuf, @C, %s) == -1)\n    return -1;\n",
}
PUTS["int64"] = PUTS["int"].replace("_int(", "_int64(")
PUTS["string"] = PUTS["int"].replace("_int(", "_string(")
PUTS["bytes"] = PUTS["int"].replace("_int(", "(").replace("%s", "msg->@M_data, msg->@M_length")
PUTS["fixed"] = PUTS["int"].replace("_int(", "(").replace(
    "%s", "msg->@M_data, (ev_uint32_t)sizeof(msg->@M_data)")
# Takes a record into `%s`, or answers -1.
TAKES = {
    "int": "if (evtag_unmarshal_int(evbuf, @C, &%s) == -1)\n    return -1;\n",
    "int64": "if (evtag_unmarshal_int64(evbuf, @C, &%s) == -1)\n    return -1;\n",
    "string": "if ((%s = take_(evbuf, @C, &tag)) == NULL)\n    return -1;\n",
    "bytes": "if ((%s = (ev_uint8_t *)take_(evbuf, @C, &msg->@M_length)) == NULL)\n    return -1;\n",
    "fixed": "if (evtag_unmarshal_fixed(evbuf, @C, %s, sizeof(msg->@M_data)) == -1)\n    return -1;\n",
    "struct": "if ((%s = @X_new()) == NULL)\n    return -1;\n"
              "if (@X_take_(evbuf, @C, %s, depth + 1) == -1) {\n    @X_free(%s);\n    %s = NULL;\n"
              "    return -1;\n}\n",
}
GROWS = """    data = grow_(msg->@M_data, msg->@M_length, &msg->@M_num_allocated,
                 sizeof(*msg->@M_data));
"""
ELEMENT = "msg->@M_data[msg->@M_length]"
