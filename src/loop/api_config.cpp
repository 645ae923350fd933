// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <string.h>

#include "base/shell.h"
#include "loop/config.h"
#include "mem/mem.h"

using namespace evlet;

extern "C" {

struct event_config* event_config_new(void) {
    auto* config = mem::make<event_config>();
    if (config) {
        config->dispatch_interval = kForever;
        config->dispatch_callbacks = EV_INT32_MAX;
    }
    return config;
}

void event_config_free(struct event_config* config) {
    if (!config)
        return;
    while (AvoidedMethod* avoided = config->avoided) {
        config->avoided = avoided->next;
        mem::release(avoided);
    }
    mem::release(config);
}

int event_config_avoid_method(struct event_config* config, const char* method) {
    if (!config || !method)
        return to_result(Status::invalid);
    const size_t size = strlen(method) + 1;
    auto* avoided = static_cast<AvoidedMethod*>(mem::allocate(sizeof(AvoidedMethod) + size));
    if (!avoided)
        return -1;
    memcpy(avoided->name(), method, size);
    avoided->next = config->avoided;
    config->avoided = avoided;
    return 0;
}

int event_config_require_features(struct event_config* config, int features) {
    if (!config)
        return to_result(Status::invalid);
    config->features = static_cast<unsigned>(features);
    return 0;
}

int event_config_set_flag(struct event_config* config, int flag) {
    if (!config)
        return to_result(Status::invalid);
    config->flags |= static_cast<unsigned>(flag);
    return 0;
}

int event_config_set_num_cpus_hint(struct event_config* config, int cpus) {
    if (!config)
        return to_result(Status::invalid);
    config->cpus_hint = cpus;
    return 0;
}

int event_config_set_max_dispatch_interval(struct event_config* config,
                                           const struct timeval* max_interval, int max_callbacks,
                                           int min_priority) {
    if (!config)
        return to_result(Status::invalid);
    config->dispatch_interval = max_interval ? from_timeval(*max_interval) : kForever;
    config->dispatch_callbacks = max_callbacks >= 0 ? max_callbacks : EV_INT32_MAX;
    config->dispatch_priority = min_priority > 0 ? min_priority : 0;
    return 0;
}

}  // extern "C"
