/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Portable pieces that an event-driven program needs beside the loop: integer
 * types of a known width, socket options, time arithmetic, text and address
 * conversion, name resolution and random bytes.
 *
 * Long file: the API keeps these groups in one header.
 *
 * Rules that hold for the whole file unless a function says otherwise:
 *  - An int result is 0 for success and -1 for failure. After a failed socket
 *    call EVUTIL_SOCKET_ERROR() tells why.
 *  - On failure the outputs are left as they were.
 *  - Functions keep no state of their own and may be called from any thread.
 *  - Nothing here needs an event_base.
 *
 * Included by every other public header. Programs include it on their own when
 * they use evutil_* without events.
 */
#ifndef EVENT2_UTIL_H_INCLUDED_
#define EVENT2_UTIL_H_INCLUDED_

#include <event2/visibility.h>

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#ifdef EVENT__HAVE_SYS_TIME_H
#include <sys/time.h>
#endif
#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#endif
#ifdef EVENT__HAVE_SYS_SOCKET_H
#include <sys/socket.h>
#endif
#ifdef EVENT__HAVE_NETDB_H
#include <netdb.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * ---- Integer types and their ranges ----
 *
 * ev_uintN_t and ev_intN_t have exactly N bits. They are macros and stand for
 * the types of <stdint.h>.
 */
#define ev_uint64_t uint64_t
#define ev_int64_t int64_t
#define ev_uint32_t uint32_t
#define ev_int32_t int32_t
#define ev_uint16_t uint16_t
#define ev_int16_t int16_t
#define ev_uint8_t uint8_t
#define ev_int8_t int8_t
#define ev_uintptr_t uintptr_t
#define ev_intptr_t intptr_t

/** A byte count, or a negative number for an error. As wide as size_t. */
#ifdef EVENT__ssize_t
#define ev_ssize_t EVENT__ssize_t
#else
#define ev_ssize_t ssize_t
#endif

/** The length of a socket address, as the sockets API of the platform wants it. */
#ifdef EVENT__socklen_t
#define ev_socklen_t EVENT__socklen_t
#else
#define ev_socklen_t socklen_t
#endif

/** A position in a file. As wide as the off_t the library was built with, whatever
 *  _FILE_OFFSET_BITS the program sets. */
#if defined(EVENT__SIZEOF_OFF_T) && EVENT__SIZEOF_OFF_T == 4
#define ev_off_t ev_int32_t
#else
#define ev_off_t ev_int64_t
#endif

/** A socket, or on POSIX any other descriptor: int there, intptr_t on Windows. */
#ifdef _WIN32
#define evutil_socket_t intptr_t
#else
#define evutil_socket_t int
#endif

#ifdef EVENT__SIZEOF_TIME_T
/* A program whose struct timeval differs from the library's (_TIME_BITS) stops
 * here, at compile time, and not in corrupt memory. */
typedef char evutil_time_t_is_as_wide_as_in_the_library_
    [sizeof(((struct timeval *)0)->tv_sec) == EVENT__SIZEOF_TIME_T ? 1 : -1];
#endif

#define EV_UINT64_MAX UINT64_MAX
#define EV_INT64_MAX INT64_MAX
#define EV_INT64_MIN INT64_MIN
#define EV_UINT32_MAX UINT32_MAX
#define EV_INT32_MAX INT32_MAX
#define EV_INT32_MIN INT32_MIN
#define EV_UINT16_MAX UINT16_MAX
#define EV_INT16_MAX INT16_MAX
#define EV_INT16_MIN INT16_MIN
#define EV_UINT8_MAX UINT8_MAX
#define EV_INT8_MAX INT8_MAX
#define EV_INT8_MIN INT8_MIN
/* Limits of size_t and ev_ssize_t. Usable in #if. */
#if SIZE_MAX > UINT32_MAX
#define EV_SIZE_MAX EV_UINT64_MAX
#define EV_SSIZE_MAX EV_INT64_MAX
#else
#define EV_SIZE_MAX EV_UINT32_MAX
#define EV_SSIZE_MAX EV_INT32_MAX
#endif
#define EV_SSIZE_MIN ((-EV_SSIZE_MAX) - 1)

/** Distance in bytes from the start of `type` to its member `field`. */
#define evutil_offsetof(type, field) offsetof(type, field)

