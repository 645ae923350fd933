/* SPDX-License-Identifier: BSD-3-Clause */
/* A program of the suite, for systems where main() starts programs. */
#include "conformance.h"

int main(void) {
    return conformance_run() == 0 ? 0 : 1;
}
