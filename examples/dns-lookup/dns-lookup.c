/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks nameservers, used like dig: looks names up and prints what there is, a line for each record,
 * "NAME TTL TYPE DATA" with tabs between. Without "@ADDR" it asks those of /etc/resolv.conf.
 *
 * Shows: a resolver that is set up by hand or from files, look-ups of each kind, all at once, the
 * name behind an alias, getaddrinfo without waiting, and each way in which a look-up can fail.
 *
 * This file reads the command line; lookup.c does the work.
 */
#include "dns-lookup.h"

#include <event2/util.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

static int usage(void) {
    fputs(
        "usage: dns-lookup [OPTION]... NAME... [TYPE]\n"
        "  NAME           with a dot at its end it is whole; else the search list is for it, too\n"
        "  TYPE, -t TYPE  A, the default, AAAA or PTR\n"
        "  -x ADDR        the name of an IPv4 or IPv6 address\n"
        "  -g             addresses as getaddrinfo has them: hosts file, both families, sorted\n"
        "  -4, -6         with -g: this family alone\n"
        "  -p SERVICE     with -g: name or number of a port\n"
        "  @ADDR[:PORT]   nameserver; may be repeated\n"
        "  -r FILE        read instead of /etc/resolv.conf\n"
        "  -H FILE        with -g: read instead of /etc/hosts\n"
        "  -s DOMAIN      search below this domain; may be repeated\n"
        "  -S             no search list\n"
        "  -T             over TCP\n"
        "  -I             take what is cut off instead of asking again over TCP\n"
        "  -e BYTES       answers over UDP that are taken (EDNS), 512 to 65535\n"
        "  -w SECONDS     how long to wait for an answer, fractions allowed, default 5\n"
        "  -n COUNT       how often to ask, default 3\n"
        "Exit status: 0 found, 1 failed, 2 wrong arguments, 3 no such name, 4 no such record,\n"
        "5 no answer; of several the largest.\n",
        stderr);
    return STATUS_USAGE;
}

static bool read_type(const char *text, enum type *ret_type) {
    static const char *const names[] = {"A", "AAAA", "PTR"};
    for (size_t i = 0; i < 3; i++) {
        if (strcasecmp(text, names[i]) == 0) {
            *ret_type = (enum type)i;
            return true;
        }
    }
    return false;
}

static bool is_number(const char *text, double least, double most) {
    char *end;
    double value = strtod(text, &end);
    return end != text && *end == '\0' && value >= least && value <= most;
}

static bool is_address(const char *text) {
    unsigned char bytes[16];
    return evutil_inet_pton(AF_INET, text, bytes) == 1 ||
           evutil_inet_pton(AF_INET6, text, bytes) == 1;
}

static bool read_flag(const char *option, struct options *options, enum type *type) {
    if (strcmp(option, "-g") == 0)
        *type = TYPE_ADDRINFO;
    else if (strcmp(option, "-4") == 0)
        options->family = AF_INET;
    else if (strcmp(option, "-6") == 0)
        options->family = AF_INET6;
    else if (strcmp(option, "-S") == 0)
        options->no_search = true;
    else if (strcmp(option, "-T") == 0)
        options->tcp = true;
    else if (strcmp(option, "-I") == 0)
        options->ignore_truncation = true;
    else
        return false;
    return true;
}

/* What becomes an option of the resolver is checked here, and handed on as text. */
static bool read_option(const char *option, const char *value, struct options *options,
                        enum type *type) {
    if (strcmp(option, "-t") == 0)
        return read_type(value, type);
    if (strcmp(option, "-x") == 0) {
        options->questions[options->question_count++] =
            (struct question){.name = value, .type = TYPE_PTR, .reverse = true};
        return is_address(value);
    }
    if (strcmp(option, "-s") == 0) {
        options->domains[options->domain_count++] = value;
        return true;
    }
    if (strcmp(option, "-e") == 0)
        return is_number(options->udp_size = value, 512, 65535);
    if (strcmp(option, "-w") == 0)
        return is_number(options->timeout = value, 0.001, 3600);
    if (strcmp(option, "-n") == 0)
        return is_number(options->attempts = value, 1, 255);
    if (strcmp(option, "-r") == 0)
        options->config = value;
    else if (strcmp(option, "-H") == 0)
        options->hosts = value;
    else if (strcmp(option, "-p") == 0)
        options->service = value;
    else
        return false;
    return true;
}

static bool read_arguments(int argc, char **argv, struct options *options) {
    enum type type = TYPE_A;
    int i;

    for (i = 1; i < argc; i++) {
        const char *text = argv[i];
        if (text[0] == '@') {
            options->servers[options->server_count++] = text + 1;
        } else if (text[0] == '-') {
            if (read_flag(text, options, &type))
                continue;
            if (i + 1 >= argc || !read_option(text, argv[++i], options, &type))
                return false;
        } else if (options->question_count == 0 || !read_type(text, &type)) {
            options->questions[options->question_count++] = (struct question){.name = text};
        }
    }
    for (size_t question = 0; question < options->question_count; question++) {
        if (!options->questions[question].reverse)
            options->questions[question].type = type;
    }
    return options->question_count > 0 &&
           (type == TYPE_ADDRINFO ||
            (options->service == NULL && options->hosts == NULL && options->family == AF_UNSPEC));
}

int main(int argc, char **argv) {
    struct options options = {.config = "/etc/resolv.conf", .family = AF_UNSPEC};
    int status = STATUS_FAILED;

    options.questions = calloc((size_t)argc, sizeof *options.questions);
    options.servers = calloc((size_t)argc, sizeof *options.servers);
    options.domains = calloc((size_t)argc, sizeof *options.domains);
    if (options.questions != NULL && options.servers != NULL && options.domains != NULL)
        status = read_arguments(argc, argv, &options) ? lookup_run(&options) : usage();
    free(options.questions);
    free(options.servers);
    free(options.domains);
    return status;
}
