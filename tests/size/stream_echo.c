/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The least firmware that echoes with bufferevents: what it links of the library is what a
 * budget is about. Serves port 7 on every IPv4 address.
 */
#include <netinet/in.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

enum { PORT = 7 };

static void on_read(struct bufferevent *stream, void *argument) {
    (void)argument;
    evbuffer_add_buffer(bufferevent_get_output(stream), bufferevent_get_input(stream));
}

static void on_event(struct bufferevent *stream, short what, void *argument) {
    (void)argument;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        bufferevent_free(stream);
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int length, void *base) {
    struct bufferevent *stream = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    (void)listener;
    (void)address;
    (void)length;
    if (stream == NULL) {
        evutil_closesocket(fd);
        return;
    }
    bufferevent_setcb(stream, on_read, NULL, on_event, NULL);
    if (bufferevent_enable(stream, EV_READ) != 0)
        bufferevent_free(stream);
}

int main(void) {
    struct sockaddr_in address;
    struct event_base *base = event_base_new();

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(PORT);
    if (base == NULL || evconnlistener_new_bind(
                            base, on_connection, base, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE,
                            -1, (struct sockaddr *)&address, sizeof address) == NULL)
        return 1;
    return event_base_dispatch(base) < 0;
}
