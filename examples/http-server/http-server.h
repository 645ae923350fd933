/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of http-server offer each other. */
#ifndef HTTP_SERVER_H_INCLUDED_
#define HTTP_SERVER_H_INCLUDED_

#include <stdbool.h>
#include <sys/stat.h>

struct evhttp_request;

/*
 * ---- path.c ----
 */

/** Opens what the path of a request target, still percent-encoded, names below the directory
 * `root`: a regular file or a directory. Returns 0, with a descriptor that the caller closes, or
 * the status code to answer with. */
int path_open(int root, const char *path, int *ret_fd, struct stat *ret_about);

/** The same for one entry of a directory. `name` is not encoded. */
int path_open_entry(int directory, const char *name, int *ret_fd, struct stat *ret_about);

/** Whether an entry of a directory may be seen at all: those that begin with a dot may not, which
 *  rules out "." and "..", too. */
bool path_is_visible(const char *name);

/*
 * ---- reply.c: each of these sends the one reply of the request ----
 */

/** A page that tells the status. */
void reply_status(struct evhttp_request *request, int status);

/** A redirection to `location`, a URI reference. */
void reply_moved(struct evhttp_request *request, const char *location);

/** For methods other than GET and HEAD. */
void reply_methods(struct evhttp_request *request);

/*
 * ---- file.c and listing.c: the same, and they close `fd` ----
 */

/** A file, or the part of it that is asked for. `path` tells its type. */
void reply_file(struct evhttp_request *request, const char *path, int fd, const struct stat *about);

/** The entries of a directory. */
void reply_listing(struct evhttp_request *request, const char *path, int fd);

/*
 * ---- conditions.c ----
 */

/** The size of an entity tag as text, with quotes and NUL. */
#define TAG_SIZE 64

/** Makes the strong entity tag of a file. */
void make_tag(char tag[TAG_SIZE], const struct stat *about);

/** What the preconditions of a request (RFC 9110 section 13) have come to: 200, go on; 304 or 412.
 */
int check_conditions(struct evhttp_request *request, const char *tag, time_t modified);

/** A range of bytes that is asked for (RFC 9110 section 14). */
struct range {
    off_t first, length;
};

/** Takes the range of a GET of a file of `size` bytes. Returns 206; 200, the whole file is the
 *  answer; or 416. */
int check_range(struct evhttp_request *request, const char *tag, off_t size,
                struct range *ret_range);

/*
 * ---- types.c ----
 */

/** The media type for the name of a file. */
const char *content_type(const char *path);

#endif
