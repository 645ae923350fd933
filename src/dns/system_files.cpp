// SPDX-License-Identifier: BSD-3-Clause
// Small files as a whole: resolv.conf and hosts.
#include "dns/system.h"
#include "evlet/port_net.h"
#include "mem/mem.h"

namespace evlet::dns {

FileOutcome read_file(const char* path, size_t most, char** ret_text, size_t* ret_size) {
    const evlet_fd fd = evlet_port_file_open(path);
    if (fd < 0)
        return FileOutcome::cannot_open;
    const int64_t size = evlet_port_file_size(fd);
    FileOutcome outcome = FileOutcome::ok;
    char* text = nullptr;
    if (size < 0)
        outcome = FileOutcome::no_size;
    else if (static_cast<uint64_t>(size) > most)
        outcome = FileOutcome::too_large;
    const auto wanted = static_cast<size_t>(size);
    if (outcome == FileOutcome::ok) {
        text = static_cast<char*>(mem::allocate(wanted + 1));
        if (!text)
            outcome = FileOutcome::no_memory;
    }
    for (size_t have = 0; outcome == FileOutcome::ok && have < wanted;) {
        const ssize_t got =
            evlet_port_file_read(fd, text + have, wanted - have, static_cast<int64_t>(have));
        if (got <= 0)
            outcome = FileOutcome::short_read;
        else
            have += static_cast<size_t>(got);
    }
    evlet_port_close(fd);
    if (outcome != FileOutcome::ok) {
        mem::release(text);
        return outcome;
    }
    text[wanted] = 0;
    *ret_text = text;
    *ret_size = wanted;
    return FileOutcome::ok;
}

}  // namespace evlet::dns
