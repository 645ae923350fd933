/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evdns: a resolver that does not block, and the makings of a nameserver (RFC 1034, 1035, 3596).
 *
 * Long file: the API keeps resolver, getaddrinfo and server in one header.
 *
 *     static void on_address(int result, char type, int count, int ttl, void *addresses, void *arg) {
 *         char text[INET_ADDRSTRLEN];
 *         if (result == DNS_ERR_NONE && type == DNS_IPv4_A && count > 0)
 *             puts(evutil_inet_ntop(AF_INET, addresses, text, sizeof text));
 *     }
 *     dns = evdns_base_new(base, EVDNS_BASE_INITIALIZE_NAMESERVERS);
 *     evdns_base_resolve_ipv4(dns, "www.example.com", 0, on_address, NULL);
 *
 * Names are text: labels with dots between them, 253 characters at most; a dot at the end keeps a
 * name out of the search list. "\." is a dot and "\065" a byte inside a label (RFC 1035 section 5.1).
 *
 * An answer is taken from nobody but the nameserver that was asked, and only if its id, its question
 * and, unless randomize-case is off, the case of the letters in it are those that were sent. Ids, case
 * and the port of each socket are random (RFC 5452).
 *
 * Threads: with lock functions set before (event2/thread.h) requests may be made and cancelled and
 * settings changed from any thread. evdns_base_free(), adding and removing nameservers, and the
 * server half belong to the loop's thread. Callbacks run in the loop's thread, from the loop and never
 * inside the function that makes a request (but for evdns_getaddrinfo(), see there), without a lock;
 * they may make and cancel requests, and free the evdns_base.
 */
#ifndef EVENT2_DNS_H_INCLUDED_
#define EVENT2_DNS_H_INCLUDED_

#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;
struct evconnlistener;
struct in_addr;
struct in6_addr;
struct sockaddr;

/*
 * Results of a request. The first six are those of the nameserver (RFC 1035 section 4.1.1).
 */
#define DNS_ERR_NONE 0
#define DNS_ERR_FORMAT 1       /* it could not read the question, or we not the answer */
#define DNS_ERR_SERVERFAILED 2 /* it has a problem of its own; also: there is no nameserver */
#define DNS_ERR_NOTEXIST 3     /* there is no such name */
#define DNS_ERR_NOTIMPL 4      /* it does not know this kind of question */
#define DNS_ERR_REFUSED 5      /* it does not answer us */
#define DNS_ERR_TRUNCATED 65   /* the answer was cut off before the first record */
#define DNS_ERR_UNKNOWN 66     /* out of memory, or a result without a name */
#define DNS_ERR_TIMEOUT 67     /* no answer came */
#define DNS_ERR_SHUTDOWN 68    /* the evdns_base was freed */
#define DNS_ERR_CANCEL 69      /* the program cancelled it */
#define DNS_ERR_NODATA 70      /* the name is there, and has nothing of this type */

/* What a callback gets: `type`, and the elements of `addresses`. */
#define DNS_IPv4_A 1    /* 4 bytes each, in network order */
#define DNS_PTR 2       /* char *, one name */
#define DNS_IPv6_AAAA 3 /* 16 bytes each */
#define DNS_CNAME 4     /* `addresses` is a char * itself: the name that the addresses belong to */

/* Flags of a request. */
#define DNS_QUERY_NO_SEARCH 1   /* the name is whole */
#define DNS_QUERY_USEVC 2       /* ask over TCP */
#define DNS_QUERY_IGNTC 4       /* take an answer that was cut off, do not ask again over TCP */
#define DNS_CNAME_CALLBACK 0x80 /* one call more, with DNS_CNAME, behind that with the addresses */
#define DNS_NO_SEARCH DNS_QUERY_NO_SEARCH

/* What evdns_base_resolv_conf_parse() takes from the file, or-ed together. */
#define DNS_OPTION_SEARCH 1      /* domain, search, ndots */
#define DNS_OPTION_NAMESERVERS 2 /* nameserver, bind-to */
#define DNS_OPTION_MISC 4        /* all other options */
#define DNS_OPTION_HOSTSFILE 8   /* and reads the system's hosts file */
#define DNS_OPTIONS_ALL                                                             \
    (DNS_OPTION_SEARCH | DNS_OPTION_NAMESERVERS | DNS_OPTION_MISC | DNS_OPTION_HOSTSFILE)
