/* SPDX-License-Identifier: BSD-3-Clause */
/* The page for a directory. Names are whatever bytes the file system has, so they are escaped for
 * HTML where they are shown and percent-encoded where they are links. */
#include "http-server.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/util.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The page is made in memory. */
#define MAX_ENTRIES 10000

struct entry {
    char *name;
    off_t size;
    time_t modified;
    bool directory;
};

struct entries {
    struct entry *first;
    size_t count, room;
    bool cut; /* there are more */
};

static int compare(const void *a, const void *b) {
    const struct entry *one = a, *other = b;
    if (one->directory != other->directory)
        return one->directory ? -1 : 1;
    return strcmp(one->name, other->name);
}

static bool add_entry(struct entries *entries, const char *name, const struct stat *about) {
    struct entry *entry;

    if (entries->count == entries->room) {
        size_t room = entries->room > 0 ? entries->room * 2 : 64;
        struct entry *first = realloc(entries->first, room * sizeof *first);
        if (first == NULL)
            return false;
        entries->first = first;
        entries->room = room;
    }
    entry = &entries->first[entries->count];
    entry->name = strdup(name);
    entry->size = about->st_size;
    entry->modified = about->st_mtime;
    entry->directory = S_ISDIR(about->st_mode);
    if (entry->name == NULL)
        return false;
    entries->count++;
    return true;
}

/* Shows what path_open() would open: no links, no pipes, nothing that begins with a dot. */
static bool read_entries(struct entries *entries, DIR *directory) {
    const struct dirent *found;

    while ((found = readdir(directory)) != NULL) {
        struct stat about;
        if (!path_is_visible(found->d_name) || strchr(found->d_name, '\\') != NULL ||
            fstatat(dirfd(directory), found->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0 ||
            (!S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode)))
            continue;
        entries->cut = entries->count == MAX_ENTRIES;
        if (entries->cut)
            break;
        if (!add_entry(entries, found->d_name, &about))
            return false;
    }
    if (entries->count > 0)
        qsort(entries->first, entries->count, sizeof *entries->first, compare);
    return true;
}

static bool write_entry(struct evbuffer *page, const struct entry *entry) {
    char *shown = evhttp_htmlescape(entry->name);
    char *link = evhttp_encode_uri(entry->name);
    const char *slash = entry->directory ? "/" : "";
    char date[20] = "", size[24] = "";
    bool good = false;
    struct tm parts;

    if (gmtime_r(&entry->modified, &parts) != NULL)
        strftime(date, sizeof date, "%Y-%m-%d %H:%M", &parts);
    if (!entry->directory)
        evutil_snprintf(size, sizeof size, "%lld", (long long)entry->size);
    if (shown != NULL && link != NULL)
        good = evbuffer_add_printf(page,
                                   "<tr><td><a href=\"%s%s\">%s%s</a><td>%s<td class=\"size\">%s\n",
                                   link, slash, shown, slash, date, size) >= 0;
    free(shown);
    free(link);
    return good;
}

static bool write_page(struct evbuffer *page, const char *path, const struct entries *entries) {
    char *decoded = evhttp_uridecode(path, 0, NULL);
    char *title = decoded != NULL ? evhttp_htmlescape(decoded) : NULL;
    bool good = title != NULL;
    size_t i;

    good =
        good && evbuffer_add_printf(
                    page,
                    "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width\">\n"
                    "<title>%s</title>\n"
                    "<style>body{font:1rem/1.6 system-ui,sans-serif;margin:2rem}"
                    "td,th{padding-right:2rem;text-align:left}"
                    ".size{text-align:right;font-variant-numeric:tabular-nums}</style>\n"
                    "<h1>%s</h1>\n<table>\n<tr><th>Name<th>Changed (UTC)<th>Bytes\n"
                    "%s",
                    title, title,
                    strcmp(path, "/") == 0 ? "" : "<tr><td><a href=\"../\">../</a><td><td>\n") >= 0;
    for (i = 0; good && i < entries->count; i++)
        good = write_entry(page, &entries->first[i]);
    good = good && evbuffer_add_printf(page, "</table>\n%s</html>\n",
                                       entries->cut ? "<p>There are more.</p>\n" : "") >= 0;
    free(title);
    free(decoded);
    return good;
}

static bool add_fields(struct evhttp_request *request, size_t length) {
    struct evkeyvalq *fields = evhttp_request_get_output_headers(request);
    char text[24];

    evutil_snprintf(text, sizeof text, "%lu", (unsigned long)length);
    return evhttp_add_header(fields, "Content-Type", "text/html; charset=utf-8") == 0 &&
           evhttp_add_header(fields, "Content-Length", text) == 0 &&
           evhttp_add_header(fields, "Cache-Control", "no-cache") == 0 &&
           evhttp_add_header(fields, "Content-Security-Policy",
                             "default-src 'none'; style-src 'unsafe-inline'") == 0;
}

void reply_listing(struct evhttp_request *request, const char *path, int fd) {
    struct evbuffer *page = evbuffer_new();
    DIR *directory = fdopendir(fd);
    struct entries entries = {0};

    if (page == NULL || directory == NULL || !read_entries(&entries, directory) ||
        !write_page(page, path, &entries) || !add_fields(request, evbuffer_get_length(page)))
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
    else
        evhttp_send_reply(request, HTTP_OK, "OK", page);
    while (entries.count > 0)
        free(entries.first[--entries.count].name);
    free(entries.first);
    if (directory != NULL)
        closedir(directory);
    else
        close(fd);
    if (page != NULL)
        evbuffer_free(page);
}
