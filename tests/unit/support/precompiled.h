// SPDX-License-Identifier: BSD-3-Clause
// What nearly all unit tests include, compiled once for each executable of many files.
#include <event2/event.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "doctest.h"
#include "support/port_calls.h"
