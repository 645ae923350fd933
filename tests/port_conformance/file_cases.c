/* SPDX-License-Identifier: BSD-3-Clause */
/* Files: only with EVLET_PORT_HAS_FILES. */
#include <errno.h>
#include <string.h>

#include "conformance.h"
#include "conformance_platform.h"

#if EVLET_PORT_HAS_FILES

/* More than one page of any machine, and no whole number of them. */
enum { FILE_SIZE = 150001 };

static unsigned char written[FILE_SIZE], seen[FILE_SIZE];

static evlet_fd make_file(void) {
    evlet_fd fd;
    size_t i;
    for (i = 0; i < FILE_SIZE; i++) {
        written[i] = (unsigned char)(i * 7 + i / 251);
    }
    fd = conformance_file(written, FILE_SIZE);
    if (fd == -1) {
        conformance_absent("files", "the platform cannot make one");
    }
    return fd;
}

static void size_is_that_of_the_file_and_a_socket_has_none(void) {
    evlet_fd pair[2];
    evlet_fd fd = make_file();
    if (fd == -1) {
        return;
    }
    CHECK(evlet_port_file_size(fd) == FILE_SIZE);
    CHECK(evlet_port_close(fd) == 0);
    CHECK(evlet_port_file_size(fd) == -1);
    NEED(make_pair(pair) == 0);
    CHECK(evlet_port_file_size(pair[0]) == -1);
    close_pair(pair);
}

static void bytes_are_read_where_the_offset_says(void) {
    evlet_fd fd = make_file();
    if (fd == -1) {
        return;
    }
    CHECK(evlet_port_file_read(fd, seen, 100, 1000) == 100);
    CHECK(memcmp(seen, written + 1000, 100) == 0);
    CHECK(evlet_port_file_read(fd, seen, 100, 0) == 100); /* the one before moved nothing */
    CHECK(memcmp(seen, written, 100) == 0);
    evlet_port_close(fd);
}

static void end_of_a_file_is_a_part_and_then_zero(void) {
    evlet_fd fd = make_file();
    if (fd == -1) {
        return;
    }
    CHECK(evlet_port_file_read(fd, seen, 100, FILE_SIZE - 7) == 7);
    CHECK(memcmp(seen, written + FILE_SIZE - 7, 7) == 0);
    CHECK(evlet_port_file_read(fd, seen, 100, FILE_SIZE) == 0);
    CHECK(evlet_port_file_read(fd, seen, 100, FILE_SIZE + 12345) == 0);
    CHECK(evlet_port_file_read(fd, seen, 100, -1) == -1);
    evlet_port_close(fd);
}

static void mapping_shows_the_bytes_from_any_offset(void) {
    static const size_t offsets[] = {0, 1, 511, 4096, 65536, 70001};
    evlet_fd fd = make_file();
    size_t i;
    if (fd == -1) {
        return;
    }
    for (i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        size_t size = FILE_SIZE - offsets[i];
        void *mapping = evlet_port_file_map(fd, (int64_t)offsets[i], size);
        if (mapping == NULL) {
            conformance_absent("mappings", "the port refuses");
            break;
        }
        CHECK(memcmp(mapping, written + offsets[i], size) == 0);
        evlet_port_file_unmap(mapping, size);
    }
    CHECK(evlet_port_file_map(fd, -1, 1) == NULL);
    evlet_port_close(fd);
}

static void mapping_outlives_the_descriptor(void) {
    evlet_fd fd = make_file();
    void *mapping;
    if (fd == -1) {
        return;
    }
    mapping = evlet_port_file_map(fd, 3, 1000);
    evlet_port_close(fd);
    if (mapping == NULL) {
        conformance_absent("mappings", "the port refuses");
        return;
    }
    CHECK(memcmp(mapping, written + 3, 1000) == 0);
    evlet_port_file_unmap(mapping, 1000);
}

/* Whether it failed because it is not there, which a port may say in several ways. */
static int refused_for_good(ssize_t sent) {
    int error = evlet_port_last_error();
    return sent == -1 && (error == ENOTSUP || error == EOPNOTSUPP || error == ENOSYS);
}

static void file_arrives_from_its_offset_in_parts(void) {
    evlet_fd fd = make_file(), pair[2];
    size_t done = 1234;
    ssize_t sent;
    if (fd == -1) {
        return;
    }
    NEED(make_pair_nonblocking(pair) == 0);
    while (done < FILE_SIZE) {
        sent = evlet_port_send_file(pair[0], fd, (int64_t)done, FILE_SIZE - done);
        if (refused_for_good(sent)) {
            conformance_absent("sending files", "the port refuses");
            break;
        }
        NEED(sent > 0);
        NEED(receive_all(pair[1], seen, (size_t)sent) == (size_t)sent);
        CHECK(memcmp(seen, written + done, (size_t)sent) == 0);
        done += (size_t)sent;
    }
    if (done == FILE_SIZE) {
        CHECK(evlet_port_send_file(pair[0], fd, FILE_SIZE, 10) == 0);
        CHECK(evlet_port_file_read(fd, seen, FILE_SIZE, 0) == FILE_SIZE);
    }
    close_pair(pair);
    evlet_port_close(fd);
}

static void sending_a_file_to_a_full_socket_answers_again(void) {
    evlet_fd fd = make_file(), pair[2];
    ssize_t sent;
    int rounds = 0;
    if (fd == -1) {
        return;
    }
    NEED(make_pair_nonblocking(pair) == 0);
    do {
        sent = evlet_port_send_file(pair[0], fd, 0, FILE_SIZE);
    } while (sent > 0 && ++rounds < 5000);
    if (refused_for_good(sent)) {
        conformance_absent("sending files", "the port refuses");
    } else {
        CHECK(sent == -1);
        CHECK(failed_with(EVLET_ERR_AGAIN));
    }
    close_pair(pair);
    evlet_port_close(fd);
}

static void sending_a_file_to_a_gone_peer_is_an_error_without_signal(void) {
    evlet_fd fd = make_file(), pair[2];
    ssize_t sent;
    if (fd == -1) {
        return;
    }
    NEED(make_pair(pair) == 0);
    CHECK(evlet_port_close(pair[1]) == 0);
    watch_broken_pipe();
    sent = evlet_port_send_file(pair[0], fd, 0, 1000);
    if (refused_for_good(sent)) {
        conformance_absent("sending files", "the port refuses");
    } else {
        int64_t start = evlet_port_monotonic_ns();
        while (sent > 0 && evlet_port_monotonic_ns() - start < PATIENCE) {
            sent = evlet_port_send_file(pair[0], fd, 0, 1000);
        }
        CHECK(sent == -1);
        CHECK(failed_with(EVLET_ERR_OTHER));
    }
    unwatch_broken_pipe();
    evlet_port_close(pair[0]);
    evlet_port_close(fd);
}

void file_cases(void) {
    CASE(size_is_that_of_the_file_and_a_socket_has_none);
    CASE(bytes_are_read_where_the_offset_says);
    CASE(end_of_a_file_is_a_part_and_then_zero);
    CASE(mapping_shows_the_bytes_from_any_offset);
    CASE(mapping_outlives_the_descriptor);
    CASE(file_arrives_from_its_offset_in_parts);
    CASE(sending_a_file_to_a_full_socket_answers_again);
    CASE(sending_a_file_to_a_gone_peer_is_an_error_without_signal);
}

#else
typedef int no_file_cases; /* an empty unit is no C */
#endif
