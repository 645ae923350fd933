# SPDX-License-Identifier: BSD-3-Clause
def indented(text, spaces):
    return "".join(" " * spaces + line + "\n" for line in text.splitlines())


def filled(text, message, member=None):
    if member:
        text = text.replace("@C", constant(message, member)).replace("@M", member.name)
        text = text.replace("@X", member.struct or "")
        if member.kind not in ("bytes", "fixed"):
            text = text.replace("@T*", element_type(member) + "*")
            text = text.replace("@T ", element_type(member))
    return text.replace("@S", message.name)


def bodies_of_bytes(member):
    if member.kind == "fixed":
        return {"assign": "    memcpy(msg->@M_data, value, sizeof(msg->@M_data));\n"
                          "    msg->@M_set = 1;\n    return 0;\n",
                "get": "    if (!msg->@M_set)\n        return -1;\n"
                       "    *value = msg->@M_data;\n    return 0;\n"}
    return {"assign": "    ev_uint8_t *copy = (ev_uint8_t *)malloc((size_t)length + 1);\n"
                      "    if (copy == NULL)\n        return -1;\n"
                      "    if (length > 0)\n        memcpy(copy, value, length);\n"
                      "    free(msg->@M_data);\n    msg->@M_data = copy;\n"
                      "    msg->@M_length = length;\n    msg->@M_set = 1;\n    return 0;\n",
            "get": "    if (!msg->@M_set)\n        return -1;\n    *value = msg->@M_data;\n"
                   "    *length = msg->@M_length;\n    return 0;\n"}


def bodies(member):
    """What accessors do, by name."""
    if member.kind in ("bytes", "fixed"):
        return bodies_of_bytes(member)
    copy, lets_go = COPIES[member.kind], LETS_GO[member.kind]
    if not member.array:
        made = ""
        if member.kind == "struct":
            made = ("    if (!msg->@M_set) {\n        if ((msg->@M_data = @X_new()) == NULL)\n"
                    "            return -1;\n        msg->@M_set = 1;\n    }\n")
        return {"assign": copy.replace("@NONE", "-1") + (lets_go % "msg->@M_data" if lets_go else "")
                          + "    msg->@M_data = copy;\n    msg->@M_set = 1;\n    return 0;\n",
                "get": (made or "    if (!msg->@M_set)\n        return -1;\n")
                       + "    *value = msg->@M_data;\n    return 0;\n"}
    check = "    if (at < 0 || at >= msg->@M_length)\n        return -1;\n"
    grow = GROWS + "    if (data == NULL)%s\n    msg->@M_data = (@T*)data;\n"
    result = {
        # The copy is declared first, as C of 1989 wants it.
        "assign": "    @T copy;\n" + check + copy.replace("@T copy", "copy").replace("@NONE", "-1")
                  + (lets_go % "msg->@M_data[at]" if lets_go else "")
                  + "    msg->@M_data[at] = copy;\n    return 0;\n",
        "get": check + "    *value = msg->@M_data[at];\n    return 0;\n"}
    copy = "    void *data;\n" + copy
    if member.kind == "struct":
        copy = "    void *data;\n    @T copy = @X_new();\n    if (copy == NULL)\n        return NULL;\n"
    failed = " {\n    " + lets_go % "copy" + "        return NULL;\n    }" if lets_go \
        else "\n        return NULL;"
    address = "" if member.kind == "struct" else "&"
    result["add"] = (copy.replace("@NONE", "NULL") + grow % failed
                     + "    msg->@M_data[msg->@M_length] = copy;\n    msg->@M_set = 1;\n"
                     + "    return %smsg->@M_data[msg->@M_length++];\n" % address)
    return result


def case(member):
    if member.array:
        text = ("if (msg->@M_length >= EVRPC_MOST_ELEMENTS)\n    return -1;\n"
                + GROWS.replace("    ", "", 1) + "if (data == NULL)\n    return -1;\n"
                "msg->@M_data = (@T*)data;\n"
                + TAKES[member.kind].replace("%s", ELEMENT) + "msg->@M_length++;\n")
    else:
        text = "if (msg->@M_set)\n    return -1;\n" + TAKES[member.kind].replace("%s", "msg->@M_data")
    return "        case @C:\n" + indented(text + "msg->@M_set = 1;\nbreak;\n", 12)


def put(member):
    text = PUTS[member.kind]
    if member.array:
        text = text.replace("%s", "msg->@M_data[i]")
        return "    for (i = 0; i < msg->@M_length; i++) {\n" + indented(text, 8) + "    }\n"
    text = text.replace("%s", "msg->@M_data")
    return "    if (msg->@M_set) {\n" + indented(text, 8) + "    }\n"


