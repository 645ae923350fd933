// SPDX-License-Identifier: BSD-3-Clause
// Whom a certificate is of. Mbed TLS 2.28 compares names of hosts alone, and also the subject's common
// name, which says nothing (RFC 9525 section 4); so the names are read here, from the extension itself.
#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>
#include <string.h>

#include "tls/context_mbedtls.h"

namespace evlet {
namespace {

// Kinds of names (RFC 5280 section 4.2.1.6).
constexpr int kDnsName = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2;
constexpr int kAddress = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7;
constexpr int kSequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;

// A piece of DER that is being read.
struct Der {
    unsigned char* at;
    unsigned char* end;
};

// Goes into the next element, of this tag.
bool enter(Der& der, int tag, Der* ret_inside) {
    size_t size;
    if (mbedtls_asn1_get_tag(&der.at, der.end, &size, tag) != 0)
        return false;
    *ret_inside = {der.at, der.at + size};
    der.at += size;
    return true;
}

bool is(const Der& der, const char* bytes, size_t size) {
    return static_cast<size_t>(der.end - der.at) == size && memcmp(der.at, bytes, size) == 0;
}

// The names in the list of extensions; false if there are none.
bool find_names(Der extensions, Der* ret_names) {
    Der list;
    Der extension;
    if (!enter(extensions, kSequence, &list))
        return false;
    while (enter(list, kSequence, &extension)) {
        Der id;
        Der value;
        int critical;
        if (!enter(extension, MBEDTLS_ASN1_OID, &id))
            return false;
        if (!is(id, MBEDTLS_OID_SUBJECT_ALT_NAME, MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME)))
            continue;
        (void)mbedtls_asn1_get_bool(&extension.at, extension.end, &critical);
        return enter(extension, MBEDTLS_ASN1_OCTET_STRING, &value) &&
               enter(value, kSequence, ret_names);
    }
    return false;
}

}  // namespace

bool certificate_is_of(const mbedtls_x509_crt& certificate, const HostName& name) {
    const mbedtls_x509_buf& raw = certificate.v3_ext;
    Der names;
    if (!raw.p || !find_names({raw.p, raw.p + raw.len}, &names))
        return false;
    while (names.at < names.end) {
        const int tag = *names.at;
        Der one;
        if (!enter(names, tag, &one))
            return false;
        const auto size = static_cast<size_t>(one.end - one.at);
        const char* const bytes = reinterpret_cast<const char*>(one.at);
        if (tag == kDnsName && name_stands_for({bytes, size}, name))
            return true;
        if (tag == kAddress && name.address_size && size == name.address_size &&
            memcmp(bytes, name.address, size) == 0)
            return true;
    }
    return false;
}

}  // namespace evlet
