/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads a zone file (RFC 1035 section 5.1): $ORIGIN, $TTL, records that go on over lines in
 * parentheses, comments, strings in quotes. Whatever it does not understand is an error.
 */
#include "zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FILE_SIZE (1024 * 1024)
#define WORDS 64 /* of an entry */
#define LARGEST_TTL 0x7fffffff

/* Invariant: `at` is behind what has been read, and the text has a NUL at its end and none before
 * it. Words are cut out where they are: a NUL is written behind each. */
struct file {
    const char *path;
    char *at;
    unsigned line;       /* that `at` is in */
    unsigned entry_line; /* where the present entry began */
    char ended;          /* the byte that the NUL of the last word took the place of */
    struct zone *zone;
    struct name origin, owner;
    bool has_origin, has_owner, has_ttl;
    int ttl;
    size_t count;
    bool begins_blank; /* the entry has no owner of its own */
    struct word words[WORDS];
};

static bool fault(const struct file *file, unsigned line, const char *what) {
    fprintf(stderr, "dns-server: %s:%u: %s\n", file->path, line, what);
    return false;
}

/* The next byte, which may be where the last word ended; it stays the next. */
static char peek(struct file *file) {
    return file->ended != '\0' ? file->ended : *file->at;
}

static void skip(struct file *file) {
    if (peek(file) == '\n')
        file->line++;
    file->ended = '\0';
    file->at++;
}

/* A string in quotes may hold anything but the end of the line; \" and \\ are what they stand for,
 * \DDD a byte. */
static bool take_quoted(struct file *file, struct word *word) {
    char *in = file->at + 1, *out = file->at;
    word->text = out;
    for (; *in != '"'; in++) {
        if (*in == '\\' && in[1] >= '0' && in[1] <= '9') {
            char digits[4] = {in[1], in[2] ? in[2] : ' ', in[2] ? in[3] : ' ', '\0'}, *end;
            long value = strtol(digits, &end, 10);
            if (end != digits + 3 || value > 255)
                return fault(file, file->line, "a bad escape in a string");
            *out++ = (char)value;
            in += 3;
            continue;
        }
        in += *in == '\\';
        if (*in == '\0' || *in == '\n')
            return fault(file, file->line, "a string without its end");
        *out++ = *in;
    }
    word->size = (size_t)(out - word->text);
    word->quoted = true;
    *out = '\0';
    file->at = in + 1;
    file->ended = '\0';
    if (strchr(" \t\n;()", *file->at) == NULL)
        return fault(file, file->line, "a string with something right behind it");
    return true;
}

static bool take_plain(struct file *file, struct word *word) {
    char *end = file->at;
    while (strchr(" \t\n;()\"", *end) == NULL)
        end += *end == '\\' && end[1] != '\0' && end[1] != '\n' ? 2 : 1;
    if (*end == '"')
        return fault(file, file->line, "a quote inside a word");
    word->text = file->at;
    word->size = (size_t)(end - file->at);
    word->quoted = false;
    file->ended = *end;
    *end = '\0';
    file->at = end;
    return true;
}

/* The words up to the end of an entry: of the line, unless a parenthesis is open. */
static bool take_entry(struct file *file) {
    bool open = false;
    file->count = 0;
    file->entry_line = file->line;
    file->begins_blank = strchr(" \t", peek(file)) != NULL;
    for (char next = peek(file); next != '\0' && (next != '\n' || open); next = peek(file)) {
        if (next == ' ' || next == '\t' || next == '\n') {
            skip(file);
        } else if (next == ';') {
            do
                skip(file);
            while (peek(file) != '\n' && peek(file) != '\0');
        } else if (next == '(' || next == ')') {
            if (open == (next == '('))
                return fault(file, file->line, "a parenthesis too many");
            open = next == '(';
            skip(file);
        } else if (file->count == WORDS) {
            return fault(file, file->line, "too many words");
        } else {
            struct word *word = &file->words[file->count++];
            if (!(next == '"' ? take_quoted(file, word) : take_plain(file, word)))
                return false;
        }
    }
    if (open)
        return fault(file, file->entry_line, "a parenthesis that is not closed");
    if (peek(file) == '\n')
        skip(file);
    return true;
}

static bool read_ttl(const char *text, int *ret_ttl) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || strlen(text) > 10 || value > LARGEST_TTL)
        return false;
    *ret_ttl = (int)value;
    return true;
}