#define DNS_OPTION_NAMESERVERS_NO_DEFAULT 0x10 /* none listed: none, not 127.0.0.1 */

/*
 * Flags of evdns_base_new().
 */
/** Read the system's configuration: /etc/resolv.conf and /etc/hosts. */
#define EVDNS_BASE_INITIALIZE_NAMESERVERS 1
/** evdns_getaddrinfo() keeps nothing it has learned. */
#define EVDNS_BASE_NO_CACHE 0x10
/** The sockets of nameservers keep the loop running only while a request is in flight. */
#define EVDNS_BASE_DISABLE_WHEN_INACTIVE 0x8000
/** DNS_OPTION_NAMESERVERS_NO_DEFAULT for the system's configuration. */
#define EVDNS_BASE_NAMESERVERS_NO_DEFAULT 0x10000

/* Results of evdns_base_resolv_conf_parse(). */
#define EVDNS_ERROR_NONE 0
#define EVDNS_ERROR_FAILED_TO_OPEN_FILE 1
#define EVDNS_ERROR_FAILED_TO_STAT_FILE 2
#define EVDNS_ERROR_FILE_TOO_LARGE 3 /* above 64 KiB */
#define EVDNS_ERROR_OUT_OF_MEMORY 4
#define EVDNS_ERROR_SHORT_READ_FROM_FILE 5
#define EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED 6

/** A resolver: nameservers, search list, hosts, cache and requests. */
struct evdns_base;
/** A request that is not over yet: valid until its last callback has returned. */
struct evdns_request;

/**
 * The end of a request. `result` is DNS_ERR_*; with DNS_ERR_NONE there are `count` elements of `type`
 * at `addresses`, valid during the call, which may be kept for `ttl` seconds. Otherwise `type` and
 * `count` are 0 and `addresses` is NULL; `ttl` is how long it may be believed that there is nothing
 * (RFC 2308), or 0.
 */
typedef void (*evdns_callback_type)(int result, char type, int count, int ttl, void *addresses,
                                    void *arg);

/*
 * ---- Resolvers ----
 */

/** A resolver in the loop of `event_base`. `initialize_nameservers` is EVDNS_BASE_*, or-ed together.
 *  NULL: out of memory, or the system has no source of random bytes. Without nameservers requests fail
 *  with DNS_ERR_SERVERFAILED. */
EVENT2_EXPORT_SYMBOL
struct evdns_base *evdns_base_new(struct event_base *event_base, int initialize_nameservers);

/** Free it, before its event_base. `fail_requests`: requests end with DNS_ERR_SHUTDOWN, in the loop,
 *  if that goes on; else nobody hears of them any more. */
EVENT2_EXPORT_SYMBOL
void evdns_base_free(struct evdns_base *base, int fail_requests);

/** A word for a DNS_ERR_*; never NULL. */
EVENT2_EXPORT_SYMBOL
const char *evdns_err_to_string(int err);

/*
 * ---- Nameservers ----
 *
 * They are asked in the order in which they were added: a later one when those before do not answer
 * (max-timeouts in a row), refuse or have failed. One that does not answer is tried from time to time
 * until it does. There may be 32.
 */

/** By IPv4 address, in network order, port 53. 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evdns_base_nameserver_add(struct evdns_base *base, unsigned long int address);

/** By address as text: "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:53". 0; -1: no
 *  address, the socket cannot be had, or out of memory; 3: it is there already. One that cannot be
 *  reached now is added all the same. */
EVENT2_EXPORT_SYMBOL
int evdns_base_nameserver_ip_add(struct evdns_base *base, const char *ip_as_string);

/** By socket address. `flags`: 0. The result as before. */
EVENT2_EXPORT_SYMBOL
int evdns_base_nameserver_sockaddr_add(struct evdns_base *base, const struct sockaddr *sa,
                                       ev_socklen_t len, unsigned flags);

EVENT2_EXPORT_SYMBOL
int evdns_base_count_nameservers(struct evdns_base *base);

/** Remove all. Requests wait, also those in flight, until evdns_base_resume(). 0. */
EVENT2_EXPORT_SYMBOL
int evdns_base_clear_nameservers_and_suspend(struct evdns_base *base);

/** Go on after evdns_base_clear_nameservers_and_suspend(). 0. */
EVENT2_EXPORT_SYMBOL
int evdns_base_resume(struct evdns_base *base);

