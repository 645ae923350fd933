/* SPDX-License-Identifier: BSD-3-Clause */
/* What newlib asks of a system: memory for its malloc(), and output. Only what a program uses of
 * the C library drags any of this in; Evlet's own memory is its arena. */
#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>

#include "board.h"

extern char board_heap_start[], board_heap_end[];

int _close(int fd);
void _exit(int status) __attribute__((noreturn));
int _fstat(int fd, struct stat *ret_status);
int _getpid(void);
int _isatty(int fd);
int _kill(int pid, int signo);
int _open(const char *path, int flags, int mode);
long _lseek(int fd, long offset, int whence);
int _read(int fd, char *buffer, int size);
void *_sbrk(ptrdiff_t more);
int _write(int fd, const char *bytes, int size);
int board_write_bytes(int fd, const char *bytes, int size);

/* C++ programs name themselves with it when they ask for destructors at their end. */
extern void *__dso_handle;
void *__dso_handle = &__dso_handle;

void *_sbrk(ptrdiff_t more) {
    static char *end = board_heap_start;
    char *before = end;
    if (more > board_heap_end - end) {
        errno = ENOMEM;
        return (void *)-1;
    }
    end += more;
    return before;
}

/* In pieces, each ended for semihosting. */
int board_write_bytes(int fd, const char *bytes, int size) {
    char piece[128];
    int done = 0;
    (void)fd;
    while (done < size) {
        int i;
        for (i = 0; i < (int)sizeof piece - 1 && done < size; i++) {
            piece[i] = bytes[done++];
        }
        piece[i] = '\0';
        board_write(piece);
    }
    return size;
}

__attribute__((weak)) int _write(int fd, const char *bytes, int size) {
    return board_write_bytes(fd, bytes, size);
}

void _exit(int status) {
    board_exit(status);
}

/* No other process, no input, no files. */
__attribute__((weak)) int _kill(int pid, int signo) {
    (void)pid;
    (void)signo;
    board_exit(1);
}

int _open(const char *path, int flags, int mode) {
    (void)path;
    (void)flags;
    (void)mode;
    errno = ENOSYS;
    return -1;
}

int _getpid(void) {
    return 1;
}

int _isatty(int fd) {
    (void)fd;
    return 1;
}

int _fstat(int fd, struct stat *ret_status) {
    (void)fd;
    ret_status->st_mode = S_IFCHR;
    return 0;
}

__attribute__((weak)) int _close(int fd) {
    (void)fd;
    return 0;
}

__attribute__((weak)) int _read(int fd, char *buffer, int size) {
    (void)fd;
    (void)buffer;
    (void)size;
    return 0;
}

long _lseek(int fd, long offset, int whence) {
    (void)fd;
    (void)offset;
    (void)whence;
    return 0;
}
