// SPDX-License-Identifier: BSD-3-Clause
// URIs, request targets and authorities from hostile text. The low bits of the first byte are the
// flags, the rest is the text. Beyond not crashing: what was parsed has to be joined to text that
// parses into the same parts, setters have to take what the parser takes in their place and nothing
// else, and no text has two readings.
#include "http/uri.h"

#include <stdlib.h>

#include <string>
#include <vector>

namespace {

using evlet::Text;

constexpr unsigned kFlags =
    EVHTTP_URI_NONCONFORMANT | EVHTTP_URI_HOST_STRIP_BRACKETS | EVHTTP_URI_UNIX_SOCKET;

void demand(bool condition) {
    if (!condition)
        abort();
}

// A part, told from an absent one.
std::string part(const char* text) {
    return text ? std::string("+") + text : "-";
}

std::vector<std::string> parts_of(const evhttp_uri* uri) {
    return {part(evhttp_uri_get_scheme(uri)),   part(evhttp_uri_get_userinfo(uri)),
            part(evhttp_uri_get_host(uri)),     part(evhttp_uri_get_unixsocket(uri)),
            part(evhttp_uri_get_path(uri)),     part(evhttp_uri_get_query(uri)),
            part(evhttp_uri_get_fragment(uri)), std::to_string(evhttp_uri_get_port(uri))};
}

// Joined, in a room that is just large enough; one byte less has to be refused.
std::string join(evhttp_uri* uri, size_t most) {
    std::string text(most + 1, '-');
    demand(evhttp_uri_join(uri, &text[0], text.size()) == text.data());
    text.resize(strlen(text.c_str()));
    std::string exact(text.size() + 1, '-');
    demand(evhttp_uri_join(uri, &exact[0], exact.size()) == exact.data());
    demand(text == exact.c_str());
    exact.assign(exact.size(), '-');
    demand(!evhttp_uri_join(uri, &exact[0], text.size()));
    demand(exact == std::string(exact.size(), '-'));
    return text;
}

void set_all(evhttp_uri* to, const evhttp_uri* from) {
    demand(evhttp_uri_set_scheme(to, evhttp_uri_get_scheme(from)) == 0);
    demand(evhttp_uri_set_userinfo(to, evhttp_uri_get_userinfo(from)) == 0);
    const char* const host = evhttp_uri_get_host(from);
    const bool stripped = host && *host != '[' && strchr(host, ':');
    demand(evhttp_uri_set_host(to, stripped ? ("[" + std::string(host) + "]").c_str() : host) == 0);
    demand(evhttp_uri_set_unixsocket(to, evhttp_uri_get_unixsocket(from)) == 0);
    demand(evhttp_uri_set_port(to, evhttp_uri_get_port(from)) == 0);
    demand(evhttp_uri_set_path(to, evhttp_uri_get_path(from)) == 0);
    demand(evhttp_uri_set_query(to, evhttp_uri_get_query(from)) == 0);
    demand(evhttp_uri_set_fragment(to, evhttp_uri_get_fragment(from)) == 0);
}

// The text parsed, joined, parsed again, and made of its parts. Whether it parsed.
bool go_round(const std::string& text, unsigned flags) {
    evhttp_uri* const uri = evhttp_uri_parse_with_flags(text.c_str(), flags);
    if (!uri)
        return false;
    demand(evhttp_uri_get_path(uri) != nullptr);
    demand(evhttp_uri_get_port(uri) >= -1 && evhttp_uri_get_port(uri) <= 65535);
    demand(!evhttp_uri_get_host(uri) || !evhttp_uri_get_unixsocket(uri));
    // Only a port may be written otherwise, and then it is shorter.
    const std::string joined = join(uri, text.size());
    demand(joined == text || evhttp_uri_get_port(uri) >= 0 || joined.size() + 1 == text.size());
    evhttp_uri* const again = evhttp_uri_parse_with_flags(joined.c_str(), flags);
    demand(again && parts_of(again) == parts_of(uri));
    evhttp_uri* const made = evhttp_uri_new();
    demand(made != nullptr);
    evhttp_uri_set_flags(made, flags);
    set_all(made, uri);
    demand(parts_of(made) == parts_of(uri) && join(made, joined.size()) == joined);
    // Over what was parsed, as well.
    set_all(again, made);
    demand(parts_of(again) == parts_of(uri));
    for (evhttp_uri* done : {uri, again, made})
        evhttp_uri_free(done);
    return true;
}

// A setter has to agree with the parser about a part that stands between `before` and `behind` and
// none of whose bytes are in `ends`.
void set_part(const std::string& text, unsigned flags, int (*set)(evhttp_uri*, const char*),
              const char* (*get)(const evhttp_uri*), const char* before, const char* behind,
              const char* ends) {
    evhttp_uri* const uri = evhttp_uri_new();
    demand(uri != nullptr);
    evhttp_uri_set_flags(uri, flags);
    const bool taken = set(uri, text.c_str()) == 0;
    evhttp_uri* const whole = evhttp_uri_parse_with_flags((before + text + behind).c_str(), flags);
    if (taken) {
        demand(text.find_first_of(ends) == std::string::npos);
        demand(whole && part(get(whole)) == part(get(uri)));
    } else if (text.find_first_of(ends) == std::string::npos && whole) {
        demand(part(get(whole)) != part(text.c_str()));
    }
    evhttp_uri_free(uri);
    if (whole)
        evhttp_uri_free(whole);
}

void set_parts(const std::string& text, unsigned flags) {
    // "unix:" would be another thing there.
    const unsigned plain = flags & ~unsigned{EVHTTP_URI_UNIX_SOCKET};
    set_part(text, flags, evhttp_uri_set_scheme, evhttp_uri_get_scheme, "", "://h/", ":/?#");
    set_part(text, plain, evhttp_uri_set_userinfo, evhttp_uri_get_userinfo, "//", "@h/", "@/?#");
    set_part(text, plain, evhttp_uri_set_host, evhttp_uri_get_host, "//", "/", "@/?#");
    set_part("/" + text, flags, evhttp_uri_set_path, evhttp_uri_get_path, "//h", "", "?#");
    set_part(text, flags, evhttp_uri_set_query, evhttp_uri_get_query, "?", "", "#");
    set_part(text, flags, evhttp_uri_set_fragment, evhttp_uri_get_fragment, "#", "", "");
    set_part(text, EVHTTP_URI_UNIX_SOCKET, evhttp_uri_set_unixsocket, evhttp_uri_get_unixsocket,
             "//unix:", ":/", ":");
}

// A structure with exactly the room behind it that parsing may use.
class Placed {
public:
    explicit Placed(size_t text_size)
        : bytes_(sizeof(evhttp_uri) + evlet::http::uri_room(text_size), '\xa5') {}
    evhttp_uri& operator*() { return *reinterpret_cast<evhttp_uri*>(bytes_.data()); }
    evhttp_uri* operator->() { return &**this; }

private:
    std::vector<char> bytes_;
};

// Text of known size, which may have NULs and has none behind it.
void parse_placed(const std::vector<char>& exact, unsigned flags) {
    const Text text(exact.empty() ? "" : exact.data(), exact.size());
    const std::string whole(text.data, text.size);
    const bool has_nul = whole.find('\0') != std::string::npos;
    Placed uri(text.size);
    if (evlet::http::parse_uri(*uri, text, flags))
        demand(!has_nul && go_round(whole, flags));
    else
        demand(has_nul || !go_round(whole, flags));
    if (evlet::http::parse_path_target(*uri, text)) {
        const std::string query = uri->query ? std::string("?") + uri->query : "";
        demand(uri->path + query == whole && whole[0] == '/' && !uri->host && !uri->fragment);
    }
    if (evlet::http::parse_absolute_target(*uri, text)) {
        evhttp_uri* const same =
            evhttp_uri_parse_with_flags(whole.c_str(), EVHTTP_URI_NONCONFORMANT);
        demand(!has_nul && same && parts_of(same) == parts_of(&*uri));
        demand(*uri->host && !uri->userinfo && !uri->fragment);
        evhttp_uri_free(same);
    }
    const bool is_authority = evlet::http::parse_authority(*uri, text);
    evhttp_uri* const reference = evhttp_uri_parse(("//" + whole).c_str());
    if (is_authority) {
        demand(!has_nul && reference && !*evhttp_uri_get_path(reference));
        demand(parts_of(&*uri) == parts_of(reference));
    } else if (!has_nul && reference && !*evhttp_uri_get_path(reference)) {
        demand(evhttp_uri_get_userinfo(reference) || evhttp_uri_get_query(reference) ||
               evhttp_uri_get_fragment(reference) || !*evhttp_uri_get_host(reference));
    }
    if (reference)
        evhttp_uri_free(reference);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const unsigned flags = size ? *data & kFlags : 0;
    const std::vector<char> exact(data + (size ? 1 : 0), data + size);
    parse_placed(exact, flags);
    const std::string text = std::string(exact.begin(), exact.end()).c_str();
    go_round(text, flags);
    set_parts(text, flags);
    return 0;
}
