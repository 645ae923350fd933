/* SPDX-License-Identifier: BSD-3-Clause */
/* Few descriptors: the one limit that tests set. */
#ifndef EVLET_TEST_SYS_RESOURCE_H
#define EVLET_TEST_SYS_RESOURCE_H

#ifdef __cplusplus
extern "C" {
#endif

#define RLIMIT_NOFILE 7
#define RLIM_INFINITY (~0ul)

typedef unsigned long rlim_t;
struct rlimit {
    rlim_t rlim_cur;
    rlim_t rlim_max;
};
int getrlimit(int resource, struct rlimit *ret_limit);
int setrlimit(int resource, const struct rlimit *limit);

#ifdef __cplusplus
}
#endif
#endif