/** The address of the nameserver `idx`, from 0, into `len` bytes at `sa`. The size of the address,
 *  also if that is more than `len` and nothing was written; -1: there is none. */
EVENT2_EXPORT_SYMBOL
int evdns_base_get_nameserver_addr(struct evdns_base *base, int idx, struct sockaddr *sa,
                                   ev_socklen_t len);

/** The UDP socket of the nameserver `idx`, which changes from time to time; -1: there is none. */
EVENT2_EXPORT_SYMBOL
int evdns_base_get_nameserver_fd(struct evdns_base *base, int idx);

/*
 * ---- Requests ----
 *
 * Each returns NULL and calls nobody if the name is none or there is no memory.
 */

/** The IPv4 addresses of a name (A). */
EVENT2_EXPORT_SYMBOL
struct evdns_request *evdns_base_resolve_ipv4(struct evdns_base *base, const char *name, int flags,
                                              evdns_callback_type callback, void *ptr);

/** The IPv6 addresses of a name (AAAA). */
EVENT2_EXPORT_SYMBOL
struct evdns_request *evdns_base_resolve_ipv6(struct evdns_base *base, const char *name, int flags,
                                              evdns_callback_type callback, void *ptr);

/** The name of an IPv4 address (PTR). */
EVENT2_EXPORT_SYMBOL
struct evdns_request *evdns_base_resolve_reverse(struct evdns_base *base, const struct in_addr *in,
                                                 int flags, evdns_callback_type callback, void *ptr);

/** The name of an IPv6 address (PTR in ip6.arpa). */
EVENT2_EXPORT_SYMBOL
struct evdns_request *evdns_base_resolve_reverse_ipv6(struct evdns_base *base,
                                                      const struct in6_addr *in, int flags,
                                                      evdns_callback_type callback, void *ptr);

/** Cancel a request: its callback is called with DNS_ERR_CANCEL, from the loop, unless it has ended
 *  already. `base` may be NULL. */
EVENT2_EXPORT_SYMBOL
void evdns_cancel_request(struct evdns_base *base, struct evdns_request *req);

/*
 * ---- Settings ----
 */

/**
 * Set an option; a colon behind its name is allowed. -1: there is no such option, or the value is
 * none for it; nothing has changed then. Times are seconds with a fraction ("2.5").
 *
 *     ndots                  dots from which on a name is tried before the search list (1; 0 to 15)
 *     timeout                of a question (5; 0.001 to 3600)
 *     attempts               questions of a request, of all nameservers together (3; 1 to 255)
 *     max-timeouts           questions in a row that a nameserver may leave unanswered (3; 0 to 255)
 *     max-inflight           requests that are with nameservers, others wait (64; 1 to 32768)
 *     rotate                 ask all nameservers in turn; needs no value
 *     randomize-case         mix upper and lower case in questions (1; 0 or 1)
 *     bind-to                address to ask from
 *     initial-probe-timeout  before a dead nameserver is tried again (10; 0.001 to 3600)
 *     probe-backoff-factor   by which that grows each time (3; 1 to 100)
 *     max-probe-timeout      its limit (3600; 0.001 to 86400)
 *     getaddrinfo-allow-skew how long evdns_getaddrinfo() waits for the second family (3)
 *     so-rcvbuf, so-sndbuf   buffers of the UDP sockets, in bytes (the system's)
 *     edns-udp-size          answers over UDP that are taken (512: no EDNS; to 65535)
 *     use-vc                 ask over TCP; needs no value
 *     ignore-tc              take answers that were cut off; needs no value
 *     tcp-flags              both of these as a number: DNS_QUERY_USEVC, DNS_QUERY_IGNTC or-ed
 *     tcp-idle-timeout       after which a TCP connection is closed (10; 0.001 to 86400)
 *
 * bind-to and the buffers are for nameservers that are added afterwards.
 */
EVENT2_EXPORT_SYMBOL
int evdns_base_set_option(struct evdns_base *base, const char *option, const char *val);

/**
 * Read a file like /etc/resolv.conf: nameserver, domain, search and options (resolv.conf(5)). What
 * cannot be read is passed over. `flags`: DNS_OPTION_*. EVDNS_ERROR_*, and 127.0.0.1 is the nameserver
 * unless DNS_OPTION_NAMESERVERS_NO_DEFAULT says otherwise; EVDNS_ERROR_NO_NAMESERVERS_CONFIGURED also
 * means that all else was taken.
 */
