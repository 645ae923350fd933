/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of the generated code. */
#ifndef EVLET_TESTS_FAILING_MESSAGES_H
#define EVLET_TESTS_FAILING_MESSAGES_H

#ifdef __cplusplus
extern "C" {
#endif

extern long messages_until_failure; /* the how manieth allocation from now fails; 0: none */
extern long messages_outstanding;   /* blocks that are not freed */

#ifdef __cplusplus
}
#endif

#endif
