/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of http-client offer each other. */
#ifndef HTTP_CLIENT_H_INCLUDED_
#define HTTP_CLIENT_H_INCLUDED_

#include <event2/http.h>
#include <event2/util.h>

#include <stdbool.h>
#include <stdio.h>
#include <sys/time.h>

struct event_base;

/** Exit statuses; where curl(1) has one for the same it is that. */
enum status {
    STATUS_OK = 0,
    STATUS_FAILED = 1, /* memory, the loop */
    STATUS_USAGE = 2,
    STATUS_BAD_URL = 3,
    STATUS_NO_CONNECTION = 7,
    STATUS_PROTOCOL = 8, /* what came is not HTTP, or over a limit */
    STATUS_CUT_SHORT = 18,
    STATUS_HTTP_ERROR = 22,
    STATUS_WRITE = 23,
    STATUS_READ = 26,
    STATUS_TIMEOUT = 28,
    STATUS_REDIRECTS = 47,
    STATUS_NO_REPLY = 52,
    STATUS_TRANSFER = 56 /* sending or receiving failed */
};

/** What the command line says. */
struct options {
    const char *url;
    enum evhttp_cmd_type method; /* 0: what fits the other options */
    const char *data, *upload;   /* at most one of them */
    const char *output;
    char **headers; /* "Name: value" */
    int header_count;
    bool show_head, only_head, follow, fail, verbose;
    long most_redirects;
    struct timeval most_time; /* zero: any */
};

/** What one request asks for. */
struct asked {
    struct evhttp_uri *uri;
    enum evhttp_cmd_type method;
    bool with_body; /* until a redirection makes a GET of it */
    bool at_home;   /* of the server that the user named */
};

/*
 * ---- transfer.c ----
 */

/** Does what the options say. */
enum status transfer_run(const struct options *options);

/*
 * ---- methods.c ----
 */

/** The method of a name, or 0. */
enum evhttp_cmd_type method_of(const char *name);

const char *method_name(enum evhttp_cmd_type method);

/*
 * ---- location.c ----
 */

/** Resolves a URI reference against the URI it was found at (RFC 3986 section 5.2). NULL: it is
 *  none, or out of memory. */
struct evhttp_uri *location_resolve(const struct evhttp_uri *base, const char *reference);

/** Whether two URIs lead to the same server. */
bool location_same_origin(const struct evhttp_uri *a, const struct evhttp_uri *b);

/** The target for a request: path and query. The caller frees it; NULL: out of memory. */
char *location_target(const struct evhttp_uri *uri);

/** The Host field. The caller frees it; NULL: out of memory. */
char *location_host(const struct evhttp_uri *uri);

int location_port(const struct evhttp_uri *uri);

/*
 * ---- fields.c ----
 */

/** Adds the fields of a request. False: one of the user's is ill-formed, or out of memory. */
bool fields_add(struct evkeyvalq *fields, const struct options *options, const struct asked *asked);

/** Writes each on a line, behind `before`. */
void fields_print(FILE *file, const char *before, const struct evkeyvalq *fields);

/*
 * ---- upload.c ----
 */

/** A file, or standard input, that is the body of a request. */
struct upload;

/** Opens a file, "-" for standard input. NULL: errno says why. */
struct upload *upload_open(struct event_base *base, const char *path);

/** Has a request send it. -1, with errno: it was sent before and can not be read again. */
int upload_start(struct upload *upload, struct evhttp_request *request);

/** The request has come to its end. */
void upload_stop(struct upload *upload);

/** Whether reading failed, or the file became shorter meanwhile. */
bool upload_failed(const struct upload *upload);

void upload_close(struct upload *upload);

/*
 * ---- output.c ----
 */

/** Where replies go to: standard output or a file, which is made when there is something to write.
 */
struct output {
    const char *path; /* NULL: standard output */
    int fd;           /* -1: not open yet */
    bool failed;      /* which was reported */
};

/** Writes all of the buffer; waits where that takes time, so that the sender has to, too. */
void output_write(struct output *output, struct evbuffer *bytes);

/** Makes the file even if nothing was written. False: something has failed. */
bool output_close(struct output *output);

/** Says on standard error what went wrong. */
void report(const char *what, const char *why);

#endif
