/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a server may look at of a request (event2/dns.h). The objects are made and freed by Evlet; there
 * is more behind what is shown here.
 */
#ifndef EVENT2_DNS_STRUCT_H_INCLUDED_
#define EVENT2_DNS_STRUCT_H_INCLUDED_

#ifdef __cplusplus
extern "C" {
#endif

/** A request with all its questions. */
struct evdns_server_request {
    int flags; /* the header's, EVDNS_FLAGS_RD among them */
    int nquestions;
    struct evdns_server_question **questions;
};

/** A question. */
struct evdns_server_question {
    int type; /* EVDNS_TYPE_*, EVDNS_QTYPE_* or any other */
#ifdef __cplusplus
    int dns_question_class;
#else
    /* A word that C++ keeps for itself; the macro is for both. */
    int class;
#define dns_question_class class
#endif
    char name[1]; /* as it was asked, with a NUL; longer than this */
};

#ifdef __cplusplus
}
#endif

#endif
