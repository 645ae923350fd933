// SPDX-License-Identifier: BSD-3-Clause
// Setting contexts up, whatever their engine.
#include <stdint.h>
#include <string.h>

#include "base/shell.h"
#include "mem/mem.h"
#include "tls/context.h"

namespace evlet {
namespace {

constexpr size_t kProtocolSize = 255;   // RFC 7301 section 3.1
constexpr size_t kProtocolsSize = 1024;  // far more than anybody offers

void append(char* text, size_t room, const char* more) {
    const size_t used = strlen(text);
    size_t size = strlen(more);
    if (size >= room - used)
        size = room - used - 1;
    memcpy(text + used, more, size);
    text[used + size] = 0;
}

Status check_free(evlet_tls_context& context) {
    if (!context.used.load(std::memory_order_relaxed))
        return Status::ok;
    return fail_context(context, Status::invalid, "a context that has made connections is not changed");
}

int set_certificate(evlet_tls_context& context, const Pem& chain, const Pem& key,
                    const char* password) {
    Status status = check_free(context);
    if (!failed(status) && context.has_certificate)
        status = fail_context(context, Status::invalid, "the context has a certificate already");
    if (!failed(status))
        status = context.engine->set_certificate(context, chain, key, password);
    if (!failed(status))
        context.has_certificate = true;
    return to_result(status);
}

int add_ca(evlet_tls_context& context, const Pem& pem) {
    const Status status = check_free(context);
    return to_result(failed(status) ? status : context.engine->add_ca(context, pem));
}

// The list with NULs in place of commas, and one more behind; nullptr without memory.
Status split_protocols(evlet_tls_context& context, const char* text, char** ret_protocols) {
    const size_t size = strlen(text);
    size_t length = 0;
    bool good = size <= kProtocolsSize;
    for (size_t i = 0; good && i <= size; ++i) {
        if (i < size && text[i] != ',') {
            good = ++length <= kProtocolSize;
        } else {
            good = length > 0;
            length = 0;
        }
    }
    if (!good)
        return fail_context(context, Status::invalid, "ALPN: not a list of protocols");
    auto* const protocols = static_cast<char*>(mem::allocate(size + 2));
    if (!protocols)
        return fail_context(context, Status::no_memory, "out of memory");
    memcpy(protocols, text, size + 1);
    protocols[size + 1] = 0;
    for (size_t i = 0; i < size; ++i) {
        if (protocols[i] == ',')
            protocols[i] = 0;
    }
    *ret_protocols = protocols;
    return Status::ok;
}

Status set_alpn(evlet_tls_context& context, const char* text) {
    const Status status = check_free(context);
    if (failed(status))
        return status;
    if (context.protocols)
        return fail_context(context, Status::invalid, "ALPN: the context has protocols already");
    char* protocols;
    const Status split = split_protocols(context, text, &protocols);
    if (failed(split))
        return split;
    const Status set = context.engine->set_alpn(context, protocols);
    if (failed(set))
        mem::release(protocols);
    else
        context.protocols = protocols;
    return set;
}

}  // namespace

Status fail_context(evlet_tls_context& context, Status status, const char* what, const char* why) {
    context.error[0] = 0;
    append(context.error, sizeof context.error, what);
    if (why) {
        append(context.error, sizeof context.error, ": ");
        append(context.error, sizeof context.error, why);
    }
    return status;
}

void init_context(evlet_tls_context& context, const ContextEngine& engine, bool is_server) {
    context.engine = &engine;
    context.owners.init();
    context.is_server = is_server;
}

}  // namespace evlet

using namespace evlet;

extern "C" {

struct evlet_tls_context* evlet_tls_context_ref(struct evlet_tls_context* context) {
    context->owners.add();
    return context;
}

void evlet_tls_context_free(struct evlet_tls_context* context) {
    if (!context || !context->owners.drop())
        return;
    char* const protocols = context->protocols;
    context->engine->destroy(*context);  // which may use them to its end
    mem::release(protocols);
}

const char* evlet_tls_context_get_error(const struct evlet_tls_context* context) {
    return context->error;
}

int evlet_tls_context_set_certificate(struct evlet_tls_context* context, const void* chain,
                                      size_t chain_size, const void* key, size_t key_size,
                                      const char* password) {
    return set_certificate(*context, {nullptr, chain, chain_size}, {nullptr, key, key_size}, password);
}

int evlet_tls_context_set_certificate_files(struct evlet_tls_context* context,
                                            const char* chain_path, const char* key_path,
                                            const char* password) {
    return set_certificate(*context, {chain_path, nullptr, 0}, {key_path, nullptr, 0}, password);
}

int evlet_tls_context_add_ca(struct evlet_tls_context* context, const void* pem, size_t size) {
    return add_ca(*context, {nullptr, pem, size});
}

int evlet_tls_context_add_ca_file(struct evlet_tls_context* context, const char* path) {
    return add_ca(*context, {path, nullptr, 0});
}

int evlet_tls_context_add_system_ca(struct evlet_tls_context* context) {
    const Status status = check_free(*context);
    return to_result(failed(status) ? status : context->engine->add_system_ca(*context));
}

int evlet_tls_context_set_alpn(struct evlet_tls_context* context, const char* protocols) {
    return to_result(set_alpn(*context, protocols));
}

int evlet_tls_context_set_min_version(struct evlet_tls_context* context,
                                      enum evlet_tls_version version) {
    Status status = check_free(*context);
    if (!failed(status) && version != EVLET_TLS_1_2 && version != EVLET_TLS_1_3)
        status = fail_context(*context, Status::invalid, "not a version to be the least");
    return to_result(failed(status) ? status : context->engine->set_min_version(*context, version));
}

int evlet_tls_context_set_client_certificates(struct evlet_tls_context* context,
                                              enum evlet_tls_client_certificates ask) {
    Status status = check_free(*context);
    if (!failed(status) && (!context->is_server || ask < EVLET_TLS_CLIENT_NONE ||
                            ask > EVLET_TLS_CLIENT_REQUIRED))
        status = fail_context(*context, Status::invalid, "only servers ask for client certificates");
    if (!failed(status)) {
        context->ask = static_cast<Ask>(ask);
        context->engine->set_verification(*context);
    }
    return to_result(status);
}

int evlet_tls_context_dangerously_accept_any_peer(struct evlet_tls_context* context) {
    Status status = check_free(*context);
    if (!failed(status) && context->is_server)
        status = fail_context(*context, Status::invalid, "only clients accept any peer");
    if (!failed(status)) {
        context->accepts_any = true;
        context->engine->set_verification(*context);
    }
    return to_result(status);
}

int evlet_tls_context_set_ktls(struct evlet_tls_context* context, int on) {
    const Status status = check_free(*context);
    return to_result(failed(status) ? status : context->engine->set_ktls(*context, on != 0));
}

}  // extern "C"
