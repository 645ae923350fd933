// SPDX-License-Identifier: BSD-3-Clause
#include "event2/event.h"
#include "net/connecting.h"
#include "stream/socket.h"

namespace evlet {

void end_output(bufferevent* bev) {
    if (is_socket_stream(as_stream(*bev)))
        end_sending(bufferevent_getfd(bev));
    else
        bufferevent_flush(bev, EV_WRITE, BEV_FINISHED);
}

}  // namespace evlet
