// SPDX-License-Identifier: BSD-3-Clause
// What a program sets about a connection of a client.
#include "base/time.h"
#include "http/client.h"
#include "log/log.h"
#include "mem/mem.h"

using namespace evlet;
using namespace evlet::http;

namespace {

// On a connection of a server there is nothing of this to set: null.
Client* client_of(evhttp_connection& connection) {
    return connection.server ? nullptr : &as_client(connection);
}

}  // namespace

extern "C" {

void evhttp_connection_set_family(struct evhttp_connection* evcon, int family) {
    if (Client* const client = client_of(*evcon))
        client->family = family;
}

void evhttp_connection_set_ext_method_cmp(struct evhttp_connection* evcon,
                                          evhttp_ext_method_cb cmp) {
    if (Client* const client = client_of(*evcon))
        client->more_methods = cmp;
}

void evhttp_connection_set_local_address(struct evhttp_connection* evcon, const char* address) {
    Client* const client = client_of(*evcon);
    char* const copy = client && address ? mem::duplicate(address) : nullptr;
    if (!client || (address && !copy)) {
        log::warn("evhttp: the local address is not set");
        return;
    }
    mem::release(client->local_address);
    client->local_address = copy;
}

void evhttp_connection_set_local_port(struct evhttp_connection* evcon, ev_uint16_t port) {
    if (Client* const client = client_of(*evcon))
        client->local_port = port;
}

void evhttp_connection_set_connect_timeout_tv(struct evhttp_connection* evcon,
                                              const struct timeval* tv) {
    Client* const client = client_of(*evcon);
    if (!client)
        return;
    client->connect_ms = to_milliseconds(tv, kDefaultConnectMs);
    if (client->state == State::connecting)
        arm(*evcon, client->connect_ms);
}

void evhttp_connection_set_timeout_tv(struct evhttp_connection* evcon, const struct timeval* tv) {
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
    if (Client* const client = client_of(*evcon))
        client->retry_ms = to_milliseconds(tv, kDefaultRetryMs);
}

void evhttp_connection_set_retries(struct evhttp_connection* evcon, int retry_max) {
    if (Client* const client = client_of(*evcon))
        client->most_retries = retry_max;
}

const struct sockaddr* evhttp_connection_get_addr(struct evhttp_connection* evcon) {
    const Client* const client = client_of(*evcon);
    return client && client->peer_size ? reinterpret_cast<const sockaddr*>(&client->peer) : nullptr;
}

}  // extern "C"
