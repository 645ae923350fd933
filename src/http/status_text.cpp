// SPDX-License-Identifier: BSD-3-Clause
#include "http/status_text.h"

#include <string.h>

namespace evlet::http {
namespace {

// Three digits and the phrase, each with its NUL. The entry of a class (200, 300 ...) serves for
// those of its codes that are not listed; an empty one ends the list.
constexpr char kReasons[] = "100Continue\0"
                            "101Switching Protocols\0"
                            "200OK\0"
                            "201Created\0"
                            "202Accepted\0"
                            "204No Content\0"
                            "206Partial Content\0"
                            "301Moved Permanently\0"
                            "302Found\0"
                            "303See Other\0"
                            "304Not Modified\0"
                            "307Temporary Redirect\0"
                            "308Permanent Redirect\0"
                            "400Bad Request\0"
                            "401Unauthorized\0"
                            "403Forbidden\0"
                            "404Not Found\0"
                            "405Method Not Allowed\0"
                            "408Request Timeout\0"
                            "413Content Too Large\0"
                            "414URI Too Long\0"
                            "417Expectation Failed\0"
                            "426Upgrade Required\0"
                            "429Too Many Requests\0"
                            "431Request Header Fields Too Large\0"
                            "500Internal Server Error\0"
                            "501Not Implemented\0"
                            "502Bad Gateway\0"
                            "503Service Unavailable\0"
                            "505HTTP Version Not Supported\0";

constexpr int kDigits = 3;

}  // namespace

const char* reason_of(int code) {
    const char* of_class = "";
    for (const char* at = kReasons; *at; at += strlen(at) + 1) {
        const int entry = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
        if (entry == code)
            return at + kDigits;
        if (entry == code / 100 * 100)
            of_class = at + kDigits;
    }
    return of_class;
}

}  // namespace evlet::http
