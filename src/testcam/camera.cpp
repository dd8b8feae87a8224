#include "testcam/camera.hpp"

#include <algorithm>
#include <cmath>

#include "testcam/script.hpp"
#include "testcam/sdp.hpp"
#include "testcam/session.hpp"

namespace beffroi::testcam {

namespace {
constexpr double kTicks = 90'000;  // of the RTP clock, a second
constexpr double kMillion = 1'000'000;
}  // namespace

Camera::Camera(World& world, std::uint32_t index, const CameraSettings& settings, std::uint32_t profile)
    : world_(world),
      index_(index),
      profile_(profile),
      source_(std::make_unique<Source>(settings, world.settings.shared_pictures ? profile : index)) {
    interval_us_ = kMillion / settings.rate;
    // Cameras are not in step with each other.
    boot_us_ = world_.now_us + static_cast<std::int64_t>(interval_us_ * (index % 97) / 97);
    anchor_us_ = boot_us_;
    time_base_ = world_.number();
    counters_.boot = boot_;
    for (const Fault& fault : settings.faults) apply(fault);
}

std::int64_t Camera::due_of(std::uint64_t frame) const {
    const double frames = static_cast<double>(frame) - static_cast<double>(anchor_frame_);
    return anchor_us_ + std::llround(frames * interval_us_ / clock_rate_);
}

// From now on the clock runs at another rate.
void Camera::anchor() {
    const double passed = static_cast<double>(world_.now_us - anchor_us_) * clock_rate_ / interval_us_;
    const auto frame = anchor_frame_ + static_cast<std::uint64_t>(std::max(passed, 0.0));
    anchor_us_ = due_of(frame);
    anchor_frame_ = frame;
    const Fault* drift = fault(FaultKind::ClockDrift);
    clock_rate_ = 1 + (drift != nullptr ? drift->value / kMillion : 0);
}

std::uint32_t Camera::rtp_time_of(std::uint64_t frame) const {
    const double ticks = std::round(static_cast<double>(frame) * kTicks / settings().rate);
    return time_base_ + static_cast<std::uint32_t>(static_cast<std::uint64_t>(ticks));
}

std::uint32_t Camera::rtp_time_now() const {
    return rtp_time_of(place_.group_start + place_.slot);
}

std::uint32_t Camera::group_length() const {
    if (const Fault* longer = fault(FaultKind::LongGop))
        return static_cast<std::uint32_t>(std::max(longer->value, 1.0));
    const std::uint32_t group = std::max<std::uint32_t>(settings().group, 1);
    return has(FaultKind::SmartCodec) ? group * 8 : group;
}

void Camera::begin_group(std::uint64_t frame) {
    place_ = {};
    place_.group_start = frame;
    place_.group = group_length();
    if (next_source_) source_ = std::move(next_source_);
}

void Camera::attach(Session& session) {
    const bool first = sessions_.empty();
    sessions_.push_back(&session);
    ++counters_.sessions;
    counters_.playing = static_cast<std::uint32_t>(sessions_.size());
    if (!first) return;
    const double passed = static_cast<double>(world_.now_us - anchor_us_) * clock_rate_ / interval_us_;
    std::uint64_t frame = anchor_frame_ + static_cast<std::uint64_t>(std::ceil(std::max(passed, 0.0)));
    if (const Fault* past = fault(FaultKind::Prebuffer)) {
        frame -= std::min(frame, static_cast<std::uint64_t>(past->value * kMillion / interval_us_));
    }
    begin_group(frame);
    if (has(FaultKind::StartsMidGop) || has(FaultKind::NoKeyFrame)) {
        const std::uint32_t slot = place_.group / 2;
        place_.group_start = frame > slot ? frame - slot : 0;
        place_.slot = static_cast<std::uint32_t>(frame - place_.group_start);
    }
}

void Camera::detach(Session& session) {
    std::erase(sessions_, &session);
    counters_.playing = static_cast<std::uint32_t>(sessions_.size());
}

std::size_t Camera::places_taken() {
    std::erase_if(zombies_, [this](std::int64_t until) { return until <= world_.now_us; });
    return sessions_.size() + zombies_.size();
}

std::optional<std::int64_t> Camera::tick() {
    if (!active_.empty()) expire();
    if (sessions_.empty()) return std::nullopt;
    // Behind by more than that: the machine was busy or stopped. A camera does not catch up.
    const double patience = world_.settings.patience_s * world_.settings.pace * kMillion;
    const bool past = has(FaultKind::Prebuffer);
    while (!sessions_.empty()) {
        const std::uint64_t frame = place_.group_start + place_.slot;
        const std::int64_t due = due_of(frame);
        if (due > world_.now_us) return due;
        if (!past && static_cast<double>(world_.now_us - due) > patience) {
            const auto missed = static_cast<std::uint64_t>(static_cast<double>(world_.now_us - due) / interval_us_);
            begin_group(frame + missed);
            continue;
        }
        take();
    }
    return std::nullopt;
}

void Camera::take() {
    Unit unit = make(place_);
    ++taken_;
    send(unit);
    // Where the next one stands.
    ++place_.slot;
    place_.step = 1;
    place_.half_key = false;
    if (has(FaultKind::SmartCodec) && !settings().b_frames) {
        if (place_.slot % 3 == 2) {
            ++place_.slot;
            ++place_.left_out;
            place_.step = 2;
        }
        place_.half_key = place_.slot % settings().group < place_.step;
    }
    if (place_.slot >= place_.group) {
        if (has(FaultKind::NoKeyFrame)) {
            place_.group += 2;
        } else {
            begin_group(place_.group_start + place_.slot);
        }
    }
}

Unit Camera::make(const PicturePlace& place) {
    const bool shared = world_.settings.shared_pictures && !bent();
    Unit unit;
    const std::uint64_t frame = source_->frame_of(place);
    // With B pictures the time of display is one picture behind that of sending.
    unit.rtp_time = rtp_time_of(frame + (settings().b_frames ? 1 : 0));
    unit.key = source_->type_of(place) == PictureType::Key;
    unit.last_of_group = place.slot + 1 == place.group;
    unit.next_key_time = rtp_time_of(place.group_start + place.group + (settings().b_frames ? 1 : 0));
    unit.utc_us = world_.start_utc_us + boot_us_ + std::llround(static_cast<double>(frame) * interval_us_);
    unit.mark = {index_, boot_, frame, unit.utc_us};
    if (shared) unit.batch = world_.cache.find(profile_, frame, place.slot);
    if (unit.batch) return unit;

    const std::optional<std::uint32_t> drawn = shared ? std::nullopt : std::optional(index_);
    auto picture = std::make_shared<Source::Picture>(
        source_->picture(place, {world_.start_utc_us + boot_us_, interval_us_}, drawn, unit.mark));
    auto batch = std::make_shared<PacketBatch>();
    if (settings().codec == VideoCodec::Jpeg) {
        packetise_jpeg(*batch, picture->nals[0], settings().width, settings().height,
                       {settings().payload_most, kJpegType});
    } else {
        packetise(*batch, settings().codec, picture->nals, {settings().payload_most, kVideoType});
    }
    batch->key = unit.key;
    unit.batch = batch;
    if (shared) {
        world_.cache.keep(profile_, frame, place.slot, batch);
    } else {
        unit.picture = std::move(picture);
    }
    return unit;
}

void Camera::send(const Unit& whole) {
    Unit unit = whole;
    if (bent()) {
        constexpr std::uint64_t kEvery = 10;
        if (has(FaultKind::TimestampFrozen)) {
            unit.rtp_time = frozen_time_;
        } else if (has(FaultKind::TimestampBackwards) && taken_ % kEvery == 0) {
            unit.rtp_time -= static_cast<std::uint32_t>(2 * kTicks / settings().rate);
        } else {
            frozen_time_ = unit.rtp_time;
        }
        if (has(FaultKind::Stall) || has(FaultKind::Silent)) return;
    }
    counters_.last_frame = unit.mark.frame;
    const std::vector<Session*> receivers = sessions_;  // one may leave meanwhile
    for (Session* session : receivers) session->send_unit(unit);
}

void Camera::repeat_group() {
    PicturePlace place = place_;
    for (place.slot = 0; place.slot < place_.slot; ++place.slot) send(make(place));
}

void Camera::resize(const std::string& text) {
    CameraSettings settings = source_->settings();
    if (!read_size(text, settings)) return;
    next_source_ = std::make_unique<Source>(settings, index_);
}

void Camera::reboot(const Fault& fault) {
    for (Session* session : std::vector<Session*>(sessions_)) session->end();
    sessions_.clear();
    counters_.playing = 0;
    zombies_.clear();
    ++boot_;
    counters_.boot = boot_;
    down_until_us_ = world_.now_us + static_cast<std::int64_t>(fault.value * kMillion);
    boot_us_ = anchor_us_ = down_until_us_;
    anchor_frame_ = 0;
    time_base_ = world_.number();
    resize(fault.text);
    if (next_source_) source_ = std::move(next_source_);
}

// Faults that happen once. False: the fault lasts, and is asked for where it acts.
bool Camera::happen(const Fault& fault) {
    const auto ticks = static_cast<std::uint32_t>(static_cast<std::int64_t>(fault.value * kTicks));
    const auto count = static_cast<std::uint32_t>(std::max(fault.value, 0.0));
    if (fault.kind == FaultKind::Disconnect) {
        for (Session* session : sessions_) session->end();
    } else if (fault.kind == FaultKind::Reboot) {
        reboot(fault);
    } else if (fault.kind == FaultKind::TimestampJump) {
        time_base_ += ticks;
    } else if (fault.kind == FaultKind::TimestampWrap) {
        time_base_ -= rtp_time_now() + ticks;
    } else if (fault.kind == FaultKind::SequenceGap) {
        for (Session* session : sessions_) session->skip_sequence(count);
    } else if (fault.kind == FaultKind::SequenceRestart) {
        for (Session* session : sessions_) session->restart_sequence();
    } else if (fault.kind == FaultKind::SsrcChange) {
        for (Session* session : sessions_) session->change_ssrc();
    } else if (fault.kind == FaultKind::GopRepeated) {
        repeat_group();
    } else if (fault.kind == FaultKind::GopCut) {
        begin_group(place_.group_start + place_.slot);
    } else if (fault.kind == FaultKind::ParameterSetsChange) {
        resize(fault.text);
    } else {
        return false;
    }
    return true;
}

void Camera::apply(const Fault& fault) {
    if (happen(fault)) return;
    clear(fault.kind);
    const auto length = static_cast<std::int64_t>(fault.for_s * kMillion);
    active_.push_back({fault, length > 0 ? world_.now_us + length : 0});
    if (fault.kind == FaultKind::ClockDrift) anchor();
}

void Camera::clear(FaultKind kind) {
    const auto removed = std::erase_if(active_, [kind](const Active& active) { return active.fault.kind == kind; });
    if (removed > 0 && kind == FaultKind::ClockDrift) anchor();
}

void Camera::expire() {
    std::vector<FaultKind> over;
    for (const Active& active : active_) {
        if (active.until_us != 0 && active.until_us <= world_.now_us) over.push_back(active.fault.kind);
    }
    for (FaultKind kind : over) clear(kind);
}

const Fault* Camera::fault(FaultKind kind) const {
    for (const Active& active : active_) {
        if (active.fault.kind == kind) return &active.fault;
    }
    return nullptr;
}

PictureCache::Batch PictureCache::find(std::uint32_t profile, std::uint64_t frame, std::uint32_t slot) const {
    for (auto at = generations_.rbegin(); at != generations_.rend(); ++at) {
        if (at->profile != profile || at->frame != frame) continue;
        const auto found = at->batches.find(slot);
        return found != at->batches.end() ? found->second : nullptr;
    }
    return nullptr;
}

void PictureCache::keep(std::uint32_t profile, std::uint64_t frame, std::uint32_t slot, Batch batch) {
    for (auto at = generations_.rbegin(); at != generations_.rend(); ++at) {
        if (at->profile != profile || at->frame != frame) continue;
        at->batches.emplace(slot, std::move(batch));
        return;
    }
    constexpr std::size_t kGenerations = 16;  // a few pictures of a few profiles
    if (generations_.size() >= kGenerations) generations_.pop_front();
    generations_.push_back({profile, frame, {}});
    generations_.back().batches.emplace(slot, std::move(batch));
}

}  // namespace beffroi::testcam
