// SPDX-License-Identifier: BSD-3-Clause
// Random operations on evbuffers beside strings. EVLET_MODEL_STEPS sets how many, EVLET_MODEL_SEED
// runs one seed alone; what fails is reported with its seed and step.
#include "model.h"

#include <stdint.h>
#include <stdlib.h>

#include "doctest.h"

using namespace evlet_test;

namespace {

constexpr long kSeeds = 8;
constexpr long kSteps = 1000000;  // of all seeds together

class RandomChoices final : public Choices {
public:
    explicit RandomChoices(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
    size_t below(size_t limit) override {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<size_t>(state_ >> 11) % limit;
    }

private:
    uint64_t state_;
};

long from_environment(const char* name, long otherwise) {
    const char* value = getenv(name);
    return value ? atol(value) : otherwise;
}

}  // namespace

TEST_CASE("buffers_agree_with_strings_over_random_operations") {
    const long one_seed = from_environment("EVLET_MODEL_SEED", 0);
    const long steps = from_environment("EVLET_MODEL_STEPS", kSteps) / (one_seed ? 1 : kSeeds);
    for (long seed = one_seed ? one_seed : 1; seed <= (one_seed ? one_seed : kSeeds); ++seed) {
        CAPTURE(seed);
        RandomChoices choices(static_cast<uint64_t>(seed));
        BufferModel model(choices);
        for (long step = 0; step < steps; ++step) {
            // Often enough to find the step soon, seldom enough to be quick.
            if (model.step() && (step % 16 || model.compare_all()))
                continue;
            CAPTURE(step);
            FAIL(model.failure());
        }
        CHECK_MESSAGE(model.finish(), model.failure());
    }
}
