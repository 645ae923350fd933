/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the path of a request to an open file, without ever leaving the root.
 *
 * The path is walked one segment at a time, each opened relative to the directory before it and
 * without following symbolic links (openat(2) with O_NOFOLLOW). The other way, to make one string,
 * have realpath(3) resolve it and compare its beginning with the root's, checks a name and opens it
 * later: whoever can rename something in between gets out, and every trick of encoding has to be
 * thought of. Here there is no string to be tricked: a segment is decoded once and alone, so that
 * "%2f" makes no separator, and one that begins with a dot, as ".." does, is not looked for.
 * The price is that symbolic links are not served, even such as stay below the root.
 */
#include "http-server.h"

#include <event2/http.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Of file systems in general; Linux's own limit is 255. */
#define MAX_NAME 255

bool path_is_visible(const char *name) {
    return name[0] != '.';
}

static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes percent-encoding. Returns 0 or a status code. Bytes that end strings or separate names, on
 * whatever system holds the files, are no part of a name. */
static int decode(const char *text, size_t length, char name[MAX_NAME + 1]) {
    size_t i = 0, count = 0;

    while (i < length) {
        int byte = (unsigned char)text[i++];
        if (byte == '%') {
            int high = i < length ? digit(text[i]) : -1;
            int low = i + 1 < length ? digit(text[i + 1]) : -1;
            if (high < 0 || low < 0)
                return HTTP_BADREQUEST;
            byte = high * 16 + low;
            i += 2;
        }
        if (byte == '\0' || byte == '/' || byte == '\\')
            return HTTP_BADREQUEST;
        if (count == MAX_NAME)
            return HTTP_NOTFOUND;
        name[count++] = (char)byte;
    }
    name[count] = '\0';
    return 0;
}

static int status_of_error(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
        return HTTP_NOTFOUND;
    case EACCES:
    case EPERM:
    case ELOOP: /* a symbolic link */
        return HTTP_FORBIDDEN;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return HTTP_SERVUNAVAIL;
    default:
        return HTTP_INTERNAL;
    }
}

int path_open_entry(int directory, const char *name, int *ret_fd, struct stat *ret_about) {
    int fd, status = 0;

    if (!path_is_visible(name))
        return HTTP_NOTFOUND;
    /* Nonblocking, for the sake of named pipes, which are opened before it is known what they are.
     */
    fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return errno == ENXIO ? HTTP_FORBIDDEN : status_of_error(errno);
    if (fstat(fd, ret_about) != 0)
        status = status_of_error(errno);
    else if (!S_ISREG(ret_about->st_mode) && !S_ISDIR(ret_about->st_mode))
        status = HTTP_FORBIDDEN;
    if (status == 0)
        *ret_fd = fd;
    else
        close(fd);
    return status;
}

int path_open(int root, const char *path, int *ret_fd, struct stat *ret_about) {
    char name[MAX_NAME + 1];
    int fd = fcntl(root, F_DUPFD_CLOEXEC, 0), status = 0;

    if (fd < 0)
        return status_of_error(errno);
    if (fstat(fd, ret_about) != 0)
        status = status_of_error(errno);
    else if (*path++ != '/')
        status = HTTP_BADREQUEST;
    while (status == 0 && *path != '\0') {
        size_t length = strcspn(path, "/");
        int parent = fd;

        /* "//" names nothing here. What is left of the path can not be taken for a host either,
         * when it is sent back in a redirection. */
        status = length == 0 ? HTTP_NOTFOUND : decode(path, length, name);
        if (status == 0)
            status = path_open_entry(parent, name, &fd, ret_about);
        if (status == 0)
            close(parent);
        path += length;
        if (*path == '/' && status == 0) {
            path++;
            status = S_ISDIR(ret_about->st_mode) ? 0 : HTTP_NOTFOUND;
        }
    }
    if (status == 0)
        *ret_fd = fd;
    else
        close(fd);
    return status;
}
