// SPDX-License-Identifier: BSD-3-Clause
// Datagrams from senders of any kind.
#include "dns/system.h"

#include <doctest.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>

#include "support/needs.h"

using namespace evlet;
using namespace evlet::dns;

namespace {

// A socket with a name of its own that belongs to no file, as long as it may be.
struct Named {
    explicit Named(char last) {
        const std::string text = "evlet-dns-" + std::to_string(getpid());
        address.sun_family = AF_UNIX;
        memset(address.sun_path + 1, 'x', sizeof address.sun_path - 1);
        memcpy(address.sun_path + 1, text.data(), text.size());
        address.sun_path[sizeof address.sun_path - 1] = last;
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        REQUIRE(fd >= 0);
        REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~Named() { close(fd); }
    Named(const Named&) = delete;
    Named& operator=(const Named&) = delete;

    sockaddr_un address = {};
    int fd;
};

}  // namespace

TEST_CASE("the_address_of_a_sender_that_does_not_fit_is_cut_off") {
    NEEDS(unix_sockets);
    const Named sender('s');
    const Named receiver('r');
    REQUIRE(sendto(sender.fd, "abc", 3, 0, reinterpret_cast<const sockaddr*>(&receiver.address),
                   sizeof receiver.address) == 3);
    struct {
        SocketAddress from;
        uint8_t behind[128];
    } place;
    memset(&place, 0xa5, sizeof place);
    char bytes[8];
    CHECK(receive_from(receiver.fd, bytes, sizeof bytes, &place.from) == 3);
    CHECK(place.from.generic.sa_family == AF_UNIX);
    CHECK(place.from.size == sizeof place.from.ipv6);
    for (const uint8_t byte : place.behind)
        CHECK(byte == 0xa5);
}

TEST_CASE("an_empty_datagram_is_one_of_no_bytes_and_none_is_an_error_to_try_again") {
    NEEDS(unix_sockets);
    const Named sender('s');
    const Named receiver('r');
    SocketAddress from;
    char bytes[8];
    CHECK(receive_from(receiver.fd, bytes, sizeof bytes, &from) == -1);
    CHECK(last_error_is_again());
    REQUIRE(sendto(sender.fd, "", 0, 0, reinterpret_cast<const sockaddr*>(&receiver.address),
                   sizeof receiver.address) == 0);
    CHECK(receive_from(receiver.fd, bytes, sizeof bytes, &from) == 0);
}
