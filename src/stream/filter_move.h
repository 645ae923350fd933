// SPDX-License-Identifier: BSD-3-Clause
// A filter's state, and moving bytes through its two functions. Used by filter.cpp.
#pragma once

#include "stream/stream.h"

namespace evlet {

struct Side {
    bufferevent_filter_cb call;
    bool running;   // it is being called
    bool has_more;  // it may give more without being given any
    bool off;       // the program disabled the direction
    bool asked;     // to look at what is left, in the next transfer
};

struct Filter {
    Stream* underlying;  // null while it is being made
    Side in;
    Side out;
    void (*free_context)(void*);
    void* context;
    int ending_error;   // errno of `ending`
    short ending;       // BEV_EVENT_* to be told when all data are through
    bool tell_written;  // the program has not heard that output has left
};

[[nodiscard]] inline Filter& filter_of(Stream& stream) {
    return kind_part<Filter>(stream);
}

// How far to go.
struct Urgency {
    bufferevent_flush_mode mode;
    bool forced;    // whatever the watermarks say
    bool deferred;  // the loop calls the program
};
constexpr Urgency kAtEase = {BEV_NORMAL, false, false};

// Call the functions as long as they get on, tell the program of what moved, and of the end. True
// if bytes have moved. The caller holds a StreamGuard: look at `freed` afterwards.
bool move_in(Stream& stream, Urgency urgency);
bool move_out(Stream& stream, Urgency urgency);
// Something ended: the directions named are disabled before the program hears of it.
void report_filter_end(Stream& stream, short what, int error, bool deferred);

}  // namespace evlet
