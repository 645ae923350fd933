// SPDX-License-Identifier: BSD-3-Clause
// Virtual hosts and aliases. Linked only where a program asks for them: serving.cpp reaches them
// through evhttp::find_host.
#include <string.h>

#include "http/fields.h"
#include "http/server.h"
#include "mem/mem.h"

namespace evlet::http {
namespace {

// Whether a host is what a pattern says; an asterisk is any characters. Linear in time but for the
// product of both sizes, since only the last asterisk is ever tried again.
bool matches(const char* pattern, const char* host) {
    const char* asterisk = nullptr;
    const char* tried = nullptr;
    while (*host) {
        if (*pattern == '*') {
            asterisk = pattern++;
            tried = host;
        } else if (to_lower(*pattern) == to_lower(*host)) {
            ++pattern;
            ++host;
        } else if (asterisk) {
            pattern = asterisk + 1;
            host = ++tried;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        ++pattern;
    return *pattern == 0;
}

Alias** find_alias(evhttp& server, const char* name) {
    for (Alias** link = &server.aliases; *link; link = &(*link)->next) {
        if (same_name(Text((*link)->name), Text(name)))
            return link;
    }
    return nullptr;
}

// The first virtual host whose pattern or alias it is, and so on below it.
evhttp* find_below(evhttp& server, const char* host) {
    for (evhttp* candidate = server.hosts; candidate; candidate = candidate->next_host) {
        if (!matches(candidate->pattern, host) && !find_alias(*candidate, host))
            continue;
        evhttp* const closer = find_below(*candidate, host);
        return closer ? closer : candidate;
    }
    return nullptr;
}

evhttp* find_host(evhttp& server, const char* host) {
    // An alias of the server itself is not for the patterns of others.
    if (find_alias(server, host))
        return nullptr;
    return find_below(server, host);
}

void unlink(evhttp& host) {
    evhttp** link = &host.parent->hosts;
    while (*link != &host)
        link = &(*link)->next_host;
    *link = host.next_host;
    mem::release(host.pattern);
    host.pattern = nullptr;
    host.parent = nullptr;
    host.next_host = nullptr;
}

void free_hosts(evhttp& server) {
    if (server.parent)
        unlink(server);
    while (evhttp* const host = server.hosts) {
        unlink(*host);
        free_server(*host);
    }
    while (Alias* const alias = server.aliases) {
        server.aliases = alias->next;
        mem::release(alias);
    }
}

void use_hosts(evhttp& server) {
    server.find_host = find_host;
    server.free_hosts = free_hosts;
}

}  // namespace
}  // namespace evlet::http

using namespace evlet;
using namespace evlet::http;

extern "C" {

int evhttp_add_virtual_host(struct evhttp* http, const char* pattern, struct evhttp* vhost) {
    if (vhost->sockets || vhost->parent)
        return -1;
    for (const evhttp* above = http; above; above = above->parent) {
        if (above == vhost)
            return -1;
    }
    char* const copy = mem::duplicate(pattern);
    if (!copy)
        return -1;
    vhost->pattern = copy;
    vhost->parent = http;
    evhttp** link = &http->hosts;
    while (*link)
        link = &(*link)->next_host;
    *link = vhost;
    use_hosts(*http);
    use_hosts(*vhost);
    for (evhttp* server = http; server && vhost->call_head; server = server->parent)
        server->call_head = vhost->call_head;
    return 0;
}

int evhttp_remove_virtual_host(struct evhttp* http, struct evhttp* vhost) {
    if (vhost->parent != http)
        return -1;
    unlink(*vhost);
    return 0;
}

int evhttp_add_server_alias(struct evhttp* http, const char* alias) {
    const size_t size = strlen(alias);
    auto* const entry = static_cast<Alias*>(mem::allocate_zeroed(sizeof(Alias) + size));
    if (!entry)
        return -1;
    memcpy(entry->name, alias, size);
    entry->next = http->aliases;
    http->aliases = entry;
    use_hosts(*http);
    return 0;
}

int evhttp_remove_server_alias(struct evhttp* http, const char* alias) {
    Alias** const link = find_alias(*http, alias);
    if (!link)
        return -1;
    Alias* const entry = *link;
    *link = entry->next;
    mem::release(entry);
    return 0;
}

}  // extern "C"
