/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends a file. Its bytes go from the file to the socket (sendfile(2)); nothing is read into
 * memory, however large the file and however slow the client. */
#include "http-server.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/util.h>

#include <time.h>
#include <unistd.h>

struct reply {
    struct evhttp_request *request;
    struct evkeyvalq *fields;
    bool failed;
};

static void add(struct reply *reply, const char *name, const char *value) {
    if (evhttp_add_header(reply->fields, name, value) != 0)
        reply->failed = true;
}

static void add_validators(struct reply *reply, const char *tag, time_t modified) {
    struct tm parts;
    char date[30];

    add(reply, "ETag", tag);
    if (gmtime_r(&modified, &parts) != NULL &&
        evutil_date_rfc1123(date, sizeof date, &parts) < (int)sizeof date)
        add(reply, "Last-Modified", date);
}

static void add_range(struct reply *reply, int status, const struct range *range, off_t size) {
    char text[80];

    if (status == 416)
        evutil_snprintf(text, sizeof text, "bytes */%lld", (long long)size);
    else
        evutil_snprintf(text, sizeof text, "bytes %lld-%lld/%lld", (long long)range->first,
                        (long long)(range->first + range->length - 1), (long long)size);
    if (status != HTTP_OK)
        add(reply, "Content-Range", text);
}

/* Takes over `fd` if it answers true. The flag says that nobody is going to look at the bytes:
 * without it they are mapped or read into memory. */
static bool add_body(struct evbuffer *body, int fd, const struct range *range) {
    if (range->length > 0)
        return evbuffer_set_flags(body, EVBUFFER_FLAG_DRAINS_TO_FD) == 0 &&
               evbuffer_add_file(body, fd, range->first, range->length) == 0;
    close(fd);
    return true;
}

/* The fields of a reply to HEAD are those that GET would have got. */
static void send_file(struct reply *reply, int status, const struct range *range, int fd) {
    bool head = evhttp_request_get_command(reply->request) == EVHTTP_REQ_HEAD;
    struct evbuffer *body = head ? NULL : evbuffer_new();
    char length[24];

    evutil_snprintf(length, sizeof length, "%lld", (long long)range->length);
    add(reply, "Content-Length", length);
    if (reply->failed || (!head && (body == NULL || !add_body(body, fd, range)))) {
        close(fd);
        evhttp_send_error(reply->request, HTTP_SERVUNAVAIL, NULL);
    } else {
        if (head)
            close(fd);
        evhttp_send_reply(reply->request, status, status == 206 ? "Partial Content" : "OK", body);
    }
    if (body != NULL)
        evbuffer_free(body);
}

void reply_file(struct evhttp_request *request, const char *path, int fd,
                const struct stat *about) {
    struct reply reply = {request, evhttp_request_get_output_headers(request), false};
    struct range range = {0, about->st_size};
    char tag[TAG_SIZE];
    int status;

    make_tag(tag, about);
    status = check_conditions(request, tag, about->st_mtime);
    if (status == 412) {
        close(fd);
        reply_status(request, status);
        return;
    }
    add_validators(&reply, tag, about->st_mtime);
    if (status == HTTP_NOTMODIFIED && !reply.failed) {
        close(fd);
        evhttp_send_reply(request, status, "Not Modified", NULL);
        return;
    }
    if (evhttp_request_get_command(request) == EVHTTP_REQ_GET)
        status = check_range(request, tag, about->st_size, &range);
    add(&reply, "Accept-Ranges", "bytes");
    add_range(&reply, status, &range, about->st_size);
    if (status == 416) {
        close(fd);
        reply_status(request, status);
        return;
    }
    add(&reply, "Content-Type", content_type(path));
    add(&reply, "X-Content-Type-Options", "nosniff");
    send_file(&reply, status, &range, fd);
}
