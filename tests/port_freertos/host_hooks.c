/* SPDX-License-Identifier: BSD-3-Clause */
/* What a firmware gives to ports/freertos, given by the host. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "evlet_freertos.h"

int evlet_freertos_entropy(void *buffer, size_t size) {
    FILE *device = fopen("/dev/urandom", "rb");
    size_t got = device ? fread(buffer, 1, size, device) : 0;
    if (device) {
        fclose(device);
    }
    return got == size ? 0 : -1;
}

void evlet_freertos_log(int severity, const char *line) {
    static const char tags[4][6] = {"debug", "msg", "warn", "err"};
    const int error = errno;
    fprintf(stderr, "[%s] %s\n", tags[severity >= 0 && severity <= 3 ? severity : 1], line);
    errno = error;
}

void evlet_freertos_fatal(int status) {
    exit(status);
}
