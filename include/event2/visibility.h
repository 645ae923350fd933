/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The mark that every public function of Evlet carries. Included by all other
 * public headers; a program never needs to include or set anything here.
 *
 * Evlet's own build compiles with hidden visibility and -DEVLET_BUILD=1, so
 * that a shared library exports exactly what is declared with this mark. In a
 * program EVLET_BUILD is not set and both macros are empty.
 */
#ifndef EVENT2_VISIBILITY_H_INCLUDED_
#define EVENT2_VISIBILITY_H_INCLUDED_

#include <event2/event-config.h>

#if defined(EVLET_BUILD) && defined(_WIN32)
#define EVENT2_EXPORT_SYMBOL __declspec(dllexport)
#elif defined(EVLET_BUILD) && defined(__GNUC__)
#define EVENT2_EXPORT_SYMBOL __attribute__((visibility("default")))
#else
#define EVENT2_EXPORT_SYMBOL
#endif

/* The same mark, for a function that lives in event_core. */
#define EVENT2_CORE_EXPORT_SYMBOL EVENT2_EXPORT_SYMBOL

#endif
