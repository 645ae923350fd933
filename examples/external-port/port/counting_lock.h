/* SPDX-License-Identifier: BSD-3-Clause */
/* Figures on the locks of the program, kept by the port in front of the POSIX port's. Called by
 * the program when its threads have ended. */
#ifndef COUNTING_LOCK_H
#define COUNTING_LOCK_H

/* Locks made, times a lock was taken, and times it was found taken by another thread. */
unsigned long counting_lock_made(void);
unsigned long counting_lock_taken(void);
unsigned long counting_lock_waits(void);

#endif
