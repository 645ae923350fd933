// SPDX-License-Identifier: BSD-3-Clause
// The mark of a variable or function that one file of Evlet takes the address of and another
// defines. With it position-independent code finds the address by itself instead of asking the
// global offset table, which costs a function some eight bytes.
#pragma once

#if defined(__GNUC__)
#define EVLET_HIDDEN __attribute__((visibility("hidden")))
#else
#define EVLET_HIDDEN
#endif