/*
 * ---- Monotonic clock ----
 *
 * A clock that never goes back and that nobody can set; its zero is arbitrary.
 * For measuring spans. A timer may be read by one thread at a time.
 *
 *     struct evutil_monotonic_timer *clock = evutil_monotonic_timer_new();
 *     if (clock && evutil_configure_monotonic_time(clock, 0) == 0) {
 *         struct timeval start, end, span;
 *         evutil_gettime_monotonic(clock, &start);
 *         work();
 *         evutil_gettime_monotonic(clock, &end);
 *         evutil_timersub(&end, &start, &span);
 *     }
 *     evutil_monotonic_timer_free(clock);
 */
struct evutil_monotonic_timer;

/** Ask for the finest clock, even where a coarser one is cheaper to read. */
#define EV_MONOT_PRECISE 1
/** Read the wall clock and hold it back whenever it steps backwards. For testing
 *  the path that platforms without a monotonic clock take. */
#define EV_MONOT_FALLBACK 2

/** A new timer, to be configured before its first reading. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
struct evutil_monotonic_timer *evutil_monotonic_timer_new(void);

/** Free a timer. NULL is allowed. */
EVENT2_EXPORT_SYMBOL
void evutil_monotonic_timer_free(struct evutil_monotonic_timer *timer);

/** Choose the clock: `flags` is 0 or EV_MONOT_* values or-ed together. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evutil_configure_monotonic_time(struct evutil_monotonic_timer *timer, int flags);

/** Store the current reading in `*tp`. Returns 0, or -1 when the clock cannot be read. */
EVENT2_EXPORT_SYMBOL
int evutil_gettime_monotonic(struct evutil_monotonic_timer *timer, struct timeval *tp);

/*
 * ---- struct timeval ----
 *
 * Operands are normalized: 0 <= tv_usec < 1000000, and so are results. The
 * result may be one of the operands. Arguments may be evaluated several times.
 */

/** *vvp = *tvp + *uvp */
#define evutil_timeradd(tvp, uvp, vvp)                                          \
    do {                                                                        \
        (vvp)->tv_sec = (tvp)->tv_sec + (uvp)->tv_sec +                         \
                        ((tvp)->tv_usec + (uvp)->tv_usec >= 1000000 ? 1 : 0);   \
        (vvp)->tv_usec = ((tvp)->tv_usec + (uvp)->tv_usec) % 1000000;           \
    } while (0)
/** *vvp = *tvp - *uvp. A negative result has a negative tv_sec and a tv_usec of 0 or more. */
#define evutil_timersub(tvp, uvp, vvp)                                          \
    do {                                                                        \
        const int evutil_borrow_ = (tvp)->tv_usec < (uvp)->tv_usec ? 1 : 0;     \
        (vvp)->tv_sec = (tvp)->tv_sec - (uvp)->tv_sec - evutil_borrow_;         \
        (vvp)->tv_usec =                                                        \
            (tvp)->tv_usec - (uvp)->tv_usec + (evutil_borrow_ ? 1000000 : 0);   \
    } while (0)
/** *tvp = 0 */
#define evutil_timerclear(tvp) ((void)((tvp)->tv_sec = 0, (tvp)->tv_usec = 0))
/** Non-zero when *tvp is not 0. */
#define evutil_timerisset(tvp) ((tvp)->tv_sec != 0 || (tvp)->tv_usec != 0)
/** Compare with an operator: evutil_timercmp(&a, &b, <). Any of < <= == != >= >. */
#define evutil_timercmp(tvp, uvp, cmp)                                          \
    ((tvp)->tv_sec != (uvp)->tv_sec ? ((tvp)->tv_sec cmp (uvp)->tv_sec)         \
                                    : ((tvp)->tv_usec cmp (uvp)->tv_usec))

/** Wall-clock time since 1970 UTC in `*tv`, as gettimeofday(2). Pass NULL for `tz`. */
#ifdef EVENT__HAVE_GETTIMEOFDAY
#define evutil_gettimeofday(tv, tz) gettimeofday((tv), (tz))
#else
struct timezone;
EVENT2_EXPORT_SYMBOL
int evutil_gettimeofday(struct timeval *tv, struct timezone *tz);
#endif

