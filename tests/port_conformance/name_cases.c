/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of hosts, services and interfaces. */
#include "conformance.h"

#if EVLET_PORT_HAS_GETADDRINFO
#include <string.h>

#include "conformance_platform.h"

static void numeric_host_needs_no_network(void) {
    struct addrinfo hints, *list = NULL;
    struct sockaddr_in address;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST;
    NEED(evlet_port_getaddrinfo("127.0.0.1", "8080", &hints, &list) == 0);
    NEED(list != NULL);
    memcpy(&address, list->ai_addr, sizeof address);
    CHECK(list->ai_family == AF_INET);
    CHECK(address.sin_addr.s_addr == htonl(0x7f000001));
    CHECK(address.sin_port == htons(8080));
    evlet_port_freeaddrinfo(list);
}

static void failure_leaves_the_list_alone(void) {
    struct addrinfo hints, marker, *list = &marker;
    memset(&hints, 0, sizeof hints);
    hints.ai_flags = AI_NUMERICHOST;
    CHECK(evlet_port_getaddrinfo("not a number", NULL, &hints, &list) != 0);
    CHECK(list == &marker);
    CHECK(evlet_port_getaddrinfo(NULL, NULL, &hints, &list) != 0);
    CHECK(list == &marker);
}

static void services_have_their_numbers(void) {
    if (evlet_port_service_port("http", "tcp") == -1) {
        conformance_absent("service names", "the system knows none");
    } else {
        CHECK(evlet_port_service_port("http", "tcp") == 80);
        CHECK(evlet_port_service_port("http", NULL) == 80);
        CHECK(evlet_port_service_port("domain", "udp") == 53);
    }
    CHECK(evlet_port_service_port("evlet-no-such-service", "tcp") == -1);
    CHECK(evlet_port_service_port("evlet-no-such-service", NULL) == -1);
    CHECK(evlet_port_service_port("http", "no-such-protocol") == -1);
    CHECK(evlet_port_service_port("70000", "tcp") == -1);
    CHECK(evlet_port_service_port("", "tcp") == -1);
}

static void families_are_two_bits_or_unknown(void) {
    int families = evlet_port_configured_families();
    CHECK(families >= -1 && families <= 3);
}

static void interface_names_and_indexes_agree(void) {
    char name[64], small[1] = {'x'};
    unsigned index;
    CHECK(evlet_port_interface_index("evlet-none") == 0);
    CHECK(evlet_port_interface_name(0, name, sizeof name) == NULL);
    for (index = 1; index < 100; index++) {
        const char *found = evlet_port_interface_name(index, name, sizeof name);
        if (found != NULL) {
            CHECK(found == name);
            CHECK(evlet_port_interface_index(name) == index);
            CHECK(evlet_port_interface_name(index, small, sizeof small) == NULL);
            CHECK(small[0] == 'x');
            return;
        }
    }
    conformance_absent("interfaces", "the machine has none below index 100");
}

void name_cases(void) {
    CASE(numeric_host_needs_no_network);
    CASE(failure_leaves_the_list_alone);
    CASE(services_have_their_numbers);
    CASE(families_are_two_bits_or_unknown);
    CASE(interface_names_and_indexes_agree);
}
#endif
