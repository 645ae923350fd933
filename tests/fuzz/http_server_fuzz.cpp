// SPDX-License-Identifier: BSD-3-Clause
// A server of HTTP and a peer that sends any bytes, in pieces, and then ends its side. All that
// comes back is replies, each well formed, and the connection ends. The first byte says of what
// size the pieces are.
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <evlet/http.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "http_fuzz_support.h"

namespace {

void on_request(evhttp_request* request, void*) {
    evbuffer* const body = evbuffer_new();
    const evhttp_uri* const uri = evhttp_request_get_evhttp_uri(request);
    const char* const path = uri ? evhttp_uri_get_path(uri) : "";
    evbuffer_add(body, ".", 1);  // so that no body looks like a head
    evbuffer_add_buffer(body, evhttp_request_get_input_buffer(request));
    if (strcmp(path, "/chunked") == 0) {
        evhttp_send_reply_start(request, 200, "Fine");
        evhttp_send_reply_chunk(request, body);
        evhttp_send_reply_end(request);
    } else {
        evhttp_send_reply(request, 200, nullptr, body);
    }
    evbuffer_free(body);
}

struct Server {
    event_base* base = event_base_new();
    evhttp* http = evhttp_new(base);
    sockaddr_in address = {};
    Server() {
        socklen_t size = sizeof address;
        evhttp_bound_socket* const bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
        evlet_test::require(bound &&
                            getsockname(evhttp_bound_socket_get_fd(bound),
                                        reinterpret_cast<sockaddr*>(&address), &size) == 0);
        evhttp_set_gencb(http, on_request, nullptr);
        evhttp_set_max_body_size(http, 4096);
    }
};

void receive(int fd, std::string& text, bool& ended) {
    char part[4096];
    for (;;) {
        const ssize_t got = recv(fd, part, sizeof part, MSG_DONTWAIT);
        ended = ended || got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
        if (got <= 0)
            return;
        text.append(part, static_cast<size_t>(got));
    }
}

// Takes the head of a reply off the front, line by line; false if it has been cut off by a reset.
bool take_head(std::string& text, std::string* ret_head) {
    const size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos)
        return false;
    *ret_head = text.substr(0, end + 2);
    text.erase(0, end + 4);
    const std::string& head = *ret_head;
    evlet_test::require(head.compare(0, 9, "HTTP/1.1 ") == 0 && head.size() > 13);
    for (size_t at = head.find("\r\n") + 2; at < head.size();) {
        const size_t next = head.find("\r\n", at);
        const size_t colon = head.find(": ", at);
        evlet_test::require(colon != std::string::npos && colon > at && colon < next);
        at = next + 2;
    }
    for (size_t at = 0; at < head.size(); ++at) {
        if (head[at] == '\n')
            evlet_test::require(at > 0 && head[at - 1] == '\r');
        if (head[at] == '\r')
            evlet_test::require(head[at + 1] == '\n');
    }
    return true;
}

// False if they have been cut off.
bool take_chunks(std::string& text) {
    for (;;) {
        char* end;
        const size_t size = strtoul(text.c_str(), &end, 16);
        const size_t line = static_cast<size_t>(end - text.c_str());
        if (text.size() < line + 2 + size + 2)
            return false;
        evlet_test::require(line > 0 && text.compare(line, 2, "\r\n") == 0 &&
                            text.compare(line + 2 + size, 2, "\r\n") == 0);
        text.erase(0, line + 2 + size + 2);
        if (size == 0)
            return true;
    }
}

// Bodies of requests to HEAD are not told apart here, so that after a head without its body comes
// the next head or nothing.
void check_replies(std::string text) {
    std::string head;
    while (!text.empty() && take_head(text, &head)) {
        const size_t length = head.find("\r\nContent-Length: ");
        if (length != std::string::npos) {
            const size_t size = strtoul(head.c_str() + length + 18, nullptr, 10);
            if (text.compare(0, 7, "HTTP/1.") != 0)
                text.erase(0, size);
        } else if (head.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos) {
            if (text.compare(0, 7, "HTTP/1.") == 0)
                continue;
            if (!take_chunks(text))
                return;
        } else if (head.compare(9, 1, "1") != 0) {
            return;  // the body ends with the connection
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static Server server;
    if (size < 2)
        return 0;
    constexpr size_t kPieces[] = {SIZE_MAX / 2, 1, 5, 64};
    const size_t step = size > 200 ? 64 : kPieces[data[0] & 3];
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    evlet_test::require(fd >= 0 && connect(fd, reinterpret_cast<sockaddr*>(&server.address),
                                           sizeof server.address) == 0);
    std::string text;
    bool ended = false;
    for (size_t at = 1; at < size && !ended; at += step) {
        if (send(fd, data + at, size - at < step ? size - at : step, MSG_NOSIGNAL) < 0)
            break;
        event_base_loop(server.base, EVLOOP_NONBLOCK);
        receive(fd, text, ended);
    }
    shutdown(fd, SHUT_WR);
    for (int turns = 0; !ended && turns < 100000; ++turns) {
        event_base_loop(server.base, EVLOOP_NONBLOCK);
        receive(fd, text, ended);
    }
    evlet_test::require(ended);
    const linger at_once = {1, 0};  // leaves no port behind that waits
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
    for (int turns = 0; evhttp_get_connection_count(server.http) && turns < 100000; ++turns)
        event_base_loop(server.base, EVLOOP_NONBLOCK);
    evlet_test::require(evhttp_get_connection_count(server.http) == 0);
    check_replies(text);
    return 0;
}