/**
 * Write a date as HTTP and mail write it (RFC 1123, RFC 9110 section 5.6.7), for
 * example "Sun, 06 Nov 1994 08:49:37 GMT". English in every locale.
 *
 * `date` receives at most `datelen` bytes including the final NUL; 30 are enough.
 * `tm` is broken-down UTC time; NULL means now. Returns the length of the whole
 * date without the NUL, as snprintf does: a result >= datelen was cut. A negative
 * result is an error.
 */
EVENT2_EXPORT_SYMBOL
int evutil_date_rfc1123(char *date, const size_t datelen, const struct tm *tm);

/*
 * ---- Sockets ----
 */

/** What a call that makes a socket returns when it fails. */
#ifdef _WIN32
#define EVUTIL_INVALID_SOCKET INVALID_SOCKET
#else
#define EVUTIL_INVALID_SOCKET -1
#endif

/**
 * Two sockets connected to each other, in sv[0] and sv[1]. The arguments are those
 * of socketpair(2). Where the platform has no socketpair, a pair is connected over
 * loopback TCP, and only AF_UNIX or AF_INET with SOCK_STREAM and protocol 0 work.
 * The caller closes both with evutil_closesocket().
 */
EVENT2_EXPORT_SYMBOL
int evutil_socketpair(int d, int type, int protocol, evutil_socket_t sv[2]);

/** Let calls on `sock` answer "would block" where they would wait (O_NONBLOCK). Every
 *  descriptor given to an event should be so. */
EVENT2_EXPORT_SYMBOL
int evutil_make_socket_nonblocking(evutil_socket_t sock);

/** Let a listener bind although connections of its predecessor still linger in
 *  TIME_WAIT (SO_REUSEADDR; nothing on Windows, where that option means more). Call
 *  before bind(). */
EVENT2_EXPORT_SYMBOL
int evutil_make_listen_socket_reuseable(evutil_socket_t sock);

/** Let several sockets of this user listen on the same address and port, the kernel
 *  spreading connections over them (SO_REUSEPORT, socket(7)). All of them have to ask,
 *  before bind(). Returns -1 where the platform knows the option and refuses it, and 0
 *  where it does not have it. */
EVENT2_EXPORT_SYMBOL
int evutil_make_listen_socket_reuseable_port(evutil_socket_t sock);

/** Let an AF_INET6 listener take IPv6 alone (IPV6_V6ONLY, RFC 3493 section 5.3), so that
 *  another socket may have the same port under IPv4. Call before bind(). */
EVENT2_EXPORT_SYMBOL
int evutil_make_listen_socket_ipv6only(evutil_socket_t sock);

/** The opposite: one AF_INET6 listener takes both, IPv4 peers appearing as
 *  ::ffff:a.b.c.d. Call before bind(). */
EVENT2_EXPORT_SYMBOL
int evutil_make_listen_socket_not_ipv6only(evutil_socket_t sock);

/** Close `sock` in programs started by exec (FD_CLOEXEC). */
EVENT2_EXPORT_SYMBOL
int evutil_make_socket_closeonexec(evutil_socket_t sock);

/** Close a socket. */
EVENT2_EXPORT_SYMBOL
int evutil_closesocket(evutil_socket_t sock);
/** Older spelling of evutil_closesocket(). */
#define EVUTIL_CLOSESOCKET(s) evutil_closesocket(s)

/** Report a TCP connection to the listener only when its first data has come
 *  (TCP_DEFER_ACCEPT, tcp(7)). For protocols in which the client speaks first. Returns
 *  0 where the platform has no such option. Call after listen(). */
EVENT2_EXPORT_SYMBOL
int evutil_make_tcp_listen_socket_deferred(evutil_socket_t sock);

/**
 * Turn TCP keep-alive on (`on` not 0) or off (SO_KEEPALIVE, RFC 9293 section 3.8.4).
 * With `timeout` > 0 a dead peer is noticed after about so many seconds of silence;
 * with 0 or less the platform's defaults, often two hours, stay. `timeout` has no
 * meaning when `on` is 0.
 */
EVENT2_EXPORT_SYMBOL
int evutil_set_tcp_keepalive(evutil_socket_t sock, int on, int timeout);

