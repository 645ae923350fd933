// SPDX-License-Identifier: BSD-3-Clause
// Queries, percent-encoding, HTML entities and header fields from hostile text. The low bits of the
// first byte are the flags, the rest is the text. Beyond not crashing: pairs have to be those of a
// simple model, what was encoded has to be decoded to the same bytes, and fields that are taken may
// not have bytes that end a line.
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using Pair = std::pair<std::string, std::string>;

constexpr unsigned kFlags = EVHTTP_URI_QUERY_NONCONFORMANT | EVHTTP_URI_QUERY_LAST_VAL;

void demand(bool condition) {
    if (!condition)
        abort();
}

// A block of the library's, freed, as a string of this size or up to its NUL.
std::string take(char* block, size_t size = SIZE_MAX) {
    demand(block != nullptr);
    const std::string text = size == SIZE_MAX ? block : std::string(block, size);
    free(block);
    return text;
}

std::string decode(const std::string& text, int plus) {
    size_t size = SIZE_MAX;
    char* const block = evhttp_uridecode(text.c_str(), plus, &size);
    demand(block && size <= text.size() && block[size] == 0);
    return take(block, size);
}

// The list as pairs, with its links checked; it is emptied.
std::vector<Pair> take(evkeyvalq& list) {
    std::vector<Pair> pairs;
    evkeyval* const* link = &list.tqh_first;
    for (const evkeyval* pair = list.tqh_first; pair; pair = pair->next.tqe_next) {
        demand(pair->next.tqe_prev == link);
        link = &pair->next.tqe_next;
        pairs.push_back({pair->key, pair->value});
    }
    demand(list.tqh_last == link);
    evhttp_clear_headers(&list);
    demand(!list.tqh_first && list.tqh_last == &list.tqh_first);
    return pairs;
}

bool is_same_name(const Pair& a, const Pair& b) {
    return strcasecmp(a.first.c_str(), b.first.c_str()) == 0;
}

// What the pairs of a query are. False: it has none that may be.
bool model(const std::string& query, unsigned flags, std::vector<Pair>& pairs) {
    for (size_t at = 0; at < query.size();) {
        size_t end = query.find('&', at);
        end = end == std::string::npos ? query.size() : end;
        const std::string text = query.substr(at, end - at);
        at = end + 1;
        const size_t equals = text.find('=');
        const std::string name = text.substr(0, equals);
        const bool good = equals != std::string::npos && !name.empty();
        if (!good && !(flags & EVHTTP_URI_QUERY_NONCONFORMANT))
            return false;
        if (name.empty())
            continue;
        const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
        pairs.push_back({name, decode(value, 1).c_str()});
    }
    for (size_t i = 0; flags & EVHTTP_URI_QUERY_LAST_VAL && i < pairs.size();) {
        size_t later = i + 1;
        while (later < pairs.size() && !is_same_name(pairs[i], pairs[later]))
            ++later;
        if (later < pairs.size())
            pairs.erase(pairs.begin() + static_cast<long>(i));
        else
            ++i;
    }
    return true;
}

void parse_query(const std::string& text, unsigned flags) {
    evkeyvalq list = {nullptr, nullptr};
    std::vector<Pair> expected;
    const bool good = model(text, flags, expected);
    demand(evhttp_parse_query_str_flags(text.c_str(), &list, flags) == (good ? 0 : -1));
    const std::vector<Pair> pairs = take(list);
    demand(good ? pairs == expected : pairs.empty());

    std::vector<Pair> plain;
    const bool plain_good = model(text, 0, plain);
    demand(evhttp_parse_query_str(text.c_str(), &list) == (plain_good ? 0 : -1));
    demand(take(list) == (plain_good ? plain : std::vector<Pair>()));

    // As the query of a URI, which has to be one.
    evhttp_uri* const uri = evhttp_uri_parse(("/?" + text).c_str());
    const int result = evhttp_parse_query(("/?" + text).c_str(), &list);
    demand(uri || result == -1);
    std::vector<Pair> of_uri;
    if (uri)
        demand(model(evhttp_uri_get_query(uri), 0, of_uri) == (result == 0));
    demand(take(list) == (result == 0 ? of_uri : std::vector<Pair>()));
    if (uri)
        evhttp_uri_free(uri);
}

void encode_and_decode(const std::string& bytes, const std::string& text) {
    for (const int plus : {0, 1}) {
        const auto size = static_cast<ev_ssize_t>(bytes.size());
        const std::string encoded = take(evhttp_uriencode(bytes.data(), size, plus));
        demand(encoded.size() >= bytes.size() && encoded.size() <= 3 * bytes.size());
        demand(decode(encoded, plus) == bytes);
        for (const char c : encoded)
            demand((c > ' ' && c < 0x7f && !strchr("&=#?/:;@\"<>'", c)) || (plus && c == '+'));
    }
    demand(take(evhttp_encode_uri(text.c_str())) == take(evhttp_uriencode(text.c_str(), -1, 0)));
    const size_t mark = text.find('?');
    const std::string path = text.substr(0, mark);
    const std::string query = mark == std::string::npos ? "" : text.substr(mark);
    demand(take(evhttp_decode_uri(text.c_str())) == (decode(path, 0) + decode(query, 1)).c_str());
}

void escape_html(const std::string& text) {
    std::string escaped = take(evhttp_htmlescape(text.c_str()));
    demand(escaped.find_first_of("<>\"'") == std::string::npos);
    const Pair entities[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#039;", "'"}, {"&amp;", "&"}};
    std::string back;
    for (size_t at = 0; at < escaped.size();) {
        const Pair* found = nullptr;
        for (const Pair& entity : entities)
            if (escaped.compare(at, entity.first.size(), entity.first) == 0)
                found = &entity;
        demand(found || escaped[at] != '&');
        back += found ? found->second : std::string(1, escaped[at]);
        at += found ? found->first.size() : 1;
    }
    demand(back == text);
}

// The text up to a colon as a name, the rest as a value.
void add_field(const std::string& text) {
    const size_t colon = text.find(':');
    const std::string name = text.substr(0, colon);
    const std::string value = colon == std::string::npos ? "" : text.substr(colon + 1);
    evkeyvalq list = {nullptr, &list.tqh_first};
    demand(evhttp_add_header(&list, "First", "1") == 0);
    const bool added = evhttp_add_header(&list, name.c_str(), value.c_str()) == 0;
    if (added) {
        demand(!name.empty() && name.find_first_of(" \t\r\n:") == std::string::npos);
        demand(value.find_first_of("\r\n") == std::string::npos);
        demand(evhttp_find_header(&list, name.c_str()) != nullptr);
    }
    std::vector<Pair> expected = {{"First", "1"}};
    if (added)
        expected.push_back({name, value});
    demand(take(list) == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const unsigned flags = size ? *data & kFlags : 0;
    const std::string bytes(data + (size ? 1 : 0), data + size);
    const std::string text = bytes.c_str();
    parse_query(text, flags);
    encode_and_decode(bytes, text);
    escape_html(text);
    add_field(text);
    return 0;
}
