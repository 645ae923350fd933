// SPDX-License-Identifier: BSD-3-Clause
#include "dns/lines.h"

namespace evlet::dns {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

bool is_comment(char c) {
    return c == '#' || c == ';';
}

}  // namespace

bool take_line(Text& text, Text* ret_line) {
    if (text.empty())
        return false;
    const size_t end = text.find('\n');
    Text line = text.before(end);
    text = text.from(end < text.size ? end + 1 : end);
    if (line.find('\0') < line.size)
        line = line.before(0);
    *ret_line = line;
    return true;
}

bool take_word(Text& line, Text* ret_word) {
    size_t begin = 0;
    while (begin < line.size && is_blank(line[begin]))
        ++begin;
    size_t end = begin;
    while (end < line.size && !is_blank(line[end]) && !is_comment(line[end]))
        ++end;
    *ret_word = line.from(begin).before(end - begin);
    // Behind a comment there is nothing.
    line = line.from(end < line.size && is_comment(line[end]) ? line.size : end);
    return end > begin;
}

}  // namespace evlet::dns
