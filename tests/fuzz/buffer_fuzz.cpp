// SPDX-License-Identifier: BSD-3-Clause
// Operations on buffers, chosen by the input, beside the model of the unit tests. The first byte
// says how often all bytes are compared; then each choice takes one byte, or two for wide ones. The
// end of the input ends the run.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit/buffer/model.h"

namespace {

// More steps than this tell nothing new, and take long.
constexpr int kMostSteps = 2000;

class InputChoices final : public evlet_test::Choices {
public:
    InputChoices(const uint8_t* data, size_t size) : next_(data), end_(data + size) {}
    size_t below(size_t limit) override {
        size_t value = byte();
        if (limit > 256)
            value = value << 8 | byte();
        return value % limit;
    }
    bool left() const { return next_ != end_; }

private:
    uint8_t byte() { return next_ != end_ ? *next_++ : 0; }
    const uint8_t* next_;
    const uint8_t* const end_;
};

void demand(bool agrees, const evlet_test::BufferModel& model) {
    if (agrees)
        return;
    fprintf(stderr, "%s\n", model.failure().c_str());
    abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    InputChoices choices(data, size);
    const size_t every = 1 + choices.below(8);
    evlet_test::BufferModel model(choices);
    for (size_t step = 0; step < kMostSteps && choices.left(); ++step)
        demand(model.step() && (step % every || model.compare_all()), model);
    demand(model.finish(), model);
    return 0;
}
