# SPDX-License-Identifier: BSD-3-Clause
# ---- What a member is in C ----


def element_type(member):
    """Of a value that is kept: an array has many of these."""
    return {"int": "ev_uint32_t ", "int64": "ev_uint64_t ", "string": "char *",
            "struct": "struct %s *" % member.struct}[member.kind]


def given_type(member):
    return {"int": "const ev_uint32_t ", "int64": "const ev_uint64_t ", "string": "const char *",
            "struct": "const struct %s *" % member.struct}[member.kind]


def fields(member):
    name = member.name
    if member.kind == "fixed":
        return ["ev_uint8_t %s_data[%s];" % (name, member.length)]
    if member.kind == "bytes":
        return ["ev_uint8_t *%s_data;" % name, "ev_uint32_t %s_length;" % name]
    if member.array:
        return ["%s*%s_data;" % (element_type(member), name), "int %s_length;" % name,
                "int %s_num_allocated;" % name]
    return ["%s%s_data;" % (element_type(member), name)]


def accessors(message, member):
    """(what the function is called behind the member's name, its type, its arguments)."""
    this = "struct %s *msg" % message.name
    if member.kind == "fixed":
        return [("assign", "int ", [this, "const ev_uint8_t *value"]),
                ("get", "int ", [this, "ev_uint8_t **value"])]
    if member.kind == "bytes":
        return [("assign", "int ", [this, "const ev_uint8_t *value", "ev_uint32_t length"]),
                ("get", "int ", [this, "ev_uint8_t **value", "ev_uint32_t *length"])]
    at = ["int at"] if member.array else []
    result = [("assign", "int ", [this] + at + [given_type(member) + "value"]),
              ("get", "int ", [this] + at + [element_type(member) + "*value"])]
    if member.array:
        value = [] if member.kind == "struct" else [given_type(member) + "value"]
        kept = element_type(member) if member.kind == "struct" else element_type(member) + "*"
        result.append(("add", kept, [this] + value))
    return result


def constant(message, member):
    return "%s_%s" % (message.name.upper(), member.name.upper())


# ---- The header ----

MADE = "/* Made by event_rpcgen.py of %s: changes belong there. */"


def header(description, source, path):
    guard = "EVENT_RPCOUT_%s_" % re.sub(r"\W", "_", os.path.basename(path)).upper()
    lines = [MADE % os.path.basename(source),
             "#ifndef " + guard, "#define " + guard, "",
             "#include <event2/util.h>", "#include <event2/rpc.h>", ""]
    lines += description.for_header
    names = [message.name for message in description.messages]
    for message in description.messages:
        names += [member.struct for member in message.members
                  if member.struct and member.struct not in names]
    lines += ["struct evbuffer;"] + ["struct %s;" % name for name in names]
    lines += ["", "#ifdef __cplusplus", 'extern "C" {', "#endif"]
    for message in description.messages:
        lines += declare(message)
    return lines + ["", "#ifdef __cplusplus", "}", "#endif", "", "#endif"]


def declare(message):
    name, low = message.name, message.name.lower()
    lines = ["", "/* ---- %s ---- */" % name, "", "enum %s_ {" % low]
    lines += ["    %s = %d," % (constant(message, member), member.tag)
              for member in message.members]
    lines += ["    %s_MAX_TAGS" % name.upper(), "};", "", "struct %s_access_ {" % name]
    for member in message.members:
        lines += ["    %s(*%s_%s)(%s);" % (kind, member.name, verb, ", ".join(arguments))
                  for verb, kind, arguments in accessors(message, member)]
    if not message.members:
        lines.append("    void *none_;")
    lines += ["};", "", "struct %s {" % name, "    struct %s_access_ *base;" % name, ""]
    for member in message.members:
        lines += ["    " + field for field in fields(member)]
    lines += [""] + ["    ev_uint8_t %s_set;" % member.name for member in message.members]
    lines += ["};", ""]
    lines += [line + ";" for line in (
        "struct {0} *{0}_new(void)", "struct {0} *{0}_new_with_arg(void *unused)",
        "void {0}_free(struct {0} *msg)", "void {0}_clear(struct {0} *msg)",
        "void {0}_marshal(struct evbuffer *evbuf, const struct {0} *msg)",
        "int {0}_unmarshal(struct {0} *msg, struct evbuffer *evbuf)",
        "int {0}_complete(struct {0} *msg)",
        "void evtag_marshal_{0}(struct evbuffer *evbuf, ev_uint32_t tag, const struct {0} *msg)",
        "int evtag_unmarshal_{0}(struct evbuffer *evbuf, ev_uint32_t tag, struct {0} *msg)")]
    lines = [line.replace("{0}", name) for line in lines]
    for member in message.members:
        lines += ["%s%s_%s_%s(%s);" % (kind, name, member.name, verb, ", ".join(arguments))
                  for verb, kind, arguments in accessors(message, member)]
    return lines
