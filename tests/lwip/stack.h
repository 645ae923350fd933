/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP for the tests of ports that stand on it: a stack in this process, with loopback interfaces
 * of 127.0.0.1 to 127.0.0.3 and ::1, which starts before main(); and means to take its memory away. Used by the
 * port's conformance suite and by the support of the unit tests.
 */
#ifndef EVLET_TEST_LWIP_STACK_H
#define EVLET_TEST_LWIP_STACK_H

#ifdef __cplusplus
extern "C" {
#endif

/* Around fork(), in the parent: nothing of the stack moves meanwhile. */
void test_stack_hold(void);
void test_stack_release(void);
/* In the child, which has a copy of the stack but no thread that runs it: a stack of its own, in
 * the place of the copy. What was open is open no more, though its numbers stay taken. */
void test_stack_restart(void);

/* No socket gets a number of `limit` or above; 0: no limit. */
void test_stack_limit_sockets(int limit);
/* After that many more blocks lwIP gets none; below 0: it gets all it asks for. */
void test_stack_limit_blocks(long blocks);

/* Waits until the stack's thread has worked off what it was given so far, and what that gave it:
 * what one end sent has reached the other, as it has at once between sockets of a kernel. What waits
 * for time to pass (a delayed acknowledgment, a retransmission) is not waited for. */
void test_stack_settle(void);
/* Who asks this TCP port for a connection is not heard (1), or is again (0). */
void test_stack_silence(int port, int silent);

#ifdef __cplusplus
}
#endif
#endif
