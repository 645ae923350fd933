// SPDX-License-Identifier: BSD-3-Clause
// A connection of a client. Its requests are made one after another; the first of the queue is in
// progress while `state` is exchanging.
#pragma once

#include "http/connection.h"
#include "net/address_types.h"

namespace evlet::http {

enum class State : unsigned char {
    disconnected,
    connecting,
    waiting,  // before it connects again
    ready,    // connected, at rest
    exchanging,
};

struct Client {
    evhttp_connection connection;  // always first
    evdns_base* resolver;
    char* address;        // a name, an IP address, the path of a UNIX socket; null: cannot connect
    char* local_address;  // or null
    evhttp_ext_method_cb more_methods;
    Limits limits;
    sockaddr_storage peer;
    int peer_size;  // 0: it was never connected
    int family;
    int most_retries;  // below 0: any number
    int retries;       // since it was connected last
    uint32_t connect_ms;
    uint32_t retry_ms;  // before the first retry
    uint16_t local_port;
    unsigned char interim;  // 1xx replies of this exchange
    State state;
    bool is_unix : 1;
    bool given_stream : 1;  // of TLS, perhaps: no plain one takes its place
    bool free_when_done : 1;
    bool body_held : 1;     // until 100 Continue
    bool got_bytes : 1;     // of the reply
    bool write_failed : 1;  // only what has been received counts
    bool in_callback : 1;
};

constexpr uint32_t kDefaultConnectMs = 45000;
constexpr uint32_t kDefaultRetryMs = 2000;

[[nodiscard]] inline Client& as_client(evhttp_connection& connection) {
    return reinterpret_cast<Client&>(connection);
}

extern const Role client_role;

// ---- client_connect.cpp ----

// Begins to connect; what comes of it is told by the loop, also if the system refuses at once.
// Without memory it stays disconnected.
Status connect(Client& client);
// Closes the connection and forgets what was on its way.
void disconnect(Client& client);
// Connecting came to nothing: tries again later, or fails all requests.
void connecting_failed(Client& client);
// A callback of the program is over, or a request was added or taken away: goes on with the next.
void go_on(Client& client);

// ---- client_exchange.cpp ----

// Sends the first request.
void begin_exchange(Client& client);
// Ends the exchange with an error, and the connection with it.
void fail_exchange(Client& client, evhttp_request_error why);

// ---- producer.cpp ----

// A body that is made piece by piece; reached through Producer::produce, so that clients without
// one do not link it.
struct Producer {
    evlet_http_produce_cb make;
    void* argument;
    // Has the next piece made and sent. False: the exchange has to be given up.
    bool (*produce)(Client& client, Request& request);
    bool waiting;  // for evlet_http_request_resume_producer()
    bool ended;
};

}  // namespace evlet::http
