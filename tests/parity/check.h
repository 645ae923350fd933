/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the generated parity programs call: counts checks, prints each one that fails, and says
 * at the end what was looked at and what was left out. Included once, by a program that
 * constants.py or layouts.py wrote.
 */
#ifndef EVLET_TESTS_PARITY_CHECK_H
#define EVLET_TESTS_PARITY_CHECK_H

#include <event2/event-config.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
/* The types whose sizes event-config.h tells. */
#ifdef EVENT__SIZEOF_SOCKLEN_T
#include <sys/socket.h>
#endif
#ifdef EVENT__SIZEOF_PTHREAD_T
#include <pthread.h>
#endif

/* The text a macro expands to. */
#define TEXT_OF_(...) #__VA_ARGS__
#define TEXT_OF(...) TEXT_OF_(__VA_ARGS__)

#define ALIGN_OF(type)   \
    offsetof(            \
        struct {         \
            char before; \
            type it;     \
        },               \
        it)

static int checks_done, checks_failed;

static inline void check_number(const char *what, long long is, long long should_be) {
    checks_done++;
    if (is != should_be) {
        checks_failed++;
        printf("%s is %lld and should be %lld\n", what, is, should_be);
    }
}

static inline void check_text(const char *what, const char *is, const char *should_be) {
    checks_done++;
    if (strcmp(is, should_be) != 0) {
        checks_failed++;
        printf("%s is \"%s\" and should be \"%s\"\n", what, is, should_be);
    }
}

/* A macro with arguments stays itself when it is named without them, and turns into something
 * else with them. */
static inline void check_function_like(const char *name, const char *alone, const char *call,
                                       const char *expanded) {
    checks_done++;
    if (strcmp(name, alone) != 0 || strcmp(call, expanded) == 0) {
        checks_failed++;
        printf("%s should be a macro with arguments, as in %s\n", name, call);
    }
}

/* A name that is not there, or is there although an option takes it away. */
static inline void check_missing(const char *name) {
    checks_done++;
    checks_failed++;
    printf("%s is missing\n", name);
}

static inline void check_unwanted(const char *name) {
    checks_done++;
    checks_failed++;
    printf("%s is there and should not be\n", name);
}

/* Where a bit field lies: all bits of `object` but the field are 0. */
static inline void check_bits(const char *what, const void *object, size_t size, int width,
                              int first) {
    const unsigned char *bytes = (const unsigned char *)object;
    int lowest = -1, count = 0;
    for (size_t bit = 0; bit < size * 8; bit++) {
        if (bytes[bit / 8] >> (bit % 8) & 1) {
            lowest = lowest < 0 ? (int)bit : lowest;
            count++;
        }
    }
    check_number(what, lowest, first);
    check_number(what, count, width);
}

static inline void left_out(const char *why) {
    printf("left out: %s\n", why);
}

/* The exit status. PARITY_ALL_WRONG: the table is a bad sample, of which each check must fail. */
static inline int report(void) {
    printf("%d checks, %d failed\n", checks_done, checks_failed);
#ifdef PARITY_ALL_WRONG
    return checks_done > 0 && checks_failed == checks_done ? 0 : 1;
#else
    return checks_done > 0 && checks_failed == 0 ? 0 : 1;
#endif
}

#endif
