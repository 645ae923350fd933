/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The echo benchmark for libuv: all connections read into one buffer and uv_try_write() sends at
 * once what it can; the rest is copied for uv_write(), and reading stops until that is done.
 */
#include <uv.h>

#include "echo.h"

struct rest {
    uv_write_t request;
    char bytes[];
};

static uv_loop_t loop;
static uv_tcp_t listening;
static char shared[ECHO_READ_SIZE];

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer);

static void on_closed(uv_handle_t *handle) {
    free(handle);
}

static void stream_close(uv_stream_t *stream) {
    if (!uv_is_closing((uv_handle_t *)stream))
        uv_close((uv_handle_t *)stream, on_closed);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buffer) {
    (void)handle;
    (void)suggested;
    *ret_buffer = uv_buf_init(shared, sizeof shared);
}

static void on_written(uv_write_t *request, int status) {
    uv_stream_t *stream = request->handle;
    free(request);
    if (status != 0)
        stream_close(stream);
    else if (uv_read_start(stream, on_allocate, on_read) != 0)
        bench_fail("uv_read_start");
}

static void write_rest(uv_stream_t *stream, const char *bytes, size_t size) {
    struct rest *rest = malloc(sizeof *rest + size);
    uv_buf_t buffer;
    if (rest == NULL)
        bench_fail("malloc");
    memcpy(rest->bytes, bytes, size);
    buffer = uv_buf_init(rest->bytes, (unsigned)size);
    uv_read_stop(stream);
    if (uv_write(&rest->request, stream, &buffer, 1, on_written) != 0) {
        free(rest);
        stream_close(stream);
    }
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer) {
    uv_buf_t bytes;
    int sent;
    if (length < 0) {
        stream_close(stream);
        return;
    }
    if (length == 0)
        return;
    bytes = uv_buf_init(buffer->base, (unsigned)length);
    sent = uv_try_write(stream, &bytes, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        stream_close(stream);
        return;
    }
    if (sent < 0)
        sent = 0;
    if (sent < length)
        write_rest(stream, buffer->base + sent, (size_t)(length - sent));
}

static void on_connection(uv_stream_t *listener, int status) {
    uv_tcp_t *stream = calloc(1, sizeof *stream);
    if (status != 0 || stream == NULL || uv_tcp_init(&loop, stream) != 0 ||
        uv_accept(listener, (uv_stream_t *)stream) != 0 ||
        uv_read_start((uv_stream_t *)stream, on_allocate, on_read) != 0)
        bench_fail("connection");
}

static void server_open(int listener) {
    if (uv_loop_init(&loop) != 0 || uv_tcp_init(&loop, &listening) != 0 ||
        uv_tcp_open(&listening, listener) != 0 ||
        uv_listen((uv_stream_t *)&listening, SOMAXCONN, on_connection) != 0)
        bench_fail("server_open");
}

static void server_run(void) {
    uv_run(&loop, UV_RUN_DEFAULT);
}

#include "echo_driver.h"
