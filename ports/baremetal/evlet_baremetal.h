/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Evlet without an operating system: what a firmware gives, and what it gets for it.
 *
 * A firmware must define evlet_baremetal_ticks() and evlet_baremetal_tick_hz, and name its memory
 * with evlet_baremetal_arena() before it makes a base. Everything else has a default, which the
 * firmware replaces by defining the function itself:
 *
 *     static uint64_t arena[2048 / 8];
 *     static volatile uint32_t ticks;
 *     void SysTick_Handler(void) { ticks++; }
 *
 *     const uint32_t evlet_baremetal_tick_hz = 1000;
 *     uint32_t evlet_baremetal_ticks(void) { return ticks; }
 *
 *     int main(void) {
 *         evlet_baremetal_arena(arena, sizeof arena);
 *         start_systick();
 *         struct event_base *base = event_base_new();
 *         ...
 *
 * Contexts: there is the program, which alone calls Evlet, and there are interrupts, which call
 * evlet_baremetal_raise() and nothing else of Evlet's.
 *
 * Events from interrupts: an interrupt must not touch a base, so it does not call event_active().
 * It raises a number, and the program waits for that number as for a signal:
 *
 *     enum { BUTTON = 1 };
 *     void GPIO_Handler(void) { clear_it(); evlet_baremetal_raise(BUTTON); }
 *     ...
 *     event_add(evsignal_new(base, BUTTON, on_button, NULL), NULL);
 *
 * Raising counts in a lock-free word and sets the waker's flag; the loop takes the count, ends its
 * sleep if it sleeps, and calls on_button() once for each time, up to 32767 of them at once.
 * Nothing is allocated, nothing is lost between the loop's last look and its sleep. To hand data
 * over, let the interrupt write a ring of the program's own and raise a number; one call then
 * empties it.
 *
 * This header stands alone; a firmware includes it beside event2/event.h.
 */
#ifndef EVLET_BAREMETAL_H
#define EVLET_BAREMETAL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ==== What the firmware must give ============================================================= */

/** How often a second evlet_baremetal_ticks() counts: 1 to 1,000,000,000. */
extern const uint32_t evlet_baremetal_tick_hz;

/** A counter that counts up all the time, also in sleep, and starts again at 0 behind 2^32 - 1. A
 * counter of fewer bits has to be extended. Also called with interrupts held off, so it must not
 * depend on a tick that comes meanwhile, other than by being late.
 *
 * The loop looks at it often enough by itself. A program that leaves the loop, or stays in a
 * callback, for longer than 2^32 ticks loses the multiples of that, unless it calls
 * event_gettime_monotonic() now and then. */
uint32_t evlet_baremetal_ticks(void);

/* ==== Memory ================================================================================== */

/** Gives Evlet the `size` bytes (up to 2 GB) at `memory` for everything it allocates. To be called
 * once, before the first other call; the memory belongs to Evlet from then on. Without it, or with
 * less than a few words, every allocation fails. Each block costs one word, and is rounded up to
 * two (ARM: 4 bytes, 8 bytes); the least is four.
 *
 * Calling it again gives up all blocks there are: for tests that begin afresh. */
void evlet_baremetal_arena(void *memory, size_t size);

/** Frees what the API hands over to be freed with free(), such as a line of evbuffer_readln(): here it
 * lies in the arena, of which the C library knows nothing. NULL is allowed. */
void evlet_port_free(void *block);

struct evlet_baremetal_memory {
    size_t size;         /* of the arena, without what alignment and its end cost */
    size_t used;         /* bytes in blocks, with what each block costs */
    size_t most_used;    /* the greatest that `used` has been: what the arena has to have */
    size_t largest_free; /* the largest that could be allocated now */
};
/** How the arena is doing. Takes time in proportion to the number of free blocks. */
void evlet_baremetal_arena_state(struct evlet_baremetal_memory *ret_memory);

/** 1 if the arena's book-keeping is consistent, 0 if something has written over it. Walks all
 * blocks: for tests, and for a device that wants to know before it goes on. */
int evlet_baremetal_arena_is_whole(void);

/* ==== Interrupts ============================================================================== */

/** Delivers interrupt number `source` (1 to EVLET_BAREMETAL_SOURCES - 1) to every base with an
 * EV_SIGNAL event for it; without one, and for other numbers, nothing happens. To be called from
 * interrupts of any priority that evlet_baremetal_enter_critical() holds off, and from the program;
 * interrupts may interrupt each other in it. Takes a bounded time. */
void evlet_baremetal_raise(int source);

/* ==== What the firmware may replace =========================================================== */

/** Holds off interrupts; answers what leave needs to restore. Calls nest.
 * Default: PRIMASK on Cortex-M; elsewhere there is none, and the firmware must give both. */
uint32_t evlet_baremetal_enter_critical(void);
/** Undoes one enter. `state` is what that answered. */
void evlet_baremetal_leave_critical(uint32_t state);

/** Sleeps until there is an interrupt, at most `ns` nanoseconds (at least 1, at most half a turn of
 * the counter). Called with interrupts held off by evlet_baremetal_enter_critical(), after the look
 * at everything that could end the wait: it must return when an interrupt is pending, also one that
 * came in before the call, without that interrupt having run. Returning early, or at once, is
 * always right and costs only energy. Default: WFI on Cortex-M, which does just that, so the tick
 * ends it; elsewhere nothing, so the loop spins. A firmware without a periodic tick sets a timer to
 * `ns` first. */
void evlet_baremetal_sleep(int64_t ns);

/** Fills `buffer` with `size` (at least 1) bytes fit for keys from a generator in hardware. 0, or
 * -1 if it cannot. Default: -1, so whatever needs secrets fails. Never answer a counter or the
 * time. */
int evlet_baremetal_entropy(void *buffer, size_t size);

/** Nanoseconds since 1970 UTC. Default: the monotonic time, for a machine that does not know. */
int64_t evlet_baremetal_wall_ns(void);

/** Shows a line, without its end; `severity` is EVENT_LOG_*. Must keep errno. Default: drops it. */
void evlet_baremetal_log(int severity, const char *line);

/** Ends the program, after an error that cannot be survived; does not return. A device resets.
 * Default: holds off interrupts and stays there. */
void evlet_baremetal_fatal(int status);

#ifdef __cplusplus
}
#endif
#endif
