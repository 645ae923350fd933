// SPDX-License-Identifier: BSD-3-Clause
// Keeps an object alive through a callback of the program that may dispose of it. Used around every
// such callback in this room, for servers, connections and requests.
//
// An object has a Life; destroy() frees it, and is for nobody but this file. dispose() is what
// everybody calls instead: the object goes at once, or, while guards are on it, with the last of
// them. Who comes back from a callback asks `life.gone`.
#pragma once

struct evhttp;
struct evhttp_connection;

namespace evlet::http {

struct Request;
void destroy(evhttp& server);
void destroy(evhttp_connection& connection);
void destroy(Request& request);

struct Life {
    unsigned guards;
    bool gone;
};

template <class T>
void dispose(T& object) {
    object.life.gone = true;
    if (object.life.guards == 0)
        destroy(object);
}

// What a CallGuard does at its ends, for who cannot be in a block: release() may destroy the
// object.
template <class T>
void retain(T& object) {
    ++object.life.guards;
}
template <class T>
void release(T& object) {
    if (--object.life.guards == 0 && object.life.gone)
        destroy(object);
}

template <class T>
class CallGuard {
public:
    explicit CallGuard(T& object) : object_(object) { retain(object); }
    ~CallGuard() { release(object_); }
    CallGuard(const CallGuard&) = delete;
    CallGuard& operator=(const CallGuard&) = delete;

private:
    T& object_;
};

}  // namespace evlet::http
