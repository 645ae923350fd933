// SPDX-License-Identifier: BSD-3-Clause
// What no library of Evlet may look like: no_runtime.py has to find fault with this file.

struct Counter {
    int value;
};

Counter *make_counter();

Counter *make_counter() {
    return new Counter{0};
}
