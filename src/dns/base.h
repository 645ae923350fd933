// SPDX-License-Identifier: BSD-3-Clause
// struct evdns_base and struct evdns_request: the resolver. Used by the files of this room.
//
// A request waits (`waiting`), is with a nameserver (`in_flight`) or is over and to be told
// (`done`). It may ask several questions on its way: the same of other nameservers, over TCP, of
// the next name of a search list.
//
// Threads: everything that sends or receives, and every callback, runs in the loop's thread. Other
// threads put requests into `waiting`, cancel them and change settings; `mutex` keeps those apart,
// and is never held in a callback. Whoever may have ended a request holds a Work, which calls the
// callbacks at its end.
//
// Life: evdns_base_free() may be called in a callback: `gone` is set, everything is closed, and the
// last of the `guards` frees the memory. A deferred call that is on its way is one of them.
#pragma once

#include "base/queue.h"
#include "base/status.h"
#include "base/time.h"
#include "dns/wire.h"
#include "event2/dns.h"
#include "event2/event.h"
#include "event2/event_struct.h"
#include "net/sockaddr_text.h"
#include "thread/lock.h"

namespace evlet::dns {

struct Nameserver;
struct Stream;
struct Search;
struct Hosts;
struct Cache;
struct Lookup;

// Members of the same list.
template <class T>
struct Links {
    T* next;
    T** prev;
};
template <class T>
struct LinksOf {
    static T*& next(T* item) { return item->links.next; }
    static T**& prev(T* item) { return item->links.prev; }
};

using Requests = TailQueue<evdns_request, LinksOf<evdns_request>>;

// What a request came to.
struct Outcome {
    int error;     // DNS_ERR_*
    uint32_t ttl;  // seconds; of an error: how long it may be believed (RFC 2308), 0: not at all
    unsigned count;
    void* data;   // `count` addresses, or a name as text; on the heap
    char* alias;  // the name that those belong to, if it is not the one asked for; on the heap
};

using Done = void (*)(evdns_request& request, void* argument);

// Flags beside DNS_NO_SEARCH and its like.
constexpr int kStopAtNoData = 0x10000;  // the name is there: the search list is not asked further
constexpr int kWantAlias = DNS_CNAME_CALLBACK;

struct Options {
    Nanos timeout;      // of a question
    Nanos first_probe;  // of a nameserver that has failed
    Nanos last_probe;
    Nanos skew;  // how long the second family of getaddrinfo has after the first
    Nanos idle;  // of a TCP connection
    int probe_factor;
    int most_timeouts;  // in a row, before a nameserver is taken for dead
    int most_in_flight;
    int attempts;
    int receive_buffer;  // bytes; 0: the system's own
    int send_buffer;
    uint16_t udp_size;
    int query_flags;  // DNS_QUERY_USEVC, DNS_QUERY_IGNTC: for all
    bool mix_case;
    bool rotate;
    SocketAddress local;  // size 0: none
};

}  // namespace evlet::dns

struct evdns_request {
    evlet::dns::Links<evdns_request> links;
    evdns_request* same_hash;
    evdns_base* base;
    evlet::dns::Done on_done;
    void* argument;
    evdns_callback_type callback;  // the program's, if it is its request
    evlet::dns::Search* search;    // or null
    evlet::dns::Nameserver* server;
    evlet::Nanos deadline;  // of the present question
    evlet::dns::Outcome outcome;
    int flags;
    uint16_t id;
    uint16_t type;
    uint16_t step;  // of the search
    uint16_t attempts;
    uint16_t lame;  // nameservers that would not answer
    // Of the names of the search so far: the least ttl, and why one is not known, or 0.
    uint32_t least_ttl;
    int unknown;
    bool in_flight : 1;
    bool over : 1;  // in `done`, or being told
    bool tcp : 1;
    bool plain : 1;         // without EDNS
    bool probe : 1;         // whether `server` lives again
    bool stay : 1;          // `server` is to be asked once more, unless it has failed
    bool no_data : 1;       // a name of the search was there
    evlet::dns::Name name;  // as it is asked, in mixed case
    evlet::dns::Name given;
};

struct evdns_base {
    event_base* base;
    evlet::dns::Options options;
    evlet::dns::Requests waiting;
    evlet::dns::Requests in_flight;  // the first deadline first
    evlet::dns::Requests done;
    evdns_request** by_id;  // chains, (id_mask + 1) of them
    unsigned id_mask;
    unsigned in_flight_count;
    evlet::dns::Nameserver* servers;
    unsigned server_count;
    unsigned turn;  // of `rotate`
    event timer;    // not later than the first deadline
    evlet::Nanos timer_at;
    event_callback work;
    evlet::dns::Search* search;
    evlet::dns::Hosts* hosts;
    evlet::dns::Cache* cache;
    evlet::dns::Lookup* lookups;
    // What files beside this one made, and how it goes; null where they are not linked.
    void (*free_hosts)(evdns_base&);
    void (*free_cache)(evdns_base&);
    void (*end_lookups)(evdns_base&);
    void (*before_request)(evdns_base&);  // looks whether resolv.conf has changed
    void (*free_reload)(evdns_base&);
    void* reload;
    uint8_t* packet;  // what is received, of packet_size bytes
    size_t packet_size;
    unsigned guards;
    uint8_t random[128];
    uint8_t random_left;
    bool gone : 1;
    bool work_due : 1;
    bool timer_set : 1;
    bool sleepy : 1;  // nothing is watched while no request is in flight
    bool no_cache : 1;
    bool suspended : 1;  // until evdns_base_resume()
    unsigned epoch;      // counts changes after which names may lead elsewhere
    [[no_unique_address]] evlet::Mutex mutex;
};