/*
 * The error of the last socket call of this thread: errno on POSIX, a separate
 * value on Windows.
 *   EVUTIL_SOCKET_ERROR()             read it
 *   EVUTIL_SET_SOCKET_ERROR(e)        set it
 *   evutil_socket_geterror(sock)      read it, where the platform keeps it per socket
 *   evutil_socket_error_to_string(e)  words for it; the text is not the caller's
 */
#ifdef _WIN32
#define EVUTIL_SOCKET_ERROR() WSAGetLastError()
#define EVUTIL_SET_SOCKET_ERROR(errcode) WSASetLastError(errcode)
EVENT2_EXPORT_SYMBOL
int evutil_socket_geterror(evutil_socket_t sock);
EVENT2_EXPORT_SYMBOL
const char *evutil_socket_error_to_string(int errcode);
#else
#define EVUTIL_SOCKET_ERROR() (errno)
#define EVUTIL_SET_SOCKET_ERROR(errcode) ((void)(errno = (errcode)))
#define evutil_socket_geterror(sock) (errno)
#define evutil_socket_error_to_string(errcode) (strerror(errcode))
#endif

/*
 * ---- Text ----
 */

/** strtoll(3) with a 64-bit result on every platform: `base` is 0 or 2 to 36, `endptr`
 *  (may be NULL) receives the first character not taken, and a number out of range
 *  gives EV_INT64_MAX or EV_INT64_MIN. */
EVENT2_EXPORT_SYMBOL
ev_int64_t evutil_strtoll(const char *s, char **endptr, int base);

/** snprintf(3) as C99 has it. `buf` is terminated whenever `buflen` is not 0. Returns the
 *  length that was wanted, without the NUL, or a negative number. */