static bool take_directive(struct file *file) {
    const char *what = NULL;
    if (file->count != 2) {
        what = "a directive has one value";
    } else if (strcasecmp(file->words[0].text, "$TTL") == 0) {
        file->has_ttl = true;
        if (!read_ttl(file->words[1].text, &file->ttl))
            what = "not a number of seconds";
    } else if (strcasecmp(file->words[0].text, "$ORIGIN") == 0) {
        what =
            name_read(file->words[1].text, file->has_origin ? &file->origin : NULL, &file->origin);
        file->has_origin = true;
    } else {
        what = "not a directive that is known here";
    }
    return what == NULL || fault(file, file->entry_line, what);
}

/* [TTL] [IN], in either order, from word `at`, which is moved behind them. */
static void take_ttl_and_class(struct file *file, size_t *at, int *ttl) {
    bool has_ttl = false, has_class = false;
    for (; *at < file->count; ++*at) {
        const char *text = file->words[*at].text;
        if (file->words[*at].quoted)
            break;
        if (!has_ttl && read_ttl(text, ttl))
            has_ttl = true;
        else if (!has_class && strcasecmp(text, "IN") == 0)
            has_class = true;
        else
            break;
    }
}

/* [OWNER] [TTL] [IN] TYPE DATA */
static bool take_record(struct file *file) {
    struct record *record;
    const char *what;
    size_t at = 0;
    int ttl = file->has_ttl ? file->ttl : -1;

    if (!file->has_origin)
        return fault(file, file->entry_line, "$ORIGIN has to come first");
    if (!file->begins_blank) {
        what = name_read(file->words[at++].text, &file->origin, &file->owner);
        if (what != NULL)
            return fault(file, file->entry_line, what);
        file->has_owner = true;
    } else if (!file->has_owner) {
        return fault(file, file->entry_line, "a record without a name");
    }
    take_ttl_and_class(file, &at, &ttl);
    if (at == file->count || file->words[0].quoted || file->words[at].quoted)
        return fault(file, file->entry_line, "a record without a type");
    if (ttl < 0)
        return fault(file, file->entry_line, "no TTL, and no $TTL before it");
    record = record_read(file->words[at].text, file->words + at + 1, file->count - at - 1,
                         &file->origin, &what);
    if (record == NULL)
        return fault(file, file->entry_line, what);
    record->owner = file->owner;
    record->ttl = ttl;
    what = zone_add(file->zone, record);
    if (what == NULL)
        return true;
    free(record);
    return fault(file, file->entry_line, what);
}

static bool read_entries(struct file *file) {
    const char *lack;
    while (peek(file) != '\0') {
        if (!take_entry(file))
            return false;
        if (file->count == 0)
            continue;
        if (!(file->words[0].text[0] == '$' ? take_directive(file) : take_record(file)))
            return false;
    }
    lack = zone_lacks(file->zone);
    return lack == NULL || fault(file, file->line, lack);
}

/* The text with a NUL behind it, and no other control bytes than tabs and ends of lines. */
static char *load(struct file *file) {
    char *text = malloc(FILE_SIZE + 2);
    FILE *stream = fopen(file->path, "rb");
    size_t size = 0, i;

    errno = stream == NULL ? errno : 0;
    if (stream != NULL && text != NULL)
        size = fread(text, 1, FILE_SIZE + 1, stream);
    if (text == NULL || stream == NULL || ferror(stream)) {
        fprintf(stderr, "dns-server: %s: %s\n", file->path, strerror(errno));
        free(text);
        text = NULL;
    }
    if (stream != NULL)
        fclose(stream);
    if (text != NULL && size > FILE_SIZE) {
        fprintf(stderr, "dns-server: %s: larger than 1 MiB\n", file->path);
        free(text);
        return NULL;
    }
    for (i = 0; text != NULL && i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '\n') {
            file->line++;
        } else if ((byte < ' ' && byte != '\t') || byte == 0x7f) {
            fault(file, file->line, "a control character");
            free(text);
            return NULL;
        }
    }
    if (text != NULL)
        text[size] = '\0';
    file->line = 1;
    return text;
}

struct zone *zone_read(const char *path) {
    struct file file = {.path = path, .line = 1};
    char *text = load(&file);
    bool good = false;

    if (text == NULL)
        return NULL;
    file.at = text;
    file.zone = calloc(1, sizeof *file.zone);
    if (file.zone == NULL)
        fprintf(stderr, "dns-server: %s: %s\n", path, strerror(errno));
    else
        good = read_entries(&file);
    free(text);
    if (!good && file.zone != NULL) {
        zone_free(file.zone);
        file.zone = NULL;
    }
    return file.zone;
}
