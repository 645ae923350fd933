#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Turns descriptions of messages (.rpc) into C that makes, reads and writes them (event2/rpc.h).

    #include "sizes.h"                     goes into the C file, as #if, #ifdef and #endif do
    #define ID_SIZE 16                     goes into the header

    struct reading {                       alone on its line; no semicolon behind the brace
        bytes id[ID_SIZE] = 1;             a fixed number of bytes
        optional bytes image = 2;          any number of bytes
        int channel = 3;                   32 bits; int64: 64 bits
        optional string note = 4;          text
        struct[place] where = 0x5;         another message, which may be described later
        array int64 values = 6;            any number of any of these but bytes
    }

Each member has a tag, unique within its message, from 0 to 4294967295. A message is complete once
all members are set that are neither optional nor an array.

What is read is nested at most EVRPC_MOST_DEPTH (64) deep, and has at most EVRPC_MOST_ELEMENTS
(65536) elements in an array; more is an error. Of messages of several files that are in each other,
each file counts its own. Both may be defined here or for the C compiler, and so may
EVRPC_THREAD_LOCAL, the word for variables that each thread has of its own.
"""

import argparse
import os
import re
import sys

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
LENGTH = r"[1-9][0-9]*|0[xX][0-9a-fA-F]+|" + NAME
ENTRY = re.compile(
    r"(?P<words>(?:(?:optional|array) )*)"
    r"(?:(?P<kind>bytes|int64|int|string)|struct ?\[ ?(?P<struct>%s) ?\]) "
    r"(?P<name>%s) ?(?:\[ ?(?P<length>%s) ?\])? ?= ?(?P<tag>0[xX][0-9a-fA-F]+|[0-9]+)"
    % (NAME, NAME, LENGTH))
COMMENT = re.compile(r'"[^"\n]*"|//[^\n]*|/\*.*?\*/|/\*', re.DOTALL)
FOR_C = re.compile(r'#include ?("[^"]+"|<[^>]+>)|#(if|ifdef) .+|#endif')
FOR_HEADER = re.compile(r"#define .+")
MOST_TAG = 2**32 - 1
# How deep messages within messages may be nested when they are read.
MOST_DEPTH = 64
MOST_ELEMENTS = 65536
# Structs that C does not allow, or whose functions event2/tag.h or event2/buffer.h has.
RESERVED = set("""
    auto break case char const continue default do double else enum extern float for goto if inline
    int long register restrict return short signed sizeof static struct switch typedef union unsigned
    void volatile while evbuffer buffer fixed header int64 string timeval""".split())


class RpcError(Exception):
    """What is wrong with the input: a line number, or 0, and a sentence."""

    def __init__(self, line, text):
        super().__init__(text)
        self.line = line


# ---- Reading ----


class Member:
    def __init__(self, match):
        self.name = match.group("name")
        self.tag = int(match.group("tag"), 0 if match.group("tag")[:2].lower() == "0x" else 10)
        words = match.group("words").split()
        self.array = "array" in words
        self.optional = bool(words)
        self.struct = match.group("struct")
        self.length = match.group("length")
        self.kind = "struct" if self.struct else match.group("kind")
        if self.kind == "bytes" and self.length:
            self.kind = "fixed"


class Message:
    def __init__(self, name, line):
        self.name = name
        self.line = line
        self.members = []


class Description:
    def __init__(self):
        self.messages = []
        self.for_c = []
        self.for_header = []


def without_comments(text):
    def blank(match):
        found = match.group(0)
        if found == "/*":
            raise RpcError(text.count("\n", 0, match.start()) + 1, "this comment has no end")
        return found if found[0] == '"' else " " + "\n" * found.count("\n")
    return COMMENT.sub(blank, text)


def claim(constants, name, line):
    """Constants are in capitals, so that names that differ in case alone clash."""
    name = name.upper()
    if name in constants:
        raise RpcError(line, "the constant %s would be there twice: of line %d already"
                       % (name, constants[name]))
    constants[name] = line


def parse_entry(text, line, message, constants):
    match = ENTRY.fullmatch(text)
    if not match:
        raise RpcError(line, "expected [optional|array] TYPE NAME = TAG; instead of '%s'" % text)
    words = match.group("words").split()
    if len(words) > 1:
        raise RpcError(line, "a member is either optional or an array; arrays may be empty anyway")
    tag = match.group("tag")
    if len(tag) > 1 and tag[0] == "0" and tag[1] not in "xX":
        raise RpcError(line, "the tag %s is neither decimal nor hexadecimal" % tag)
    # As few digits as that are converted; Python refuses some thousands.
    if tag.isdigit() and len(tag) > len(str(MOST_TAG)):
        raise RpcError(line, "the tag %.16s... does not fit 32 bits" % tag)
    member = Member(match)
    if member.array and member.kind in ("bytes", "fixed"):
        raise RpcError(line, "there are no arrays of bytes; put the bytes into a struct")
    if member.length and member.kind != "fixed":
        raise RpcError(line, "only bytes have a length in brackets")
    if member.tag > MOST_TAG:
        raise RpcError(line, "the tag %s does not fit 32 bits" % tag)
    for other in message.members:
        if other.tag == member.tag:
            raise RpcError(line, "the tag %s is that of '%s' already" % (tag, other.name))
        if other.name == member.name:
            raise RpcError(line, "there is a member '%s' already" % member.name)
    claim(constants, "%s_%s" % (message.name, member.name), line)
    message.members.append(member)


class Parser:
    def __init__(self):
        self.result = Description()
        self.message = None  # that is open
        self.entry = ""      # of which no semicolon has come yet
        self.entry_line = 0
        self.constants = {}  # and the line of each

    def outside(self, line, number):
        match = re.fullmatch(r"struct (%s) ?{" % NAME, line)
        if match:
            if any(other.name == match.group(1) for other in self.result.messages):
                raise RpcError(number, "there is a struct '%s' already" % match.group(1))
            if any(other.name.lower() == match.group(1).lower() for other in self.result.messages):
                raise RpcError(number, "'%s' differs in case alone from a struct that is there already"
                               % match.group(1))
            if match.group(1) in RESERVED:
                raise RpcError(number, "no struct can have the name '%s'" % match.group(1))
            claim(self.constants, match.group(1) + "_MAX_TAGS", number)
            self.message = Message(match.group(1), number)
        elif FOR_C.fullmatch(line):
            self.result.for_c.append(line)
        elif FOR_HEADER.fullmatch(line):
            self.result.for_header.append(line)
        elif line.startswith("#"):
            raise RpcError(number, "of directives there are #include, #define, #if, #ifdef, #endif")
        else:
            raise RpcError(
                number, "expected 'struct NAME {' on a line of its own instead of '%s'" % line)

    def inside(self, line, number):
        for part in re.split(r"([;}])", line):
            part = part.strip()
            if self.message is None:
                if part:
                    raise RpcError(number, "nothing may follow the '}' of a struct")
            elif part == ";":
                parse_entry(self.entry, self.entry_line or number, self.message,
                            self.constants)
                self.entry, self.entry_line = "", 0
            elif part == "}":
                if self.entry:
                    raise RpcError(self.entry_line, "no ';' behind '%s'" % self.entry)
                self.result.messages.append(self.message)
                self.message = None
            elif part:
                self.entry_line = self.entry_line or number
                self.entry = (self.entry + " " + part).strip()

    def parse(self, text):
        for number, line in enumerate(without_comments(text).split("\n"), 1):
            line = " ".join(line.split())
            if self.message is not None:
                self.inside(line, number)
            elif line:
                self.outside(line, number)
        if self.message is not None:
            raise RpcError(self.message.line, "the struct '%s' has no end" % self.message.name)
        return self.result
