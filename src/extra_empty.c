/* SPDX-License-Identifier: BSD-3-Clause */
/* A library that is made of other archives, or has no rooms yet, still needs one object. */
extern const char evlet_no_symbols_here;
