#include "testcam/source.hpp"

#include <algorithm>
#include <cmath>

namespace beffroi::testcam {

namespace {

std::unique_ptr<PictureEncoder> encoder_for(const CameraSettings& settings, std::uint32_t tint) {
    const VideoShape shape{settings.width, settings.height, settings.rate, settings.b_frames, tint};
    switch (settings.codec) {
        case VideoCodec::H264:
            return make_h264(shape);
        case VideoCodec::H265:
            return make_h265(shape);
        case VideoCodec::Jpeg:
            return make_jpeg(shape);
    }
    return nullptr;
}

}  // namespace

Source::Source(const CameraSettings& settings, std::uint32_t tint)
    : settings_(settings), encoder_(encoder_for(settings, tint)) {
    if (settings_.codec != VideoCodec::Jpeg) return;
    settings_.group = 1;
    settings_.b_frames = false;
    settings_.bit_rate = 0;
}

// I0 P2 B1 P4 B3 …; a picture without partner at the end of the group is a P picture.
Source::Slot Source::slot_of(const PicturePlace& place) const {
    const std::uint32_t slot = place.slot;
    if (slot == 0) return {};
    if (!settings_.b_frames)
        return {slot, slot - place.step, slot - place.step, slot - place.left_out, PictureType::Forward};
    if (slot % 2 == 1 && slot + 1 == place.group)
        return {slot, slot - 1, slot - 1, (slot + 1) / 2, PictureType::Forward};
    if (slot % 2 == 1) return {slot + 1, slot - 1, slot - 1, (slot + 1) / 2, PictureType::Forward};
    return {slot - 1, slot - 2, slot, slot / 2 + 1, PictureType::Between};
}

std::uint64_t Source::frame_of(const PicturePlace& place) const {
    return place.group_start + slot_of(place).order;
}

PictureType Source::type_of(const PicturePlace& place) const {
    return slot_of(place).type;
}

std::vector<Buffer> Source::parameter_sets() const {
    return encoder_->parameter_sets();
}

std::size_t Source::wanted_bytes(PictureType type, std::uint32_t group) const {
    if (settings_.bit_rate == 0) return 0;
    const double per_group = static_cast<double>(settings_.bit_rate) / 8 / settings_.rate * group;
    const double weight = std::min<double>(settings_.key_weight, std::max<std::uint32_t>(group, 1));
    const double share = per_group / (group - 1 + weight);
    return static_cast<std::size_t>(type == PictureType::Key ? share * weight : share);
}

Source::Picture Source::picture(const PicturePlace& place, const PictureTimes& times,
                                std::optional<std::uint32_t> camera, const Mark& mark) const {
    const Slot slot = slot_of(place);
    const SceneSize size = scene_size(settings_.width, settings_.height);
    const auto scene = [&](std::uint32_t order) {
        const std::uint64_t frame = place.group_start + order;
        const auto passed = static_cast<std::int64_t>(std::llround(static_cast<double>(frame) * times.interval_us));
        return draw(size, {frame, times.utc_us + passed, camera});
    };
    const Scene now = scene(slot.order);
    const Scene past = scene(slot.past);
    const Scene future = slot.type == PictureType::Between ? scene(slot.future) : Scene{};
    Picture out;
    out.type = slot.type;
    out.frame = place.group_start + slot.order;
    if (slot.type == PictureType::Key || place.half_key) out.nals = encoder_->parameter_sets();
    Mark said = mark;
    said.frame = out.frame;
    if (settings_.codec != VideoCodec::Jpeg) out.nals.push_back(encoder_->mark(said));

    PictureJob job{slot.type,
                   &now,
                   &past,
                   slot.type == PictureType::Between ? &future : nullptr,
                   slot.references,
                   slot.order,
                   static_cast<std::uint32_t>(place.group_start & 0xFFFFU)};
    job.half_key = place.half_key;
    job.seed = static_cast<std::size_t>(out.frame);
    const std::size_t wanted = wanted_bytes(slot.type, place.group);
    constexpr std::size_t kOverhead = 200;  // what the picture needs without texture, about
    job.texture = wanted > kOverhead ? wanted - kOverhead : 0;
    out.nals.push_back(encoder_->slice(job));
    std::size_t have = 0;
    for (const Buffer& nal : out.nals) have += nal.size();
    // Small pictures have no room for so much texture.
    if (wanted > have + 400) out.nals.push_back(encoder_->filler(wanted - have));
    return out;
}

}  // namespace beffroi::testcam
