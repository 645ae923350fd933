// SPDX-License-Identifier: BSD-3-Clause
// Configuration files: lines of words, with comments behind # and ;. Used for resolv.conf and
// hosts.
#pragma once

#include "base/text.h"

namespace evlet::dns {

// Takes the next line out of `text`, without its end. False: there are no more. A line with a NUL
// in it is empty: whoever reads it as text would see another line than we.
[[nodiscard]] bool take_line(Text& text, Text* ret_line);
// Takes the next word out of a line. False: there are no more.
[[nodiscard]] bool take_word(Text& line, Text* ret_word);

}  // namespace evlet::dns
