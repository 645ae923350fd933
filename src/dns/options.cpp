// SPDX-License-Identifier: BSD-3-Clause
#include "dns/options.h"

#include <string.h>

#include "dns/search.h"

namespace evlet::dns {
namespace {

// Seconds with a fraction of up to nine digits.
bool parse_seconds(Text text, Nanos least, Nanos most, Nanos* ret_time) {
    const size_t point = text.find('.');
    uint32_t whole;
    if (!parse_decimal(text.before(point), 86400, &whole))
        return false;
    Nanos time = whole * kNanosPerSecond;
    if (point < text.size) {
        const Text fraction = text.from(point + 1);
        uint32_t value;
        if (fraction.size > 9 || !parse_decimal(fraction, 999999999, &value))
            return false;
        Nanos unit = value;
        for (size_t i = fraction.size; i < 9; ++i)
            unit *= 10;
        time += unit;
    }
    if (time < least || time > most)
        return false;
    *ret_time = time;
    return true;
}

enum class Kind : uint8_t { seconds, number, size16, mix_case, rotate, flag, flags, ndots, local };

struct Option {
    const char* name;
    uint16_t offset;  // in Options
    Kind kind;
    uint8_t which;   // DNS_OPTION_*
    uint32_t least;  // of seconds: milliseconds; of a flag: its bit
    uint32_t most;
};

constexpr uint32_t kHour = 3600 * 1000;
constexpr uint32_t kDay = 24 * kHour;
constexpr uint32_t kMostBuffer = 0x7fffffff;

#define AT(member) static_cast<uint16_t>(offsetof(Options, member))
constexpr Option kOptions[] = {
    {"ndots", 0, Kind::ndots, DNS_OPTION_SEARCH, 0, 15},
    {"timeout", AT(timeout), Kind::seconds, DNS_OPTION_MISC, 1, kHour},
    {"attempts", AT(attempts), Kind::number, DNS_OPTION_MISC, 1, 255},
    {"max-timeouts", AT(most_timeouts), Kind::number, DNS_OPTION_MISC, 0, 255},
    {"max-inflight", AT(most_in_flight), Kind::number, DNS_OPTION_MISC, 1, 32768},
    {"rotate", 0, Kind::rotate, DNS_OPTION_MISC, 0, 0},
    {"randomize-case", 0, Kind::mix_case, DNS_OPTION_MISC, 0, 1},
    {"bind-to", 0, Kind::local, DNS_OPTION_NAMESERVERS, 0, 0},
    {"initial-probe-timeout", AT(first_probe), Kind::seconds, DNS_OPTION_MISC, 1, kHour},
    {"max-probe-timeout", AT(last_probe), Kind::seconds, DNS_OPTION_MISC, 1, kDay},
    {"probe-backoff-factor", AT(probe_factor), Kind::number, DNS_OPTION_MISC, 1, 100},
    {"getaddrinfo-allow-skew", AT(skew), Kind::seconds, DNS_OPTION_MISC, 0, kHour},
    {"so-rcvbuf", AT(receive_buffer), Kind::number, DNS_OPTION_MISC, 0, kMostBuffer},
    {"so-sndbuf", AT(send_buffer), Kind::number, DNS_OPTION_MISC, 0, kMostBuffer},
    {"edns-udp-size", AT(udp_size), Kind::size16, DNS_OPTION_MISC, kClassicSize, 65535},
    {"use-vc", 0, Kind::flag, DNS_OPTION_MISC, DNS_QUERY_USEVC, 0},
    {"ignore-tc", 0, Kind::flag, DNS_OPTION_MISC, DNS_QUERY_IGNTC, 0},
    {"tcp-flags", 0, Kind::flags, DNS_OPTION_MISC, 0, DNS_QUERY_USEVC | DNS_QUERY_IGNTC},
    {"tcp-idle-timeout", AT(idle), Kind::seconds, DNS_OPTION_MISC, 1, kDay},
};
#undef AT

const Option* find_option(Text name) {
    if (!name.empty() && name[name.size - 1] == ':')
        name = name.before(name.size - 1);
    for (const Option& option : kOptions) {
        if (strlen(option.name) == name.size &&
            compare_ignoring_case(option.name, name.data, name.size) == 0)
            return &option;
    }
    return nullptr;
}

template <class T>
void store(Options& options, const Option& option, T value) {
    memcpy(reinterpret_cast<char*>(&options) + option.offset, &value, sizeof value);
}

Status set_number(evdns_base& base, const Option& option, uint32_t number) {
    Options& options = base.options;
    switch (option.kind) {
    case Kind::ndots:
        return set_ndots(base, static_cast<int>(number));
    case Kind::mix_case:
        options.mix_case = number != 0;
        return Status::ok;
    case Kind::flags:
        if (number & ~option.most)
            return Status::invalid;
        options.query_flags = static_cast<int>(number);
        return Status::ok;
    case Kind::size16:
        store(options, option, static_cast<uint16_t>(number));
        return Status::ok;
    default:
        break;
    }
    const auto value = static_cast<int>(number);
    if (option.offset == offsetof(Options, most_in_flight) && !resize_ids(base, number))
        return Status::no_memory;
    store(options, option, value);
    return Status::ok;
}

}  // namespace

Status set_option(evdns_base& base, Text name, Text value, int which) {
    const Option* const option = find_option(name);
    if (!option)
        return Status::invalid;
    if (!(option->which & which))
        return Status::ok;
    Options& options = base.options;
    switch (option->kind) {
    case Kind::rotate:
        options.rotate = true;
        return Status::ok;
    case Kind::flag:
        options.query_flags |= static_cast<int>(option->least);
        return Status::ok;
    case Kind::local:
        return parse_socket_address(value, &options.local);
    case Kind::seconds: {
        Nanos time;
        if (!parse_seconds(value, option->least * kNanosPerMilli, option->most * kNanosPerMilli,
                           &time))
            return Status::invalid;
        store(options, *option, time);
        return Status::ok;
    }
    default:
        break;
    }
    uint32_t number;
    if (!parse_decimal(value, option->most, &number) || number < option->least)
        return Status::invalid;
    return set_number(base, *option, number);
}

}  // namespace evlet::dns
