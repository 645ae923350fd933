/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Condition variables: a queue of waiters, each with a binary semaphore of its own on its stack.
 *
 * Invariants: the queue and `queued` of its members change only in critical sections. A waiter
 * stands in the queue before it releases the lock, so no signal after that can miss it. Whoever
 * takes a waiter out of the queue (`queued` becomes 0) gives its semaphore exactly once, and
 * touches it no more after that; a waiter whose time is up takes itself out, or, if somebody else
 * was faster, waits for that give: its storage ends with the call.
 *
 * A signal wakes who has waited longest; a broadcast those that wait now, not one that comes again
 * while it works. Critical sections are as long as the queue; calls of the kernel are outside.
 */
#include <errno.h>

#include "freertos_internal.h"

struct evlet_freertos_waiter {
    struct evlet_freertos_waiter *next;
    SemaphoreHandle_t semaphore;
    StaticSemaphore_t storage;
    int queued;
};
typedef struct evlet_freertos_waiter waiter;

int evlet_port_cond_init(struct evlet_cond *cond) {
    cond->first = NULL;
    cond->end = &cond->first;
    return 0;
}

void evlet_port_cond_destroy(struct evlet_cond *cond) {
    (void)cond;
}

static void enqueue(struct evlet_cond *cond, waiter *self) {
    self->next = NULL;
    self->queued = 1;
    taskENTER_CRITICAL();
    *cond->end = self;
    cond->end = &self->next;
    taskEXIT_CRITICAL();
}

/* Whether it was still there. */
static int take_out(struct evlet_cond *cond, waiter *self) {
    int found;
    taskENTER_CRITICAL();
    found = self->queued;
    if (found) {
        waiter **place = &cond->first;
        while (*place != self) {
            place = &(*place)->next;
        }
        *place = self->next;
        if (cond->end == &self->next) {
            cond->end = place;
        }
        self->queued = 0;
    }
    taskEXIT_CRITICAL();
    return found;
}

/* The first waiter, or all of them, linked; NULL if there is none. */
static waiter *dequeue(struct evlet_cond *cond, int all) {
    waiter *taken, *last = NULL, *each;
    taskENTER_CRITICAL();
    taken = cond->first;
    for (each = taken; each != NULL && (all || last == NULL); each = each->next) {
        each->queued = 0;
        last = each;
    }
    if (last != NULL) {
        cond->first = last->next;
        last->next = NULL;
        if (cond->first == NULL) {
            cond->end = &cond->first;
        }
    }
    taskEXIT_CRITICAL();
    return taken;
}

int evlet_port_cond_signal(struct evlet_cond *cond, int broadcast) {
    waiter *each = dequeue(cond, broadcast);
    while (each != NULL) {
        waiter *next = each->next; /* the give may end its life */
        (void)xSemaphoreGive(each->semaphore);
        each = next;
    }
    return 0;
}

int evlet_port_cond_wait(struct evlet_cond *cond, struct evlet_lock *lock, int64_t timeout_ns) {
    waiter self;
    int woken, error;
    self.semaphore = xSemaphoreCreateBinaryStatic(&self.storage);
    enqueue(cond, &self);
    error = evlet_port_lock_release(lock);
    woken = evlet_freertos_take(self.semaphore, error ? 0 : timeout_ns);
    if (!woken && !take_out(cond, &self)) {
        woken = evlet_freertos_take(self.semaphore, -1);
    }
    vSemaphoreDelete(self.semaphore);
    if (error) { /* not the caller's lock, so not for it to take again either */
        errno = error;
        return -1;
    }
    (void)evlet_port_lock_acquire(lock, 0);
    return woken ? 0 : 1;
}
