// SPDX-License-Identifier: BSD-3-Clause
// Runs a fuzz target over files: for compilers without libFuzzer, for emulated machines, and to
// look at one input again. `PROGRAM FILE-OR-DIRECTORY...`; fails if there was no file at all.
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

int g_inputs;

bool run_file(const std::string& path) {
    FILE* file = fopen(path.c_str(), "rb");
    if (!file) {
        perror(path.c_str());
        return false;
    }
    std::vector<uint8_t> bytes;
    uint8_t block[4096];
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
        bytes.insert(bytes.end(), block, block + got);
    const bool complete = !ferror(file);
    fclose(file);
    if (!complete) {
        perror(path.c_str());
        return false;
    }
    // A block of exactly that size, so that a sanitizer sees a read behind it.
    const std::vector<uint8_t> exact(bytes);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
    ++g_inputs;
    return true;
}

bool run_path(const std::string& path) {
    DIR* directory = opendir(path.c_str());
    if (!directory)
        return run_file(path);
    bool good = true;
    while (const dirent* entry = readdir(directory)) {
        if (entry->d_name[0] != '.')
            good = run_file(path + "/" + entry->d_name) && good;
    }
    closedir(directory);
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    bool good = true;
    LLVMFuzzerTestOneInput(nullptr, 0);
    for (int i = 1; i < argc; ++i)
        good = run_path(argv[i]) && good;
    printf("%d inputs\n", g_inputs);
    return good && g_inputs > 0 ? 0 : 1;
}
