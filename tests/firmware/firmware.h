/* SPDX-License-Identifier: BSD-3-Clause */
/* The arena of tests on the board. For tests that have taken it away. */
#ifndef EVLET_TEST_FIRMWARE_H
#define EVLET_TEST_FIRMWARE_H

#ifdef __cplusplus
extern "C" {
#endif

/* Everything allocated so far is gone. Called once before main(). */
void firmware_fresh_arena(void);

#ifdef __cplusplus
}
#endif
#endif
