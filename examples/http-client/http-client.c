/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client for HTTP servers, used like curl: asks for a URL and writes what comes to standard
 * output, as it comes. With data or a file it sends that, and follows redirections if it may.
 *
 * Shows: evhttp connections and requests, bodies in pieces in both directions, a producer that
 * waits for a pipe, URIs, and how each way in which an exchange can fail is told from the others.
 *
 * This file reads the command line; transfer.c does the work.
 */
#include "http-client.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void) {
    fputs("usage: http-client [OPTION]... URL\n"
          "  URL                 http://HOST[:PORT]/PATH, or http://unix:SOCKET:/PATH\n"
          "  -X METHOD           GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH ...\n"
          "  -d DATA             send DATA, by POST unless -X says otherwise\n"
          "  -T FILE             send a file, by PUT unless -X says otherwise; -: standard input\n"
          "  -H 'NAME: VALUE'    a header field to send; may be repeated\n"
          "  -i                  write the head of the reply before its body\n"
          "  -I                  ask with HEAD and write the head\n"
          "  -o FILE             write to a file instead of standard output\n"
          "  -L                  follow redirections\n"
          "  --max-redirs COUNT  but no more than so many, default 10\n"
          "  --max-time SECONDS  for all of it, fractions allowed\n"
          "  -f                  status 22 and no body where the server answers 400 or above\n"
          "  -v                  tell on standard error what is sent and what comes\n"
          "Exit status: 0 done, 1 failed, 2 wrong arguments, 3 bad URL, 7 no connection, 8 the "
          "reply\n"
          "breaks the protocol, 18 it was cut short, 22 see -f, 23 writing and 26 reading a file\n"
          "failed, 28 out of time, 47 too many redirections, 52 no reply, 56 transfer failed.\n",
          stderr);
    return STATUS_USAGE;
}

/* Without the name a field can not be told from its value; the rest is checked where it is added.
 */
static bool is_field(const char *text) {
    const char *colon = strchr(text, ':');
    return colon != NULL && colon != text;
}

static bool read_seconds(const char *text, struct timeval *ret_time) {
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0.001 && seconds <= 1e6))
        return false;
    ret_time->tv_sec = (time_t)seconds;
    ret_time->tv_usec = (suseconds_t)((seconds - (double)ret_time->tv_sec) * 1e6);
    return true;
}

static bool read_count(const char *text, long *ret_count) {
    char *end;
    *ret_count = strtol(text, &end, 10);
    return end != text && *end == '\0' && *ret_count >= 0 && *ret_count <= 1000;
}

static bool read_flag(const char *option, struct options *options) {
    if (strcmp(option, "-i") == 0)
        options->show_head = true;
    else if (strcmp(option, "-I") == 0)
        options->only_head = true;
    else if (strcmp(option, "-L") == 0)
        options->follow = true;
    else if (strcmp(option, "-f") == 0)
        options->fail = true;
    else if (strcmp(option, "-v") == 0)
        options->verbose = true;
    else
        return false;
    return true;
}

static bool read_option(const char *option, char *value, struct options *options) {
    if (strcmp(option, "-X") == 0) {
        options->method = method_of(value);
        return options->method != 0;
    }
    if (strcmp(option, "-H") == 0) {
        options->headers[options->header_count++] = value;
        return is_field(value);
    }
    if (strcmp(option, "--max-redirs") == 0)
        return read_count(value, &options->most_redirects);
    if (strcmp(option, "--max-time") == 0)
        return read_seconds(value, &options->most_time);
    if (strcmp(option, "-d") == 0)
        options->data = value;
    else if (strcmp(option, "-T") == 0)
        options->upload = value;
    else if (strcmp(option, "-o") == 0)
        options->output = value;
    else
        return false;
    return true;
}

static bool read_arguments(int argc, char **argv, struct options *options) {
    int i;
    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        if (read_flag(argv[i], options))
            continue;
        if (i + 1 >= argc || !read_option(argv[i], argv[i + 1], options))
            return false;
        i++;
    }
    if (i + 1 != argc || (options->data != NULL && options->upload != NULL))
        return false;
    options->url = argv[i];
    if (options->method == 0) {
        options->method = options->only_head        ? EVHTTP_REQ_HEAD
                          : options->data != NULL   ? EVHTTP_REQ_POST
                          : options->upload != NULL ? EVHTTP_REQ_PUT
                                                    : EVHTTP_REQ_GET;
    }
    return true;
}

int main(int argc, char **argv) {
    struct options options = {.most_redirects = 10};
    int status;

    options.headers = calloc((size_t)argc, sizeof *options.headers);
    if (options.headers == NULL)
        return STATUS_FAILED;
    if (read_arguments(argc, argv, &options)) {
        signal(SIGPIPE, SIG_IGN); /* a reader of standard output that has gone is an error */
        status = (int)transfer_run(&options);
    } else {
        status = usage();
    }
    free(options.headers);
    return status;
}
