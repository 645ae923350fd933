// SPDX-License-Identifier: BSD-3-Clause
// Addresses, numbers and numeric getaddrinfo from hostile text. The input is one string; when it
// has a newline, what follows is the service. Beyond not crashing: what was read has to be
// written and read again to the same address, and failures have to leave the outputs alone.
#include <event2/util.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <string>

namespace {

constexpr unsigned char kUntouched = 0xa5;

void demand(bool condition) {
    if (!condition)
        abort();
}

bool untouched(const void* data, size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (size_t i = 0; i < size; ++i) {
        if (bytes[i] != kUntouched)
            return false;
    }
    return true;
}

void read_address(int family, size_t size, const char* text) {
    unsigned char bytes[16], again[16];
    unsigned index = 77;
    memset(bytes, kUntouched, sizeof bytes);
    const int result = evutil_inet_pton(family, text, bytes);
    demand(result == 0 || result == 1);
    demand(untouched(bytes + size, sizeof bytes - size));
    demand(result == 1 || untouched(bytes, size));
    if (result == 1) {
        char written[46];
        demand(evutil_inet_ntop(family, bytes, written, sizeof written) == written);
        demand(evutil_inet_pton(family, written, again) == 1);
        demand(memcmp(bytes, again, size) == 0);
        demand(evutil_inet_pton_scope(family, text, again, &index) == 1);
        demand(index == 0 && memcmp(bytes, again, size) == 0);
    } else if (evutil_inet_pton_scope(family, text, bytes, &index) == 0) {
        demand(index == 77 && untouched(bytes, size));
    }
}

void read_socket_address(const char* text, int room) {
    sockaddr_storage storage, plain;
    int length = room;
    memset(static_cast<void*>(&storage), kUntouched, sizeof storage);
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    if (evutil_parse_sockaddr_port(text, address, &length) != 0) {
        demand(length == room && untouched(&storage, sizeof storage));
        return;
    }
    demand(length <= room);
    demand(evutil_sockaddr_cmp(address, address, 1) == 0);
    // Without brackets and port, if it had none of them, it is a plain address.
    int plain_length = sizeof plain;
    if (!strchr(text, '[') && !strchr(text, ':')) {
        demand(evutil_parse_sockaddr_port(text, reinterpret_cast<sockaddr*>(&plain),
                                          &plain_length) == 0);
        demand(plain_length == length);
    }
}

void read_number(const char* text) {
    for (int base : {0, 2, 8, 10, 16, 36, 37}) {
        char* end = nullptr;
        const long long value = evutil_strtoll(text, &end, base);
        demand(end >= text && end <= text + strlen(text));
        demand(end != text || value == 0);
        const long long expected = base == 37 ? 0 : strtoll(text, nullptr, base);
        demand(value == expected);
    }
}

void resolve(const char* node, const char* service, int family, int flags) {
    evutil_addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = family;
    hints.ai_flags = flags | EVUTIL_AI_NUMERICHOST | EVUTIL_AI_NUMERICSERV;
    evutil_addrinfo* list = nullptr;
    const int error = evutil_getaddrinfo(node, service, &hints, &list);
    demand((error == 0) == (list != nullptr));
    for (const evutil_addrinfo* entry = list; entry; entry = entry->ai_next)
        demand(entry->ai_addr->sa_family == entry->ai_family);
    evutil_freeaddrinfo(list);
    demand(evutil_gai_strerror(error) != nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string input(size ? reinterpret_cast<const char*>(data) : "", size);
    const size_t newline = input.find('\n');
    const std::string node = input.substr(0, newline);
    const std::string service = newline == std::string::npos ? "80" : input.substr(newline + 1);
    read_address(AF_INET, 4, node.c_str());
    read_address(AF_INET6, 16, node.c_str());
    for (int room :
         {static_cast<int>(sizeof(sockaddr_storage)), static_cast<int>(sizeof(sockaddr_in6)),
          static_cast<int>(sizeof(sockaddr_in)), 4, -1})
        read_socket_address(node.c_str(), room);
    read_number(input.c_str());
    read_number(service.c_str());
    resolve(node.c_str(), service.c_str(), AF_UNSPEC, EVUTIL_AI_CANONNAME);
    resolve(node.c_str(), nullptr, AF_INET6, EVUTIL_AI_V4MAPPED);
    resolve(nullptr, service.c_str(), AF_INET, EVUTIL_AI_PASSIVE);
    evutil_ascii_strncasecmp(node.c_str(), service.c_str(), node.size());
    evutil_ascii_strcasecmp(node.c_str(), service.c_str());
    return 0;
}