def clear(member):
    text = ""
    if member.array:
        if LETS_GO[member.kind]:
            text += ("    for (i = 0; i < msg->@M_length; i++)\n    "
                     + LETS_GO[member.kind] % "msg->@M_data[i]")
        text += ("    free(msg->@M_data);\n    msg->@M_data = NULL;\n    msg->@M_length = 0;\n"
                 "    msg->@M_num_allocated = 0;\n")
    elif member.kind == "fixed":
        text += "    memset(msg->@M_data, 0, sizeof(msg->@M_data));\n"
    elif member.kind in ("int", "int64"):
        text += "    msg->@M_data = 0;\n"
    else:
        text += ("    free(msg->@M_data);\n" if member.kind == "bytes"
                 else LETS_GO[member.kind] % "msg->@M_data") + "    msg->@M_data = NULL;\n"
        text += "    msg->@M_length = 0;\n" if member.kind == "bytes" else ""
    return text + "    msg->@M_set = 0;\n"


def complete(member):
    text = "" if member.optional else "    if (!msg->@M_set)\n        return -1;\n"
    if member.kind == "struct" and member.array:
        text += ("    for (i = 0; i < msg->@M_length; i++) {\n"
                 "        if (@X_complete(msg->@M_data[i]) == -1)\n            return -1;\n    }\n")
    elif member.kind == "struct":
        text += "    if (msg->@M_set && @X_complete(msg->@M_data) == -1)\n        return -1;\n"
    return text


def define(message, has_foreign):
    members = message.members
    entries = ["%s_%s_%s" % (message.name, member.name, verb)
               for member in members for verb, _, _ in accessors(message, member)]
    text = "\nstatic struct @S_access_ @S_base_ = {\n    %s\n};\n" % (",\n    ".join(entries) or "NULL")
    text = filled(text + PUBLIC + "\n", message).replace("@OUTER", "outer_" if has_foreign else "0")

    def function(kind, name, arguments, piece, wanted, end):
        body = "".join(filled(piece(member), message, member) for member in members)
        local = "    int i;\n" if "(i = 0" in body else ""
        local += "    size_t before;\n" if "before =" in body else ""
        if wanted and "msg->" not in body:
            local += "    (void)msg;\n"
        if wanted == 2 and not body:
            local += "    (void)evbuf;\n"
        return "\n%s%s(%s) {\n%s%s%s}\n" % (kind, name, arguments, local, body, end)

    this = "struct %s *msg" % message.name
    text += function("void ", message.name + "_clear", this, clear, 1, "")
    text += function("int ", message.name + "_complete", this, complete, 1, "    return 0;\n")
    text += function("static int ", message.name + "_write_", "struct evbuffer *evbuf, const " + this,
                     put, 2, "    return 0;\n")
    cases = "".join(filled(case(member), message, member) for member in members)
    text += filled(READ, message).replace("@CASES", cases).replace(
        "@DATA", "    void *data;\n" if "data = grow_" in cases else "") + "\n"
    for member in members:
        texts = bodies(member)
        for verb, kind, arguments in accessors(message, member):
            text += "\n%s%s_%s_%s(%s) {\n%s}\n" % (
                kind, message.name, member.name, verb, ", ".join(arguments),
                filled(texts[verb], message, member))
    return text


def source_file(description, source, path):
    messages = description.messages
    members = [member for message in messages for member in message.members]
    kinds = {member.kind for member in members}
    known = {message.name for message in messages}
    nested = list(dict.fromkeys(member.struct for member in members if member.struct))
    foreign = [name for name in nested if name not in known]
    text = MADE % os.path.basename(source) + "\n"
    text += "".join("#include <%s>\n" % name for name in (
        "errno.h", "limits.h", "stdlib.h", "string.h", "event2/event-config.h", "event2/event.h",
        "event2/buffer.h", "event2/tag.h"))
    text += "".join(line + "\n" for line in description.for_c)
    text += '#include "%s"\n' % os.path.basename(path)
    text += LIMITS.replace("@DEPTH", str(MOST_DEPTH)).replace("@ELEMENTS", str(MOST_ELEMENTS)) + "\n"
    text += OUTER + "\n" if foreign else ""
    text += TAKE + "\n" if kinds & {"string", "bytes"} else ""
    text += COPY_TEXT + "\n" if "string" in kinds else ""
    text += GROW + "\n" if any(member.array for member in members) else ""
    text += "".join(FOREIGN.replace("@S", name) + "\n" for name in foreign)
    text += "".join(filled(PRIVATE, message) + "\n" for message in messages)
    text += "".join(COPY_STRUCT.replace("@S", name) + "\n" for name in nested)
    return text + "".join(define(message, bool(foreign)) for message in messages)