EVENT2_EXPORT_SYMBOL
int evdns_base_resolv_conf_parse(struct evdns_base *base, int flags, const char *const filename);

/** Add a file like /etc/hosts for evdns_getaddrinfo(), 1 MiB at most. 0; -1: it cannot be read. NULL,
 *  or a file that cannot be read: "localhost" is known at least. */
EVENT2_EXPORT_SYMBOL
int evdns_base_load_hosts(struct evdns_base *base, const char *hosts_fname);

/** Forget what hosts files said. */
EVENT2_EXPORT_SYMBOL
void evdns_base_clear_host_addresses(struct evdns_base *base);

/** Empty the search list. */
EVENT2_EXPORT_SYMBOL
void evdns_base_search_clear(struct evdns_base *base);

/** Add a domain to the search list; what is no name is left out, with a line in the log. */
EVENT2_EXPORT_SYMBOL
void evdns_base_search_add(struct evdns_base *base, const char *domain);

/** The option ndots. */
EVENT2_EXPORT_SYMBOL
void evdns_base_search_ndots_set(struct evdns_base *base, const int ndots);

/** Called with each line that this layer would write into the log. */
typedef void (*evdns_debug_log_fn_type)(int is_warning, const char *msg);

/** NULL: the log, as at first. For all evdns_bases. */
EVENT2_EXPORT_SYMBOL
void evdns_set_log_fn(evdns_debug_log_fn_type fn);

/*
 * ---- getaddrinfo ----
 */

/** A request of evdns_getaddrinfo(): valid until its callback has returned. */
struct evdns_getaddrinfo_request;

/** `result` is 0 and `res` the list, for evutil_freeaddrinfo(), or an EVUTIL_EAI_* and NULL. */
typedef void (*evdns_getaddrinfo_cb)(int result, struct evutil_addrinfo *res, void *arg);

/**
 * getaddrinfo(3), as evutil_getaddrinfo() has it, without waiting: numeric addresses, hosts files, the
 * cache, then nameservers, both families at once; the addresses in the order of RFC 6724. `cb` is
 * called once. NULL: it has been called already, since no nameserver had to be asked, or something is
 * wrong. A NULL `dns_base` is that of event2/dns_compat.h.
 */
EVENT2_EXPORT_SYMBOL
struct evdns_getaddrinfo_request *evdns_getaddrinfo(struct evdns_base *dns_base,
                                                    const char *nodename, const char *servname,
                                                    const struct evutil_addrinfo *hints_in,
                                                    evdns_getaddrinfo_cb cb, void *arg);

/** Cancel it: the callback is called with EVUTIL_EAI_CANCEL, from the loop. */
EVENT2_EXPORT_SYMBOL
void evdns_getaddrinfo_cancel(struct evdns_getaddrinfo_request *req);

/** Keep the addresses of `nodename` for `ttl` seconds. 0; -1: out of memory, or there is no cache. */
EVENT2_EXPORT_SYMBOL
int evdns_cache_write(struct evdns_base *dns_base, char *nodename, struct evutil_addrinfo *res,
                      int ttl);

/** What the cache has for `nodename`, with `port`: a list for evutil_freeaddrinfo(). 0; otherwise an
 *  EVUTIL_EAI_*, -1 if nothing is known. */
EVENT2_EXPORT_SYMBOL
int evdns_cache_lookup(struct evdns_base *base, const char *nodename,
                       struct evutil_addrinfo *hints, ev_uint16_t port,
                       struct evutil_addrinfo **res);

/*
 * ---- Servers ----
 *
 *     static void on_request(struct evdns_server_request *req, void *arg) {
 *         for (int i = 0; i < req->nquestions; ++i)
 *             if (req->questions[i]->type == EVDNS_TYPE_A)
 *                 evdns_server_request_add_a_reply(req, req->questions[i]->name, 1, &address, 60);
 *         evdns_server_request_respond(req, 0);
 *     }
 *
 * Belongs to the loop's thread.
 */

#define EVDNS_ANSWER_SECTION 0
#define EVDNS_AUTHORITY_SECTION 1
#define EVDNS_ADDITIONAL_SECTION 2

