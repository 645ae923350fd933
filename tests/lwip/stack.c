/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stack of the tests. lwIP's allocator is taken over, by the names that its library calls it by
 * itself: it is the C library's (MEM_LIBC_MALLOC), and fails when a test says so.
 */
#define _GNU_SOURCE 1

#include "stack.h"

#include <dlfcn.h>

#include <lwip/mem.h>
#include <lwip/netif.h>
#include <lwip/priv/sockets_priv.h>
#include <lwip/tcpip.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#if !MEM_LIBC_MALLOC
#error "The tests fail lwIP's allocations in the place of malloc(): they need MEM_LIBC_MALLOC 1."
#endif

static int socket_limit;
static long blocks_left = -1;

/* ---- Memory --------------------------------------------------------------------------------- */

static int block_refused(void) {
    if (__atomic_load_n(&blocks_left, __ATOMIC_SEQ_CST) < 0) {
        return 0;
    }
    if (__atomic_fetch_sub(&blocks_left, 1, __ATOMIC_SEQ_CST) > 0) {
        return 0;
    }
    __atomic_store_n(&blocks_left, 0, __ATOMIC_SEQ_CST);
    return 1;
}

void *mem_malloc(mem_size_t size) {
    return block_refused() ? NULL : malloc(size);
}

/* Its library makes these of the C library's memory, past mem_malloc(). */
err_t sys_sem_new(sys_sem_t *ret_semaphore, u8_t count) {
    err_t (*real)(sys_sem_t *, u8_t);
    *(void **)&real = dlsym(RTLD_NEXT, "sys_sem_new");
    return block_refused() ? ERR_MEM : real(ret_semaphore, count);
}

/* Called for sockets alone; they get the lowest number that is free. */
void *mem_calloc(mem_size_t count, mem_size_t size) {
    const int limit = __atomic_load_n(&socket_limit, __ATOMIC_SEQ_CST);
    int number = LWIP_SOCKET_OFFSET;
    while (limit && lwip_socket_dbg_get_socket(number)) {
        number++;
    }
    if (block_refused() || (limit && number >= limit)) {
        return NULL;
    }
    return calloc(count, size);
}

void test_stack_limit_sockets(int limit) {
    __atomic_store_n(&socket_limit, limit, __ATOMIC_SEQ_CST);
}

void test_stack_limit_blocks(long blocks) {
    __atomic_store_n(&blocks_left, blocks, __ATOMIC_SEQ_CST);
}

/* ---- Start ---------------------------------------------------------------------------------- */

static struct netif loopback;
static pthread_mutex_t started_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t started_cond = PTHREAD_COND_INITIALIZER;
static int started;

static err_t loop_ipv4(struct netif *netif, struct pbuf *packet, const ip4_addr_t *to) {
    (void)to;
    return netif_loop_output(netif, packet);
}

static err_t loop_ipv6(struct netif *netif, struct pbuf *packet, const ip6_addr_t *to) {
    (void)to;
    return netif_loop_output(netif, packet);
}

static err_t prepare_loopback(struct netif *netif) {
    netif->name[0] = 'l';
    netif->name[1] = 'o';
    netif->mtu = 16384;
    netif->output = loop_ipv4;
    netif->output_ip6 = loop_ipv6;
    return ERR_OK;
}

/* In the stack's thread. */
static void bring_up(void *unused) {
    ip4_addr_t address, mask, none;
    (void)unused;
    IP4_ADDR(&address, 127, 0, 0, 1);
    IP4_ADDR(&mask, 255, 0, 0, 0);
    ip4_addr_set_any(&none);
    netif_list = NULL; /* a restarted stack begins anew */
    netif_default = NULL;
    memset(&loopback, 0, sizeof loopback);
    netif_add(&loopback, &address, &mask, &none, NULL, prepare_loopback, tcpip_input);
    IP_ADDR6(&loopback.ip6_addr[0], 0, 0, 0, PP_HTONL(1));
    loopback.ip6_addr_state[0] = IP6_ADDR_PREFERRED;
    netif_set_default(&loopback); /* what has no other way ends here, unanswered */
    netif_set_link_up(&loopback);
    netif_set_up(&loopback);
    pthread_mutex_lock(&started_lock);
    started = 1;
    pthread_cond_signal(&started_cond);
    pthread_mutex_unlock(&started_lock);
}

/* The stack's thread takes no signals: they are for those that the tests watch. */
static void start(void) {
    sigset_t all, before;
    started = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    tcpip_init(bring_up, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_mutex_lock(&started_lock);
    while (!started) {
        pthread_cond_wait(&started_cond, &started_lock);
    }
    pthread_mutex_unlock(&started_lock);
}

__attribute__((constructor)) static void start_before_main(void) {
    start();
}

void test_stack_hold(void) {
    LOCK_TCPIP_CORE();
}

void test_stack_release(void) {
    UNLOCK_TCPIP_CORE();
}

void test_stack_restart(void) {
    start();
}
