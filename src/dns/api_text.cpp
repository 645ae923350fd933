// SPDX-License-Identifier: BSD-3-Clause
#include "event2/dns.h"

extern "C" {

const char* evdns_err_to_string(int err) {
    switch (err) {
    case DNS_ERR_NONE:
        return "no error";
    case DNS_ERR_FORMAT:
        return "the question or the answer is malformed";
    case DNS_ERR_SERVERFAILED:
        return "the nameserver has failed";
    case DNS_ERR_NOTEXIST:
        return "no such name";
    case DNS_ERR_NOTIMPL:
        return "the nameserver does not know such questions";
    case DNS_ERR_REFUSED:
        return "the nameserver refuses";
    case DNS_ERR_TRUNCATED:
        return "the answer was cut off";
    case DNS_ERR_UNKNOWN:
        return "out of memory, or an unknown result";
    case DNS_ERR_TIMEOUT:
        return "no nameserver answered";
    case DNS_ERR_SHUTDOWN:
        return "the resolver was shut down";
    case DNS_ERR_CANCEL:
        return "cancelled";
    case DNS_ERR_NODATA:
        return "the name has no such data";
    default:
        return "no known error";
    }
}

// No part of the API any more; programs that were built for 2.1 look for them. Ids and random bytes
// come from the system.
EVENT2_EXPORT_SYMBOL void evdns_set_transaction_id_fn(ev_uint16_t (*function)(void));
EVENT2_EXPORT_SYMBOL void evdns_set_random_bytes_fn(void (*function)(char*, size_t));

void evdns_set_transaction_id_fn(ev_uint16_t (*)(void)) {}

void evdns_set_random_bytes_fn(void (*)(char*, size_t)) {}

}  // extern "C"