#define EVDNS_TYPE_A 1
#define EVDNS_TYPE_NS 2
#define EVDNS_TYPE_CNAME 5
#define EVDNS_TYPE_SOA 6
#define EVDNS_TYPE_PTR 12
#define EVDNS_TYPE_MX 15
#define EVDNS_TYPE_TXT 16
#define EVDNS_TYPE_AAAA 28

#define EVDNS_QTYPE_AXFR 252
#define EVDNS_QTYPE_ALL 255

#define EVDNS_CLASS_INET 1

/* Flags of a reply: authoritative, and recursion desired, which is taken over from the request. */
#define EVDNS_FLAGS_AA 0x400
#define EVDNS_FLAGS_RD 0x080

/** A socket that serves. */
struct evdns_server_port;
/** A request that has not been answered yet: event2/dns_struct.h shows its questions. */
struct evdns_server_request;

/** Called with each request, which has to be answered or dropped, then or later. */
typedef void (*evdns_request_callback_fn_type)(struct evdns_server_request *, void *);

/** Serve on a nonblocking UDP socket, which stays the caller's. `flags`: 0. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
struct evdns_server_port *evdns_add_server_port_with_base(struct event_base *base,
                                                          evutil_socket_t socket, int flags,
                                                          evdns_request_callback_fn_type callback,
                                                          void *user_data);

/** Serve over TCP. The listener becomes the port's and is freed with it. */
EVENT2_EXPORT_SYMBOL
struct evdns_server_port *evdns_add_server_port_with_listener(
    struct event_base *base, struct evconnlistener *listener, int flags,
    evdns_request_callback_fn_type callback, void *user_data);

/** Stop serving. Requests that have not been answered may still be, but the answer goes nowhere. */
EVENT2_EXPORT_SYMBOL
void evdns_close_server_port(struct evdns_server_port *port);

/** Options of a TCP port. */
enum evdns_server_option {
    EVDNS_SOPT_TCP_MAX_CLIENTS, /* connections at a time, others are closed (10) */
    EVDNS_SOPT_TCP_IDLE_TIMEOUT /* seconds without a request (10) */
};

/** 0; -1: not an option of this port, or not a value for it. */
EVENT2_EXPORT_SYMBOL
int evdns_server_port_set_option(struct evdns_server_port *port, enum evdns_server_option option,
                                 size_t value);

/** Of these EVDNS_FLAGS_AA is heeded. */
EVENT2_EXPORT_SYMBOL
void evdns_server_request_set_flags(struct evdns_server_request *req, int flags);

/**
 * Add a record to a section. `data` are `datalen` bytes of its data; with `is_name` they are one name
 * as text, and `datalen` is not looked at. NULL without data: none. 0; -1: a name that is none, too
 * much data, or out of memory; nothing has been added then.
 */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_add_reply(struct evdns_server_request *req, int section, const char *name,
                                   int type, int dns_class, int ttl, int datalen, int is_name,
                                   const char *data);

/** `n` addresses of 4 bytes each. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_add_a_reply(struct evdns_server_request *req, const char *name, int n,
                                     const void *addrs, int ttl);

/** `n` addresses of 16 bytes each. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_add_aaaa_reply(struct evdns_server_request *req, const char *name, int n,
                                        const void *addrs, int ttl);

/** The name of an address: either `in`, or `inaddr_name` as it was asked for, the other NULL. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_add_ptr_reply(struct evdns_server_request *req, struct in_addr *in,
                                       const char *inaddr_name, const char *hostname, int ttl);

EVENT2_EXPORT_SYMBOL
int evdns_server_request_add_cname_reply(struct evdns_server_request *req, const char *name,
                                         const char *cname, int ttl);

/** Answer, with a code of RFC 1035 section 4.1.1 (DNS_ERR_NONE to 15). What does not fit is left out
 *  and the answer marked as cut off. The request is gone. 0; -1: it could not be sent. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_respond(struct evdns_server_request *req, int err);

/** Do not answer. The request is gone. 0. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_drop(struct evdns_server_request *req);

/** Who asks. The size of the address; -1: it is more than `addr_len`. */
EVENT2_EXPORT_SYMBOL
int evdns_server_request_get_requesting_addr(struct evdns_server_request *req, struct sockaddr *sa,
                                             int addr_len);

#ifdef __cplusplus
}
#endif

#endif