EVENT2_EXPORT_SYMBOL
int evutil_snprintf(char *buf, size_t buflen, const char *format, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/** evutil_snprintf() with the arguments in a va_list. */
EVENT2_EXPORT_SYMBOL
int evutil_vsnprintf(char *buf, size_t buflen, const char *format, va_list ap)
#ifdef __GNUC__
    __attribute__((format(printf, 3, 0)))
#endif
    ;

/** Compare without regard to the case of A to Z, whatever the locale: for protocol
 *  words. Less than 0, 0 or more than 0, as strcmp(3). */
EVENT2_EXPORT_SYMBOL
int evutil_ascii_strcasecmp(const char *str1, const char *str2);

/** The same for the first `n` characters at most. */
EVENT2_EXPORT_SYMBOL
int evutil_ascii_strncasecmp(const char *str1, const char *str2, size_t n);

/*
 * ---- Addresses ----
 */
struct sockaddr;

/**
 * Write an address as text, as inet_ntop(3). `af` is AF_INET (`src` is a struct
 * in_addr) or AF_INET6 (struct in6_addr, written as RFC 5952 wants it). `dst` has room
 * for `len` bytes; 46 suffice for any. Returns `dst`, or NULL when the family is
 * unknown or `len` too small.
 */
EVENT2_EXPORT_SYMBOL
const char *evutil_inet_ntop(int af, const void *src, char *dst, size_t len);

/** Read an address from text, as inet_pton(3): 1 when `*dst` was set, 0 when `src` is no
 *  address of family `af`, -1 when the family is unknown. */
EVENT2_EXPORT_SYMBOL
int evutil_inet_pton(int af, const char *src, void *dst);

/**
 * evutil_inet_pton() that also takes an IPv6 scope (RFC 4007 section 11): "fe80::1%eth0"
 * or "fe80::1%2". `*indexp` receives the interface's number, 0 without a scope.
 * A scope that names no interface is no address: 0 is returned.
 */
EVENT2_EXPORT_SYMBOL
int evutil_inet_pton_scope(int af, const char *src, void *dst, unsigned *indexp);

/**
 * Read an address with an optional port:
 *     "1.2.3.4"  "1.2.3.4:80"  "::1"  "[::1]"  "[::1]:80"  "[fe80::1%eth0]:80"
 * Names are not resolved. `*outlen` holds the room at `out` in bytes and receives
 * what was used; a struct sockaddr_storage always suffices. Without a port sin_port is
 * 0; with one it is 1 to 65535, in network byte order like all of a sockaddr. Returns 0, or -1
 * for anything else or too little room; then `out` and `*outlen` are as they were.
 */
EVENT2_EXPORT_SYMBOL
int evutil_parse_sockaddr_port(const char *str, struct sockaddr *out, int *outlen);

/** Order two addresses: less than 0, 0 (same family and address) or more than 0. The
 *  port counts only when `include_port` is not 0. AF_INET and AF_INET6 are compared by
 *  content; two addresses of another family never are equal. */
EVENT2_EXPORT_SYMBOL
int evutil_sockaddr_cmp(const struct sockaddr *sa1, const struct sockaddr *sa2, int include_port);

/*
 * ---- Name resolution ----
 *
 * evutil_getaddrinfo() is getaddrinfo(3) (RFC 3493 section 6.1) on every platform.
 * It BLOCKS while it asks a nameserver: not for a callback of a busy loop.
 *
 * The EVUTIL_AI_* flags and EVUTIL_EAI_* results are those of the platform where
 * <netdb.h> shows them to the program, which takes POSIX.1-2001 or newer (not plain
 * -std=c99), and for EAI_ADDRFAMILY and EAI_NODATA on glibc _GNU_SOURCE.
 */
#ifdef EVENT__HAVE_STRUCT_ADDRINFO
#define evutil_addrinfo addrinfo
#else
struct evutil_addrinfo {
    int ai_flags;                     /* EVUTIL_AI_* */
    int ai_family;                    /* AF_INET, AF_INET6; in hints AF_UNSPEC for any */
    int ai_socktype;                  /* SOCK_STREAM, SOCK_DGRAM; in hints 0 for any */
    int ai_protocol;                  /* IPPROTO_*; in hints 0 for any */
    size_t ai_addrlen;                /* bytes at ai_addr */
    char *ai_canonname;               /* the first result's only, with EVUTIL_AI_CANONNAME */
    struct sockaddr *ai_addr;
    struct evutil_addrinfo *ai_next;  /* NULL ends the list */
};
#endif

/* Results of evutil_getaddrinfo(): 0, or one of these. */
#ifdef EAI_ADDRFAMILY
#define EVUTIL_EAI_ADDRFAMILY EAI_ADDRFAMILY  /* the host has no address of this family */
#else
#define EVUTIL_EAI_ADDRFAMILY -901
#endif
#ifdef EAI_AGAIN
#define EVUTIL_EAI_AGAIN EAI_AGAIN            /* the nameserver failed for now */
#else
#define EVUTIL_EAI_AGAIN -902
#endif
#ifdef EAI_BADFLAGS
#define EVUTIL_EAI_BADFLAGS EAI_BADFLAGS      /* ai_flags makes no sense */
#else
#define EVUTIL_EAI_BADFLAGS -903
#endif
#ifdef EAI_FAIL
#define EVUTIL_EAI_FAIL EAI_FAIL              /* the nameserver failed for good */
#else
#define EVUTIL_EAI_FAIL -904
#endif
#ifdef EAI_FAMILY
#define EVUTIL_EAI_FAMILY EAI_FAMILY          /* ai_family is not supported */
#else
#define EVUTIL_EAI_FAMILY -905
#endif
#ifdef EAI_MEMORY
#define EVUTIL_EAI_MEMORY EAI_MEMORY          /* out of memory */
#else
#define EVUTIL_EAI_MEMORY -906
#endif
#if defined(EAI_NODATA) && !(defined(EAI_NONAME) && EAI_NODATA == EAI_NONAME)
#define EVUTIL_EAI_NODATA EAI_NODATA          /* the host exists and has no address */
#else
#define EVUTIL_EAI_NODATA -907
#endif
#ifdef EAI_NONAME
#define EVUTIL_EAI_NONAME EAI_NONAME          /* no such host or service */
#else
#define EVUTIL_EAI_NONAME -908
#endif
#ifdef EAI_SERVICE
#define EVUTIL_EAI_SERVICE EAI_SERVICE        /* no such service for this socket type */
#else
#define EVUTIL_EAI_SERVICE -909
#endif
#ifdef EAI_SOCKTYPE
#define EVUTIL_EAI_SOCKTYPE EAI_SOCKTYPE      /* ai_socktype is not supported */
#else
#define EVUTIL_EAI_SOCKTYPE -910
#endif
#ifdef EAI_SYSTEM
#define EVUTIL_EAI_SYSTEM EAI_SYSTEM          /* errno tells more */
#else
#define EVUTIL_EAI_SYSTEM -911
#endif
/** An asynchronous request was cancelled; never from evutil_getaddrinfo(). */
#define EVUTIL_EAI_CANCEL -90001

/* ai_flags of the hints, or-ed together. */
#ifdef AI_PASSIVE
#define EVUTIL_AI_PASSIVE AI_PASSIVE          /* without a node: an address to bind to */
#else
#define EVUTIL_AI_PASSIVE 0x1000
#endif
#ifdef AI_CANONNAME
#define EVUTIL_AI_CANONNAME AI_CANONNAME      /* fill ai_canonname */
#else
#define EVUTIL_AI_CANONNAME 0x2000
#endif
#ifdef AI_NUMERICHOST
#define EVUTIL_AI_NUMERICHOST AI_NUMERICHOST  /* node is an address: never ask a nameserver */
#else
#define EVUTIL_AI_NUMERICHOST 0x4000
#endif
#ifdef AI_NUMERICSERV
#define EVUTIL_AI_NUMERICSERV AI_NUMERICSERV  /* service is a number */
#else
#define EVUTIL_AI_NUMERICSERV 0x8000
#endif
#ifdef AI_V4MAPPED
#define EVUTIL_AI_V4MAPPED AI_V4MAPPED        /* no IPv6 address: IPv4 ones as ::ffff:a.b.c.d */
#else
#define EVUTIL_AI_V4MAPPED 0x10000
#endif
#ifdef AI_ALL
#define EVUTIL_AI_ALL AI_ALL                  /* with V4MAPPED: both kinds */
#else
#define EVUTIL_AI_ALL 0x20000
#endif
#ifdef AI_ADDRCONFIG
#define EVUTIL_AI_ADDRCONFIG AI_ADDRCONFIG    /* only families this machine has an address of */
#else
#define EVUTIL_AI_ADDRCONFIG 0x40000
#endif

struct evutil_addrinfo;

/**
 * Resolve a host and a service. One of `nodename` and `servname` may be NULL, and so
 * may `hints_in`. Returns 0 and a list in `*res`, which the caller gives to
 * evutil_freeaddrinfo(), or an EVUTIL_EAI_* code.
 */
EVENT2_EXPORT_SYMBOL
int evutil_getaddrinfo(const char *nodename, const char *servname,
                       const struct evutil_addrinfo *hints_in, struct evutil_addrinfo **res);

/** Free a list that evutil_getaddrinfo() or evdns_getaddrinfo() made. NULL is allowed. */
EVENT2_EXPORT_SYMBOL
void evutil_freeaddrinfo(struct evutil_addrinfo *ai);

/** Words for an EVUTIL_EAI_* code. Never NULL; not the caller's to free. */
EVENT2_EXPORT_SYMBOL
const char *evutil_gai_strerror(int err);

/*
 * ---- Random bytes ----
 *
 * For keys, query ids and whatever an attacker must not guess. The bytes come from
 * the operating system (getrandom(2), /dev/urandom, or the port of a device).
 */

/** Fill `buf` with `n` random bytes. Without a source of entropy the program ends through
 *  the fatal callback (event_set_fatal_callback): predictable bytes are never handed out.
 *  Call evutil_secure_rng_init() at the start to meet that case with an error instead. */
EVENT2_EXPORT_SYMBOL
void evutil_secure_rng_get_bytes(void *buf, size_t n);

/** Check that random bytes can be had. Returns 0, or -1 without a source of entropy.
 *  Worth calling before chroot(2). */
EVENT2_EXPORT_SYMBOL
int evutil_secure_rng_init(void);

/** Use the device file `fname` as source where the operating system offers no call for
 *  random bytes. To be set before the first use; the string has to stay. Returns 0, or -1
 *  where no such file is ever read. */
EVENT2_EXPORT_SYMBOL
int evutil_secure_rng_set_urandom_device_file(char *fname);

/** Stir `datlen` bytes into the generator. Never needed, and never makes it worse; a no-op
 *  where the operating system does the generating. */
EVENT2_EXPORT_SYMBOL
void evutil_secure_rng_add_bytes(const char *dat, size_t datlen);

#ifdef __cplusplus
}
#endif

#endif
