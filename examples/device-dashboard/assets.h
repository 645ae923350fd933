/* SPDX-License-Identifier: BSD-3-Clause */
/* The files of assets/, as embed-assets.py puts them into the image. */
#ifndef ASSETS_H_INCLUDED_
#define ASSETS_H_INCLUDED_

#include <stddef.h>

struct asset {
    const char *path; /* on the server */
    const char *type; /* Content-Type */
    const char *tag;  /* ETag, with its quotes */
    const unsigned char *bytes;
    size_t size;
};

extern const struct asset assets[];
extern const size_t asset_count;

#endif