namespace evlet::dns {

struct Nameserver {
    Nameserver* next;
    evdns_base* base;
    SocketAddress address;
    event readable;
    event writable;
    event probe_timer;
    evdns_request* probe;
    Stream* tcp;        // or null
    Nanos probe_after;  // the next time
    Nanos probe_at;
    unsigned in_flight;  // over UDP
    unsigned asked;      // since the socket was opened
    int timeouts;        // in a row
    evutil_socket_t fd;  // -1: could not be opened, or the address not be reached
    bool up : 1;
    bool blocked : 1;  // the socket takes no more
    bool watched : 1;
};

// ---- base.cpp ----

[[nodiscard]] evdns_base* make_base(event_base* base, int flags);
void free_base(evdns_base& base, bool fail_requests);
// Has the loop look at `waiting` and `done`; from any thread, with the mutex.
void call_work(evdns_base& base);
// Monotonic.
[[nodiscard]] Nanos now_of(evdns_base& base);

// The mutex, held in the loop's thread; at its end the callbacks of what is over are called.
class Work {
public:
    explicit Work(evdns_base& base);
    ~Work();
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

private:
    evdns_base& base_;
};

// ---- random.cpp ----

[[nodiscard]] uint8_t random_byte(evdns_base& base);
[[nodiscard]] uint16_t random_u16(evdns_base& base);

// ---- requests.cpp ----

// Null without memory. It is not in any list yet.
[[nodiscard]] evdns_request* make_request(evdns_base& base, uint16_t type, int flags, Done done,
                                          void* argument);
void free_request(evdns_request& request);
// Takes the name it is to ask for from `given`, and the place in the queue.
void submit(evdns_request& request);
// Sends what waits, as far as it may.
void pump(evdns_base& base);
// It is over, with `error` and no data.
void finish(evdns_request& request, int error);
void cancel(evdns_request& request);
// Another nameserver is to be asked, or the same once more; or there were attempts enough.
void ask_again(evdns_request& request, int error);
// The same nameserver is to be asked, and that is no attempt more.
void ask_same(evdns_request& request);
// Back to where it waits, without its id.
void take_back(evdns_request& request);
// There is no answer under the name asked for: the next of the search, or the end.
void no_answer(evdns_request& request, int error, uint32_t ttl);
[[nodiscard]] evdns_request* find_request(evdns_base& base, uint16_t id);
// For `count` requests in flight; false without memory.
[[nodiscard]] bool resize_ids(evdns_base& base, unsigned count);
void set_timer(evdns_base& base);

// ---- query.cpp ----

// Room for any question.
constexpr size_t kMostQuery = kHeaderSize + kMostName + 4 + 11;
[[nodiscard]] size_t write_query(const evdns_request& request, uint16_t udp_size,
                                 uint8_t (&ret_packet)[kMostQuery]);
void mix_case(evdns_base& base, Name& name);

// ---- answer.cpp ----

// A packet that came from a nameserver, whatever it is.
void take_packet(Nameserver& server, const uint8_t* packet, size_t size, bool tcp);

// ---- nameservers.cpp ----

[[nodiscard]] Status add_nameserver(evdns_base& base, const SocketAddress& address);
void remove_nameservers(evdns_base& base);
// Which to ask, `last` having been asked before, or null; null if there is none.
[[nodiscard]] Nameserver* choose_nameserver(evdns_base& base, const Nameserver* last);
void nameserver_answered(Nameserver& server);
void nameserver_timed_out(Nameserver& server);
void nameserver_failed(Nameserver& server);
// The trials of those that have failed wait for their time, or nothing keeps the loop running.
void go_on_probing(evdns_base& base);
void rest(evdns_base& base);

// ---- udp.cpp ----

enum class Sent : uint8_t { yes, later, failed };
enum class Opened : uint8_t { yes, unreachable, failed };
[[nodiscard]] Opened open_udp(Nameserver& server);
void close_udp(Nameserver& server);
// Whether its socket is to be watched now.
void watch(Nameserver& server);
[[nodiscard]] Sent send_udp(Nameserver& server, const evdns_request& request);

// ---- tcp.cpp ----

// False: there is no memory, or no connection can be had.
[[nodiscard]] bool send_tcp(Nameserver& server, const evdns_request& request);
void close_tcp(Nameserver& server);
// A question that was asked over it has not been answered in time. If nothing else came either
// since the last time, or ever, the connection is given up: it may be dead without a word.
void tcp_timed_out(Nameserver& server);

// ---- search.cpp ----

void release_search(Search* search);
// The name of the step that `request` is at; false: there are no more.
[[nodiscard]] bool take_candidate(evdns_request& request);

}  // namespace evlet::dns
