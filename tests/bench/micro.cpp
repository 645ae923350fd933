// SPDX-License-Identifier: BSD-3-Clause
// What single calls cost, with Google Benchmark. The same source is built for Evlet and for
// libevent; `run.py --micro` runs both and compares. Only what both have is called.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/util.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

namespace {

void on_event(evutil_socket_t, short, void *argument) {
    ++*static_cast<int64_t *>(argument);
}

// A base and a counter of callbacks.
struct Loop {
    Loop() : base(event_base_new()) {
        if (!base)
            abort();
    }
    ~Loop() { event_base_free(base); }
    Loop(const Loop &) = delete;
    Loop &operator=(const Loop &) = delete;

    event_base *base;
    int64_t called = 0;
};

// `state.range(0)` timers are pending while one more comes and goes.
void timer_add_del(benchmark::State &state) {
    Loop loop;
    std::vector<event> pending(static_cast<size_t>(state.range(0)) + 1);
    for (size_t i = 0; i < pending.size(); ++i) {
        event_assign(&pending[i], loop.base, -1, 0, on_event, &loop.called);
        const timeval delay = {1000 + static_cast<time_t>(i * 7919 % 1000), 0};
        if (i > 0)
            event_add(&pending[i], &delay);
    }
    const timeval delay = {1500, 0};
    for (auto _ : state) {
        event_add(&pending[0], &delay);
        event_del(&pending[0]);
    }
    for (event &ev : pending)
        event_del(&ev);
}
BENCHMARK(timer_add_del)->Arg(10)->Arg(1000)->Arg(100000);

// The re-armed idle timeout: always later than before.
void timer_postpone(benchmark::State &state) {
    Loop loop;
    std::vector<event> pending(static_cast<size_t>(state.range(0)));
    const timeval delay = {1000, 0};
    for (event &ev : pending) {
        event_assign(&ev, loop.base, -1, 0, on_event, &loop.called);
        event_add(&ev, &delay);
    }
    size_t next = 0;
    for (auto _ : state) {
        event_add(&pending[next], &delay);
        next = next + 1 == pending.size() ? 0 : next + 1;
    }
    for (event &ev : pending)
        event_del(&ev);
}
BENCHMARK(timer_postpone)->Arg(10)->Arg(1000)->Arg(100000);

void fd_add_del(benchmark::State &state) {
    Loop loop;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        abort();
    event ev;
    event_assign(&ev, loop.base, ends[0], EV_READ | EV_PERSIST, on_event, &loop.called);
    for (auto _ : state) {
        event_add(&ev, nullptr);
        event_del(&ev);
    }
    close(ends[0]);
    close(ends[1]);
}
BENCHMARK(fd_add_del);

// A second event on a watched descriptor: no system call is needed.
void fd_add_del_second(benchmark::State &state) {
    Loop loop;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        abort();
    event first, second;
    event_assign(&first, loop.base, ends[0], EV_READ | EV_PERSIST, on_event, &loop.called);
    event_assign(&second, loop.base, ends[0], EV_READ | EV_PERSIST, on_event, &loop.called);
    event_add(&first, nullptr);
    for (auto _ : state) {
        event_add(&second, nullptr);
        event_del(&second);
    }
    event_del(&first);
    close(ends[0]);
    close(ends[1]);
}
BENCHMARK(fd_add_del_second);

// `state.range(0)` events are made active and called back in one pass of the loop.
void active_dispatch(benchmark::State &state) {
    Loop loop;
    std::vector<event> events(static_cast<size_t>(state.range(0)));
    for (event &ev : events)
        event_assign(&ev, loop.base, -1, 0, on_event, &loop.called);
    for (auto _ : state) {
        for (event &ev : events)
            event_active(&ev, EV_READ, 1);
        event_base_loop(loop.base, EVLOOP_NONBLOCK);
    }
    if (loop.called != state.iterations() * state.range(0))
        state.SkipWithError("callbacks were lost");
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(active_dispatch)->Arg(1)->Arg(1000);

void event_new_free(benchmark::State &state) {
    Loop loop;
    for (auto _ : state)
        event_free(event_new(loop.base, -1, EV_PERSIST, on_event, &loop.called));
}
BENCHMARK(event_new_free);

void base_new_free(benchmark::State &state) {
    for (auto _ : state)
        event_base_free(event_base_new());
}
BENCHMARK(base_new_free);

void parse_address(benchmark::State &state) {
    sockaddr_storage address;
    for (auto _ : state) {
        int length = sizeof address;
        const int result = evutil_parse_sockaddr_port(
            "[2001:db8::8a2e:370:7334]:8080", reinterpret_cast<sockaddr *>(&address), &length);
        if (result != 0)
            state.SkipWithError("not parsed");
        benchmark::DoNotOptimize(address);
    }
}
BENCHMARK(parse_address);

void write_address(benchmark::State &state) {
    in6_addr address;
    if (evutil_inet_pton(AF_INET6, "2001:db8::8a2e:370:7334", &address) != 1)
        state.SkipWithError("not parsed");
    char text[64];
    for (auto _ : state)
        benchmark::DoNotOptimize(evutil_inet_ntop(AF_INET6, &address, text, sizeof text));
}
BENCHMARK(write_address);

void compare_without_case(benchmark::State &state) {
    const char *one = "Transfer-Encoding";
    const char *other = "transfer-encoding";
    for (auto _ : state) {
        benchmark::DoNotOptimize(one);
        benchmark::DoNotOptimize(evutil_ascii_strcasecmp(one, other));
    }
}
BENCHMARK(compare_without_case);

void format_number(benchmark::State &state) {
    char text[32];
    for (auto _ : state)
        benchmark::DoNotOptimize(evutil_snprintf(text, sizeof text, "%d:%s", 8080, "name"));
}
BENCHMARK(format_number);

void random_bytes(benchmark::State &state) {
    char bytes[16];
    for (auto _ : state) {
        evutil_secure_rng_get_bytes(bytes, sizeof bytes);
        benchmark::DoNotOptimize(bytes);
    }
}
BENCHMARK(random_bytes);

}  // namespace

BENCHMARK_MAIN();
