/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Feature selection for the C files of the POSIX and Linux ports, which include it before
 * anything else. Nobody outside ports/ does.
 */
#ifndef EVLET_POSIX_FEATURES_H
#define EVLET_POSIX_FEATURES_H

/* ppoll(), secure_getenv(), accept4() and the like, also under -std=c11. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

/*
 * On 32-bit glibc time_t ends in January 2038 unless asked otherwise. No type that holds a time_t
 * crosses the port contract, so these files can ask for the long one whatever the rest of the
 * program does. C libraries that do not know the two macros ignore them.
 */
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#if !defined(_TIME_BITS) && _FILE_OFFSET_BITS == 64
#define _TIME_BITS 64
#endif

#endif
