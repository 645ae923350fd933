// SPDX-License-Identifier: BSD-3-Clause
// What a program sets about a connection of a client.
#include "base/time.h"
#include "http/client.h"
#include "log/log.h"
#include "mem/mem.h"

using namespace evlet;
using namespace evlet::http;

extern "C" {

void evhttp_connection_set_family(struct evhttp_connection* evcon, int family) {
    as_client(*evcon).family = family;
}

void evhttp_connection_set_ext_method_cmp(struct evhttp_connection* evcon,
                                          evhttp_ext_method_cb cmp) {
    as_client(*evcon).more_methods = cmp;
}

void evhttp_connection_set_max_headers_size(struct evhttp_connection* evcon,
                                            ev_ssize_t new_max_headers_size) {
    HeadLimits& limits = as_client(*evcon).limits.head;
    limits.size = new_max_headers_size < 0 ? SIZE_MAX : static_cast<size_t>(new_max_headers_size);
    limits.first_line = limits.size;
    if (evcon->bev)
        attach_stream(*evcon, evcon->bev);  // which reads ahead accordingly
}

void evhttp_connection_set_max_body_size(struct evhttp_connection* evcon,
                                         ev_ssize_t new_max_body_size) {
    as_client(*evcon).limits.body = new_max_body_size < 0 ? kNoLimit : new_max_body_size;
}

void evhttp_connection_set_local_address(struct evhttp_connection* evcon, const char* address) {
    Client& client = as_client(*evcon);
    char* const copy = address ? mem::duplicate(address) : nullptr;
    if (address && !copy) {
        log::warn("evhttp: the local address is not set");
        return;
    }
    mem::release(client.local_address);
    client.local_address = copy;
}

void evhttp_connection_set_local_port(struct evhttp_connection* evcon, ev_uint16_t port) {
    as_client(*evcon).local_port = port;
}

void evhttp_connection_set_connect_timeout_tv(struct evhttp_connection* evcon,
                                              const struct timeval* tv) {
    Client& client = as_client(*evcon);
    client.connect_ms = to_milliseconds(tv, kDefaultConnectMs);
    if (client.state == State::connecting)
        arm(*evcon, client.connect_ms);
}

void evhttp_connection_set_timeout_tv(struct evhttp_connection* evcon, const struct timeval* tv) {
    if (!evcon->server)
        evhttp_connection_set_connect_timeout_tv(evcon, tv);
    evhttp_connection_set_read_timeout_tv(evcon, tv);
    evhttp_connection_set_write_timeout_tv(evcon, tv);
}

void evhttp_connection_set_timeout(struct evhttp_connection* evcon, int timeout) {
    const timeval tv = {timeout, 0};
    evhttp_connection_set_timeout_tv(evcon, &tv);
}

void evhttp_connection_set_initial_retry_tv(struct evhttp_connection* evcon,
                                            const struct timeval* tv) {
    as_client(*evcon).retry_ms = to_milliseconds(tv, kDefaultRetryMs);
}

void evhttp_connection_set_retries(struct evhttp_connection* evcon, int retry_max) {
    as_client(*evcon).most_retries = retry_max;
}

const struct sockaddr* evhttp_connection_get_addr(struct evhttp_connection* evcon) {
    if (evcon->server)
        return nullptr;
    const Client& client = as_client(*evcon);
    return client.peer_size ? reinterpret_cast<const sockaddr*>(&client.peer) : nullptr;
}

}  // extern "C"
