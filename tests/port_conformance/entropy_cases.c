/* SPDX-License-Identifier: BSD-3-Clause */
/* Unpredictable bytes. A port without a source may refuse, always; it may not answer weak ones. */
#include <string.h>

#include "conformance.h"

static unsigned char first[5000], second[5000];

static int port_has_entropy(void) {
    unsigned char byte;
    if (evlet_port_entropy(&byte, 1) == 0) {
        return 1;
    }
    conformance_absent("entropy", "the port refuses");
    return 0;
}

static void two_fills_differ(void) {
    static const size_t sizes[] = {16, 17, 255, 256, 257, 4096, 4999};
    size_t i;
    if (!port_has_entropy()) {
        return;
    }
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        NEED(evlet_port_entropy(first, sizes[i]) == 0);
        NEED(evlet_port_entropy(second, sizes[i]) == 0);
        CHECK(memcmp(first, second, sizes[i]) != 0);
    }
}

static void every_byte_is_filled_and_none_beyond(void) {
    unsigned char seen[64];
    size_t size, i;
    int round;
    if (!port_has_entropy()) {
        return;
    }
    for (size = 0; size < sizeof seen; size++) {
        memset(seen, 0, sizeof seen);
        /* One byte in 256 is 0 by right; all of twelve rounds, once in 2^96. */
        for (round = 0; round < 12; round++) {
            memset(first, 0, sizeof seen);
            NEED(evlet_port_entropy(first, size) == 0);
            for (i = 0; i < sizeof seen; i++) {
                seen[i] |= first[i];
            }
        }
        for (i = 0; i < sizeof seen; i++) {
            CHECK((seen[i] != 0) == (i < size));
        }
    }
}

static void bits_are_balanced(void) {
    size_t i, ones = 0;
    if (!port_has_entropy()) {
        return;
    }
    NEED(evlet_port_entropy(first, 4096) == 0);
    for (i = 0; i < 4096 * 8; i++) {
        ones += (size_t)(first[i / 8] >> (i % 8)) & 1;
    }
    /* 16384 expected, standard deviation 90; ten of them either way. */
    CHECK(ones > 15484 && ones < 17284);
}

#if EVLET_PORT_HAS_FILES
static void a_source_that_gives_nothing_is_an_error(void) {
    static char long_name[5000];
    memset(long_name, 'x', sizeof long_name - 1);
    CHECK(evlet_port_entropy_set_device(long_name) == -1);
    CHECK(evlet_port_entropy_set_device("") == -1);
    CHECK(evlet_port_entropy(first, 16) == 0); /* the refused names changed nothing */

    NEED(evlet_port_entropy_set_device("/dev/evlet-no-such-device") == 0);
    CHECK(evlet_port_entropy(first, 16) == -1);
    CHECK(evlet_port_entropy(first, 0) == 0);
    NEED(evlet_port_entropy_set_device("/dev/null") == 0);
    CHECK(evlet_port_entropy(first, 16) == -1);
    NEED(evlet_port_entropy_set_device("/etc/passwd") == 0); /* a plain file is no source */
    CHECK(evlet_port_entropy(first, 16) == -1);
    NEED(evlet_port_entropy_set_device("/dev") == 0);
    CHECK(evlet_port_entropy(first, 16) == -1);
}

static void the_named_device_is_read(void) {
    char name[] = "/dev/urandom";
    NEED(evlet_port_entropy_set_device(name) == 0);
    memset(name, 'x', sizeof name - 1); /* the text was copied */
    NEED(evlet_port_entropy(first, 33) == 0);
    NEED(evlet_port_entropy(second, 33) == 0);
    CHECK(memcmp(first, second, 33) != 0);
}
#else
static void without_files_no_device_can_be_named(void) {
    CHECK(evlet_port_entropy_set_device("/dev/urandom") == -1);
}
#endif

void entropy_cases(void) {
    CASE(two_fills_differ);
    CASE(every_byte_is_filled_and_none_beyond);
    CASE(bits_are_balanced);
#if EVLET_PORT_HAS_FILES
    CASE(a_source_that_gives_nothing_is_an_error);
    CASE(the_named_device_is_read);
#else
    CASE(without_files_no_device_can_be_named);
#endif
}
