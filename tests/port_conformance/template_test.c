/* SPDX-License-Identifier: BSD-3-Clause */
/* The template port refuses everything in the documented way and touches no output. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <evlet/port_net.h>
#include <evlet/port_os.h>

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                       \
        }                                                                                          \
    } while (0)
/* -1, and the reason is that there is no such function. */
#define REFUSES(call) CHECK((errno = 0, (call) == -1 && errno != 0 && is_refusal(errno)))

static int is_refusal(int error) {
    return strcmp(evlet_port_error_text(error), "unsupported") == 0 &&
           evlet_port_error_class(error) == EVLET_ERR_OTHER;
}

static void handler(int signo) {
    (void)signo;
}

static void operating_system_half(void) {
    struct evlet_lock lock = {0};
    struct evlet_cond cond = {0};
    char byte = 'x';
    CHECK(evlet_port_monotonic_ns() == 0);
    CHECK(evlet_port_monotonic_resolution_ns() == 1);
    CHECK(evlet_port_wall_ns() == 0);
    CHECK(evlet_port_alloc(1) == NULL);
    CHECK(evlet_port_realloc(&byte, 1) == NULL);
    evlet_port_free(NULL);
    evlet_port_log(0, "dropped");
    CHECK(evlet_port_getenv("PATH") == NULL);
    REFUSES(evlet_port_entropy(&byte, 1));
    REFUSES(evlet_port_entropy_set_device("/dev/urandom"));
    REFUSES(evlet_port_lock_init(&lock, 0));
    CHECK(is_refusal(evlet_port_lock_acquire(&lock, 0)));
    CHECK(is_refusal(evlet_port_lock_release(&lock)));
    evlet_port_lock_destroy(&lock);
    REFUSES(evlet_port_cond_init(&cond));
    REFUSES(evlet_port_cond_signal(&cond, 1));
    REFUSES(evlet_port_cond_wait(&cond, &lock, 0));
    evlet_port_cond_destroy(&cond);
    CHECK(evlet_port_thread_id() == 1);
    CHECK(evlet_port_signal_count() == 0);
    REFUSES(evlet_port_signal_catch(1, handler, NULL));
    REFUSES(evlet_port_signal_restore(1, NULL));
    CHECK(byte == 'x');
}

static void sockets(void) {
    struct sockaddr address;
    struct iovec piece = {NULL, 0};
    socklen_t length = sizeof address;
    evlet_fd pair[2] = {-7, -7};
    memset(&address, 0x5a, sizeof address);
    REFUSES(evlet_port_socket_error(0));
    REFUSES(evlet_port_set_nonblocking(0));
    REFUSES(evlet_port_set_cloexec(0));
    REFUSES(evlet_port_close(0));
    CHECK(evlet_port_is_open(0) == 0);
    REFUSES(evlet_port_socket(2, 1, 0, 0));
    REFUSES(evlet_port_socketpair(1, 1, 0, pair));
    REFUSES(evlet_port_bind(0, &address, length));
    REFUSES(evlet_port_listen(0, 1));
    REFUSES(evlet_port_accept(0, &address, &length, 0));
    REFUSES(evlet_port_connect(0, &address, length));
    REFUSES(evlet_port_getsockname(0, &address, &length));
    REFUSES(evlet_port_getpeername(0, &address, &length));
    REFUSES(evlet_port_shutdown_send(0));
    REFUSES(evlet_port_recvv(0, &piece, 1));
    REFUSES(evlet_port_sendv(0, &piece, 1));
    REFUSES(evlet_port_recvfrom(0, piece.iov_base, piece.iov_len, &address, &length));
    REFUSES(evlet_port_sendto(0, piece.iov_base, piece.iov_len, &address, length));
    REFUSES(evlet_port_set_option(0, EVLET_SO_NODELAY, 1));
    CHECK(pair[0] == -7 && pair[1] == -7);
    CHECK(length == sizeof address && ((unsigned char *)&address)[0] == 0x5a);
}

static void files(void) {
    char byte = 'x';
    REFUSES(evlet_port_file_open("file"));
    REFUSES(evlet_port_file_size(0));
    REFUSES(evlet_port_file_read(0, &byte, 1, 0));
    CHECK((errno = 0, evlet_port_file_map(0, 0, 1)) == NULL && is_refusal(errno));
    REFUSES(evlet_port_send_file(0, 1, 0, 1));
    CHECK(byte == 'x');
}

static void names_wakers_and_waiting(void) {
    struct evlet_waker waker;
    evlet_fd_word reading = 1, writing = 2;
    char name[8] = "x";
    memset(&waker, 0, sizeof waker);
    CHECK(evlet_port_getaddrinfo("localhost", NULL, NULL, NULL) != 0);
    evlet_port_freeaddrinfo(NULL);
    CHECK(evlet_port_service_port("http", "tcp") == -1);
    CHECK(evlet_port_configured_families() == -1);
    CHECK(evlet_port_interface_index("lo") == 0);
    CHECK(evlet_port_interface_name(1, name, sizeof name) == NULL && name[0] == 'x');
    REFUSES(evlet_port_waker_open(&waker));
    evlet_port_waker_signal(&waker);
    evlet_port_waker_drain(&waker);
    CHECK(evlet_port_waker_descriptor(&waker) == -1);
    evlet_port_waker_close(&waker);
    CHECK(!waker.open && !waker.signalled);
    CHECK(evlet_port_waker_makes_edges() == 0);
    REFUSES(evlet_port_select(2, &reading, &writing, 0, &waker));
    CHECK(reading == 1 && writing == 2);
}

static void errors(void) {
    evlet_port_set_last_error(5);
    CHECK(evlet_port_last_error() == 5);
    CHECK(evlet_port_error_class(0) == EVLET_ERR_NONE);
    CHECK(evlet_port_error_class(-1) == EVLET_ERR_OTHER);
    CHECK(strcmp(evlet_port_error_text(-1), "error") == 0);
    CHECK(strcmp(evlet_port_error_text(0), "no error") == 0);
}

int main(void) {
    operating_system_half();
    sockets();
    files();
    names_wakers_and_waiting();
    errors();
    printf("%s: the template port refuses everything\n", failures == 0 ? "ok" : "FAIL");
    return failures == 0 ? 0 : 1;
}
