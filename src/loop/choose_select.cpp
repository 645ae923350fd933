// SPDX-License-Identifier: BSD-3-Clause
// The only backend is select (option select-only): nothing to choose, and the environment is not
// asked.
#include <string.h>

#include "loop/base.h"
#include "loop/config.h"
#include "loop/methods.h"

namespace evlet {

unsigned effective_flags(const event_config* config) {
    return config ? config->flags : 0;
}

Status open_backend(event_base& base, const event_config* config) {
    if (config) {
        if ((select_backend.features & config->features) != config->features)
            return Status::unsupported;
        for (const AvoidedMethod* a = config->avoided; a; a = a->next) {
            if (strcmp(a->name(), select_backend.name) == 0)
                return Status::unsupported;
        }
    }
    return select_backend.open(base);
}

}  // namespace evlet

using namespace evlet;

extern "C" {

const char** event_get_supported_methods(void) {
    static const char* names[] = {select_backend.name, nullptr};
    return names;
}

const char* event_base_get_method(const struct event_base*) {
    return select_backend.name;
}

int event_base_get_features(const struct event_base*) {
    return select_backend.features;
}

}  // extern "C"
