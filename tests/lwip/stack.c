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
#include <lwip/prot/ip.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/tcp.h>
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

enum { LOOPBACKS = 3 };
static struct netif loopbacks[LOOPBACKS]; /* of 127.0.0.1 and so on */
static pthread_mutex_t started_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t started_cond = PTHREAD_COND_INITIALIZER;
static int started;

static unsigned char silent_ports[65536 / 8];

/* Whether a segment of IPv4 asks a silent port for a connection. */
static int is_unheard(const struct pbuf *packet) {
    u8_t head[IP_HLEN + TCP_HLEN];
    int port;
    if (pbuf_copy_partial(packet, head, sizeof head, 0) != sizeof head ||
        head[0] >> 4 != 4 || head[9] != IP_PROTO_TCP || (head[IP_HLEN + 13] & (TCP_SYN | TCP_ACK)) != TCP_SYN) {
        return 0;
    }
    port = head[IP_HLEN + 2] << 8 | head[IP_HLEN + 3];
    return __atomic_load_n(&silent_ports[port / 8], __ATOMIC_SEQ_CST) >> port % 8 & 1;
}

/* Its library sends what is for the host itself by this name, past an interface's own output. */
err_t netif_loop_output(struct netif *netif, struct pbuf *packet) {
    err_t (*real)(struct netif *, struct pbuf *);
    *(void **)&real = dlsym(RTLD_NEXT, "netif_loop_output");
    return is_unheard(packet) ? ERR_OK : real(netif, packet);
}

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

/* The last that is added is the one that sends. */
static void add_loopback(int last_byte) {
    struct netif *netif = &loopbacks[last_byte - 1];
    ip4_addr_t address, mask, none;
    IP4_ADDR(&address, 127, 0, 0, last_byte);
    IP4_ADDR(&mask, 255, 0, 0, 0);
    ip4_addr_set_any(&none);
    memset(netif, 0, sizeof *netif);
    netif_add(netif, &address, &mask, &none, NULL, prepare_loopback, tcpip_input);
    netif_set_link_up(netif);
    netif_set_up(netif);
}

/* In the stack's thread. */
static void bring_up(void *unused) {
    int last_byte;
    (void)unused;
    netif_list = NULL; /* a restarted stack begins anew */
    netif_default = NULL;
    for (last_byte = LOOPBACKS; last_byte > 0; last_byte--) {
        add_loopback(last_byte);
    }
    IP_ADDR6(&loopbacks[0].ip6_addr[0], 0, 0, 0, PP_HTONL(1));
    loopbacks[0].ip6_addr_state[0] = IP6_ADDR_PREFERRED;
    netif_set_default(&loopbacks[0]); /* what has no other way ends here, unanswered */
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

void test_stack_silence(int port, int silent) {
    const unsigned char bit = (unsigned char)(1 << port % 8);
    if (silent) {
        __atomic_or_fetch(&silent_ports[port / 8], bit, __ATOMIC_SEQ_CST);
    } else {
        __atomic_and_fetch(&silent_ports[port / 8], (unsigned char)~bit, __ATOMIC_SEQ_CST);
    }
}

static pthread_mutex_t settle_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t settle_cond = PTHREAD_COND_INITIALIZER;

struct settling {
    int passed;
    int under_way; /* packets are on their way */
};

static void look_under_way(void *argument) {
    struct settling *settling = argument;
    int i;
    pthread_mutex_lock(&settle_lock);
    for (i = 0; i < LOOPBACKS; i++) {
        settling->under_way |= loopbacks[i].loop_first != NULL;
    }
    settling->passed = 1;
    pthread_cond_broadcast(&settle_cond);
    pthread_mutex_unlock(&settle_lock);
}

/* A packet under way has its message in the stack's queue, before ours of the next round. */
void test_stack_settle(void) {
    enum { MOST_ROUNDS = 1000 };
    int rounds, under_way = 1;
    for (rounds = 0; under_way && rounds < MOST_ROUNDS; rounds++) {
        struct settling settling = {0, 0};
        if (tcpip_callback(look_under_way, &settling) != ERR_OK) {
            return;
        }
        pthread_mutex_lock(&settle_lock);
        while (!settling.passed) {
            pthread_cond_wait(&settle_cond, &settle_lock);
        }
        pthread_mutex_unlock(&settle_lock);
        under_way = settling.under_way;
    }
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
