// SPDX-License-Identifier: BSD-3-Clause
#include <stddef.h>
#include <string.h>

#include "evlet/port_os.h"
#include "log/log.h"
#include "loop/base.h"
#include "loop/config.h"
#include "loop/methods.h"

namespace evlet {
namespace {

bool avoided(const event_config* config, const char* method) {
    for (const AvoidedMethod* a = config ? config->avoided : nullptr; a; a = a->next) {
        if (strcmp(a->name(), method) == 0)
            return true;
    }
    return false;
}

// EVENT_NOEPOLL and the like.
bool switched_off(const char* method) {
    char name[32] = "EVENT_NO";
    size_t length = strlen(name);
    for (; *method && length + 1 < sizeof name; ++method)
        name[length++] = *method >= 'a' && *method <= 'z' ? static_cast<char>(*method - 32) : *method;
    name[length] = '\0';
    return evlet_port_getenv(name) != nullptr;
}

}  // namespace

unsigned effective_flags(const event_config* config) {
    unsigned flags = config ? config->flags : 0;
    if (flags & EVENT_BASE_FLAG_IGNORE_ENV)
        return flags;
    if (evlet_port_getenv("EVENT_EPOLL_USE_CHANGELIST"))
        flags |= EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST;
    if (evlet_port_getenv("EVENT_PRECISE_TIMER"))
        flags |= EVENT_BASE_FLAG_PRECISE_TIMER;
    if (evlet_port_getenv("EVENT_USE_SIGNALFD"))
        flags |= EVENT_BASE_FLAG_USE_SIGNALFD;
    return flags;
}

Status open_backend(event_base& base, const event_config* config) {
    const bool use_environment = !(base.config_flags & EVENT_BASE_FLAG_IGNORE_ENV);
    const unsigned features = config ? config->features : 0;
    Status result = Status::unsupported;
    for (const Backend* const* entry = backend_table; *entry; ++entry) {
        const Backend& backend = **entry;
        if (avoided(config, backend.name) || (backend.features & features) != features)
            continue;
        if (use_environment && switched_off(backend.name))
            continue;
        base.backend = &backend;
        const Status opened = backend.open(base);
        if (failed(opened)) {
            result = opened;
            continue;
        }
        if (use_environment && evlet_port_getenv("EVENT_SHOW_METHOD"))
            log::message("libevent using: %s", backend.name);
        return Status::ok;
    }
    base.backend = nullptr;
    if (result == Status::unsupported)
        log::warnx("no event mechanism is left that the configuration allows");
    return result;
}

}  // namespace evlet

using namespace evlet;

extern "C" {

const char** event_get_supported_methods(void) {
    // The list of the process. Each call writes what is there already, unless the environment has
    // changed, which is not safe beside other threads anyway.
    static const char* names[16];
    size_t count = 0;
    for (const Backend* const* entry = backend_table; *entry; ++entry) {
        if (switched_off((*entry)->name) || count + 1 == 16)
            continue;
        if (names[count] != (*entry)->name)
            names[count] = (*entry)->name;
        ++count;
    }
    if (names[count])
        names[count] = nullptr;
    return names;
}

const char* event_base_get_method(const struct event_base* base) {
    return base->backend->name;
}

int event_base_get_features(const struct event_base* base) {
    return base->backend->features;
}

}  // extern "C"
