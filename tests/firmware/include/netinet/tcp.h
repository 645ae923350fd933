/* SPDX-License-Identifier: BSD-3-Clause */
#include <posix_sockets.h>
