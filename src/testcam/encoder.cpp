#include "testcam/encoder.hpp"

#include <algorithm>

namespace beffroi::testcam {

namespace {

constexpr std::size_t kPool = 1U << 16U;

Buffer make_noise() {
    Buffer pool(kPool + kNoiseMost);
    std::uint32_t state = 0x2545F491U;
    for (std::uint8_t& byte : pool) {
        state ^= state << 13U;
        state ^= state >> 17U;
        state ^= state << 5U;
        byte = static_cast<std::uint8_t>(16 + state % 220);
    }
    return pool;
}

// -1: ground.
int shown(const Scene& scene, Scene::const_iterator& at, std::uint32_t index) {
    while (at != scene.end() && at->index < index) ++at;
    return at != scene.end() && at->index == index ? at->cells : -1;
}

}  // namespace

Bytes noise(std::size_t seed, std::size_t size) {
    static const Buffer pool = make_noise();
    return Bytes(pool).subspan((seed * 7919) % kPool, size);
}

bool is_drawn(const Scene& scene, std::uint32_t index) {
    const auto at = std::lower_bound(scene.begin(), scene.end(), index,
                                     [](const DrawnBlock& block, std::uint32_t value) { return block.index < value; });
    return at != scene.end() && at->index == index;
}

std::vector<Change> changes(const PictureJob& job) {
    const Scene& future = job.future != nullptr ? *job.future : *job.past;
    std::vector<std::uint32_t> indexes;
    for (const Scene* scene : {job.scene, job.past, &future}) {
        for (const DrawnBlock& block : *scene) indexes.push_back(block.index);
    }
    std::sort(indexes.begin(), indexes.end());
    indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());

    std::vector<Change> out;
    auto now = job.scene->begin();
    auto before = job.past->begin();
    auto after = future.begin();
    for (const std::uint32_t index : indexes) {
        const int wanted = shown(*job.scene, now, index);
        const int first = shown(*job.past, before, index);
        const int second = shown(future, after, index);
        if (wanted == first && wanted == second) continue;
        out.push_back({index, wanted < 0, static_cast<std::uint16_t>(wanted < 0 ? 0 : wanted)});
    }
    return out;
}

}  // namespace beffroi::testcam
