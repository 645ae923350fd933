// SPDX-License-Identifier: BSD-3-Clause
// Knows the test that runs from doctest, and speaks up at the end if any was skipped.
#include "support/needs.h"

#include <stdio.h>

#include "doctest.h"

namespace evlet_test {

namespace {

const char* g_running = "";
int g_skipped = 0;

class Listener : public doctest::IReporter {
public:
    explicit Listener(const doctest::ContextOptions&) {}
    void test_case_start(const doctest::TestCaseData& test) override { g_running = test.m_name; }
    void test_run_end(const doctest::TestRunStats&) override {
        if (g_skipped > 0)
            printf("[port] skipped %d tests for want of what they need\n", g_skipped);
    }
    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void test_case_end(const doctest::CurrentTestCaseStats&) override {}
    void test_case_exception(const doctest::TestCaseException&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData&) override {}
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}
};

REGISTER_LISTENER("port-needs", 1, Listener);

}  // namespace

bool has(const Need& need) {
    if (need.met)
        return true;
    ++g_skipped;
    printf("[port] skipped: %s needs %s\n", g_running, need.what);
    return false;
}

}  // namespace evlet_test
