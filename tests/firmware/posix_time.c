/* SPDX-License-Identifier: BSD-3-Clause */
/* POSIX time and signals. A signal is an interrupt here, a real one, and its disposition is what
 * the port has caught it with. */
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <evlet/port_net.h>
#include <evlet/port_os.h>
#include <evlet_baremetal.h>

#include "board.h"

#define NS_PER_SECOND INT64_C(1000000000)

int _gettimeofday(struct timeval *ret_now, void *zone);
int _kill(int pid, int signo);
int _stat(const char *path, struct stat *ret_status);
int setitimer(int which, const struct itimerval *wanted, struct itimerval *ret_old);

int _gettimeofday(struct timeval *ret_now, void *zone) {
    int64_t now = evlet_port_wall_ns();
    (void)zone;
    ret_now->tv_sec = now / NS_PER_SECOND;
    ret_now->tv_usec = (suseconds_t)(now % NS_PER_SECOND / 1000);
    return 0;
}

int usleep(useconds_t time) {
    return evlet_port_select(0, NULL, NULL, (int64_t)time * 1000, NULL);
}

int _stat(const char *path, struct stat *ret_status) {
    (void)path;
    (void)ret_status;
    errno = ENOENT;
    return -1;
}

/* ---- Signals -------------------------------------------------------------------------------- */

static volatile int raised;

static void raise_in_interrupt(void) {
    evlet_baremetal_raise(raised);
}

int raise(int signo) {
    raised = signo;
    board_interrupt(raise_in_interrupt);
    return 0;
}

int _kill(int pid, int signo) {
    (void)pid;
    return raise(signo);
}

void abort(void) {
    board_write("abort\n");
    board_exit(1);
}

/* SIG_IGN is no address to call. */
static void ignore(int signo) {
    (void)signo;
}

int sigaction(int signo, const struct sigaction *wanted, struct sigaction *ret_old) {
    struct evlet_signal_saved before;
    if (evlet_port_signal_catch(signo, NULL, &before) != 0) {
        return -1;
    }
    if (wanted != NULL) {
        struct evlet_signal_saved now = {wanted->sa_handler == SIG_IGN ? ignore
                                                                       : wanted->sa_handler};
        evlet_port_signal_restore(signo, &now);
    } else {
        evlet_port_signal_restore(signo, &before);
    }
    if (ret_old != NULL) {
        ret_old->sa_handler = before.handler == ignore ? SIG_IGN : before.handler;
        ret_old->sa_flags = 0;
        sigemptyset(&ret_old->sa_mask);
    }
    return 0;
}

_sig_func_ptr signal(int signo, _sig_func_ptr handler) {
    struct sigaction wanted = {.sa_handler = handler}, before = {.sa_handler = SIG_ERR};
    sigaction(signo, &wanted, &before);
    return before.sa_handler;
}

/* Nothing can be blocked. */
int pthread_sigmask(int how, const sigset_t *set, sigset_t *ret_old) {
    (void)how;
    (void)set;
    if (ret_old != NULL) {
        sigemptyset(ret_old);
    }
    return 0;
}

static volatile uint32_t alarm_at;

static void on_tick(void) {
    if ((int32_t)(evlet_baremetal_ticks() - alarm_at) >= 0) {
        board_on_tick = NULL;
        evlet_baremetal_raise(SIGALRM);
    }
}

/* Once. */
int setitimer(int which, const struct itimerval *wanted, struct itimerval *ret_old) {
    (void)which;
    (void)ret_old;
    board_on_tick = NULL;
    alarm_at = evlet_baremetal_ticks() + (uint32_t)(wanted->it_value.tv_sec * BOARD_TICK_HZ) +
               (uint32_t)(wanted->it_value.tv_usec / (1000000 / BOARD_TICK_HZ)) + 1;
    if (wanted->it_value.tv_sec != 0 || wanted->it_value.tv_usec != 0) {
        board_on_tick = on_tick;
    }
    return 0;
}
