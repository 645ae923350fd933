// SPDX-License-Identifier: BSD-3-Clause
// Formatted text at the end of a buffer. Called by api_format.cpp with the buffer's lock held.
#pragma once

#include <stdarg.h>

#include "buffer/buffer.h"

namespace evlet {

// As vprintf(), without the NUL. The arguments may lie in the buffer itself. No callbacks; failure
// leaves the buffer as it was, with the C library's errno if that refused.
Status add_formatted(evbuffer& buffer, const char* format, va_list args, size_t* ret_added);

}  // namespace evlet
