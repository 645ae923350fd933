/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Older forms of the macros of event2/rpc.h, with as many arguments as the member takes. They need
 * a compiler with GNU's variadic macros, in a mode that has extensions; new programs do without.
 */
#ifndef EVENT2_RPC_COMPAT_H_INCLUDED_
#define EVENT2_RPC_COMPAT_H_INCLUDED_

#if defined(__GNUC__) && !defined(__STRICT_ANSI__)
/* Not ISO C, which a program that asks for pedantry need not hear. */
#pragma GCC system_header

#undef EVTAG_ASSIGN
#undef EVTAG_GET
#undef EVTAG_ADD

/** The value, or the bytes and their number, or the index and the value. */
#define EVTAG_ASSIGN(msg, member, args...) (*(msg)->base->member##_assign)(msg, ##args)
/** Where the value goes, or bytes and their number, or the index and where the element goes. */
#define EVTAG_GET(msg, member, args...) (*(msg)->base->member##_get)(msg, ##args)
/** The element, or nothing for an array of messages. */
#define EVTAG_ADD(msg, member, args...) (*(msg)->base->member##_add)(msg, ##args)
#endif

/** How many elements an array has, or how many bytes a member of bytes. */
#define EVTAG_LEN(msg, member) ((msg)->member##_length)

#endif
