// SPDX-License-Identifier: BSD-3-Clause
#include "dns/resolv_conf.h"

#include <string.h>

#include "dns/lines.h"
#include "dns/options.h"
#include "dns/search.h"
#include "dns/system.h"
#include "mem/mem.h"

namespace evlet::dns {
namespace {

constexpr size_t kMostFile = 65536;
constexpr uint16_t kPort = 53;

bool is_word(Text text, const char* word) {
    return strlen(word) == text.size && memcmp(text.data, word, text.size) == 0;
}

Status take_nameserver(evdns_base& base, Text text) {
    SocketAddress address;
    if (failed(parse_socket_address(text, &address)))
        return Status::invalid;
    uint16_t& port =
        address.generic.sa_family == AF_INET ? address.ipv4.sin_port : address.ipv6.sin6_port;
    if (port == 0)
        port = network_order(kPort);
    return add_nameserver(base, address);
}

// "name" or "name:value".
Status take_option(evdns_base& base, Text word, int flags) {
    const size_t colon = word.find(':');
    return set_option(base, word.before(colon), word.from(colon < word.size ? colon + 1 : colon),
                      flags);
}

// False: something was left out for want of memory.
bool take_line_of(evdns_base& base, Text line, int flags) {
    bool all = true;
    Text keyword("");
    Text word("");
    if (!take_word(line, &keyword))
        return true;
    if (is_word(keyword, "nameserver") && (flags & DNS_OPTION_NAMESERVERS)) {
        if (take_word(line, &word))
            all = take_nameserver(base, word) != Status::no_memory;
    } else if (is_word(keyword, "options")) {
        while (take_word(line, &word))
            all = take_option(base, word, flags) != Status::no_memory && all;
    } else if ((is_word(keyword, "search") || is_word(keyword, "domain")) &&
               (flags & DNS_OPTION_SEARCH)) {
        // The last of these lines is the one that counts.
        clear_domains(base);
        const bool many = keyword[0] == 's';
        while (take_word(line, &word)) {
            all = add_domain(base, word) != Status::no_memory && all;
            if (!many)
                break;
        }
    }
    return all;
}

void add_default(evdns_base& base, int flags) {
    constexpr uint8_t kLoopback[kIpv4Size] = {127, 0, 0, 1};
    if (!(flags & DNS_OPTION_NAMESERVERS) || (flags & DNS_OPTION_NAMESERVERS_NO_DEFAULT) ||
        base.servers)
        return;
    SocketAddress address;
    address.ipv4 = make_ipv4(kLoopback, kPort);
    address.size = sizeof address.ipv4;
    (void)add_nameserver(base, address);
}

int error_of(FileOutcome outcome) {
    switch (outcome) {
    case FileOutcome::ok:
        return EVDNS_ERROR_NONE;
    case FileOutcome::cannot_open:
        return EVDNS_ERROR_FAILED_TO_OPEN_FILE;
    case FileOutcome::no_size:
        return EVDNS_ERROR_FAILED_TO_STAT_FILE;
    case FileOutcome::too_large:
        return EVDNS_ERROR_FILE_TOO_LARGE;
    case FileOutcome::no_memory:
        return EVDNS_ERROR_OUT_OF_MEMORY;
    case FileOutcome::short_read:
        break;
    }
    return EVDNS_ERROR_SHORT_READ_FROM_FILE;
}

}  // namespace

int take_resolv_conf(evdns_base& base, Text text, int flags) {
    bool all = true;
    Text line("");
    while (take_line(text, &line))
        all = take_line_of(base, line, flags) && all;
    const bool none = !base.servers && (flags & DNS_OPTION_NAMESERVERS);
    add_default(base, flags);
    if (!all)
        return EVDNS_ERROR_OUT_OF_MEMORY;
    return none ? EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED : EVDNS_ERROR_NONE;
}

int read_resolv_conf(evdns_base& base, const char* path, int flags) {
    char* text = nullptr;
    size_t size = 0;
    if (flags & DNS_OPTION_HOSTSFILE)
        (void)evdns_base_load_hosts(&base, kHostsFile);
    const int error = error_of(read_file(path, kMostFile, &text, &size));
    const LockGuard lock(base.mutex);
    if (error != EVDNS_ERROR_NONE) {
        add_default(base, flags);
        return error;
    }
    const int result = take_resolv_conf(base, {text, size}, flags);
    mem::release(text);
    return result;
}

}  // namespace evlet::dns
