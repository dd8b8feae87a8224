#include "media/mp4/fragment.hpp"

#include <algorithm>
#include <cstring>

namespace beffroi::mp4 {

const BoxId kEvidenceId{0x2c, 0x47, 0x9b, 0xd3, 0x61, 0x0a, 0x4f, 0x5e, 0x8d, 0x12, 'b', 'e', 'f', 'f', 'r', '2'};

namespace {

constexpr std::size_t kPrft = 32;
constexpr std::size_t kMdatHeader = 8;
// Every part of the head is a multiple of eight bytes, so what is left over always holds a whole `free` box.
constexpr std::size_t room_for(std::size_t samples) {
    return kPrft + moof_bytes(samples) + kMdatHeader;
}
static_assert(room_for(0) % 8 == 0);

constexpr std::int64_t kNtpEpochSeconds = 2'208'988'800;  // 1900 to 1970, RFC 5905 §6

std::uint64_t ntp_of(std::int64_t us) {
    // Floor division: instants before 1970 are those of a machine without a clock.
    std::int64_t seconds = us / 1'000'000 - (us % 1'000'000 < 0 ? 1 : 0);
    std::uint64_t fraction = static_cast<std::uint64_t>(us - seconds * 1'000'000);
    return static_cast<std::uint64_t>(seconds + kNtpEpochSeconds) << 32U | (fraction << 32U) / 1'000'000U;
}

// Where the fields that seal() fills lie, from the start of the uuid box.
constexpr std::size_t kDurableAt = 24 + 16;
constexpr std::size_t kFlagsAt = 24 + 1;
constexpr std::size_t kHeaderHashAt = 24 + 64;

void put(std::uint8_t* at, const crypto::Digest& digest) {
    std::memcpy(at, digest.data(), digest.size());
}

void write_evidence(BoxWriter& out, const Evidence& evidence, std::span<const Sample> samples) {
    out.begin_uuid(kEvidenceId);
    out.u8(1);  // version
    std::uint8_t flags = evidence.discontinuity ? kEvidenceDiscontinuity : 0;
    if (evidence.report) flags |= kEvidenceReport;
    out.u8(flags);
    out.u8(static_cast<std::uint8_t>(evidence.gap));
    out.u8(0);
    out.u32(static_cast<std::uint32_t>(samples.size()));
    out.u64(evidence.sequence);
    out.u64(0);  // durable_bytes
    out.i64(evidence.from_us);
    out.i64(evidence.to_us);
    const rtp::SenderReport report = evidence.report.value_or(rtp::SenderReport{});
    out.u64(report.ntp);
    out.i64(report.arrival_us);
    out.u32(report.rtp_time);
    out.u32(static_cast<std::uint32_t>(std::min<std::uint64_t>(evidence.lost_packets, UINT32_MAX)));
    out.zeros(32);  // header_hash
    for (const Sample& sample : samples) {
        out.i64(sample.rtp_time);
        out.i64(sample.arrival_us);
        out.u32(sample.lost_packets);
        out.u32((sample.key ? kSampleKey : 0) | (sample.damaged ? kSampleDamaged : 0));
    }
    out.zeros(64);  // previous, hash
    out.end();
}

}  // namespace

void write_moof(BoxWriter& out, std::uint32_t sequence, std::int64_t decode_time, std::span<const Sample> samples,
                std::uint32_t data_offset) {
    constexpr std::uint32_t kBaseIsMoof = 0x020000;
    constexpr std::uint32_t kAllOfEach = 0x000f01;       // data offset; duration, size, flags, composition of each
    constexpr std::uint32_t kDecodesAlone = 0x02000000;  // sample_depends_on = 2
    constexpr std::uint32_t kNeedsOthers = 0x01010000;   // sample_depends_on = 1, not a sync sample
    out.begin(four("moof"));
    out.begin_full(four("mfhd"), 0, 0);
    out.u32(sequence);
    out.end();
    out.begin(four("traf"));
    out.begin_full(four("tfhd"), 0, kBaseIsMoof);
    out.u32(1);
    out.end();
    out.begin_full(four("tfdt"), 1, 0);
    out.i64(decode_time);
    out.end();
    out.begin_full(four("trun"), 1, kAllOfEach);
    out.u32(static_cast<std::uint32_t>(samples.size()));
    out.u32(data_offset);
    for (const Sample& sample : samples) {
        out.u32(sample.duration);
        out.u32(sample.size);
        out.u32(sample.key ? kDecodesAlone : kNeedsOthers);
        out.u32(static_cast<std::uint32_t>(sample.composition));
    }
    out.end();
    out.end();
    out.end();
}

Fragment::Fragment(std::shared_ptr<MemoryPool> pool, std::size_t expected_bytes, std::size_t expected_samples)
    : pool_(std::move(pool)), room_(room_for(expected_samples)) {
    memory_ = pool_->take(aligned_up(room_ + expected_bytes + evidence_bytes(expected_samples) + kAlignment));
    data_ = memory_->data();
    capacity_ = memory_->capacity();
    size_ = room_;
    samples_.reserve(expected_samples);
}

// Always into other memory: the old one may be shown to somebody just now.
void Fragment::move_to(std::size_t capacity, std::size_t room) {
    auto memory = pool_->take(capacity);
    std::memcpy(memory->data() + room, data_ + room_, size_ - room_);
    // Not touched when they stay: another thread may be reading the samples announced so far (see Track).
    if (room != room_)
        for (Sample& sample : samples_) sample.offset = static_cast<std::uint32_t>(sample.offset + room - room_);
    size_ = size_ - room_ + room;
    room_ = room;
    memory_ = std::move(memory);
    data_ = memory_->data();
    capacity_ = memory_->capacity();
}

void Fragment::grow(std::size_t more) {
    move_to(std::max(size_ + more, capacity_ + capacity_ / 2), room_);
}

void Fragment::finish_samples(std::optional<std::int64_t> next_decode) {
    constexpr std::int64_t kLongest = std::int64_t{10} * 90'000;  // a longer step is a hole, not a duration
    for (std::size_t i = 0; i < samples_.size(); ++i) {
        Sample& sample = samples_[i];
        std::optional<std::int64_t> next = next_decode;
        if (i + 1 < samples_.size()) next = samples_[i + 1].decode_time;
        std::int64_t step = next ? *next - sample.decode_time : 0;
        if (step > 0 && (step <= kLongest || i + 1 < samples_.size()))
            sample.duration = static_cast<std::uint32_t>(std::min<std::int64_t>(step, UINT32_MAX));
        else
            sample.duration = i > 0 ? samples_[i - 1].duration : 3600;
    }
}

void Fragment::close(Evidence evidence, std::optional<std::int64_t> next_decode) {
    ASSERT(!samples_.empty() && !closed());
    size_ = samples_.back().offset + samples_.back().size;
    finish_samples(next_decode);
    std::size_t room = std::max(room_, room_for(samples_.size()));
    std::size_t whole = aligned_up(size_ + room - room_ + evidence_bytes(samples_.size()) + kAlignment);
    if (room != room_ || whole > capacity_) move_to(whole, room);
    std::int64_t last_us = std::int64_t{samples_.back().duration} * 100 / 9;
    evidence.from_us = samples_.front().arrival_us;
    evidence.to_us = std::max(samples_.back().arrival_us, evidence.from_us) + last_us;
    evidence.lost_packets = 0;
    for (const Sample& sample : samples_) evidence.lost_packets += sample.lost_packets;
    evidence_ = evidence;
    write_head();
    write_tail();
}

void Fragment::write_head() {
    BoxWriter out;
    out.begin_full(four("prft"), 1, 0);
    out.u32(1);
    out.u64(ntp_of(evidence_.from_us));
    out.i64(samples_.front().decode_time);
    out.end();
    write_moof(out, static_cast<std::uint32_t>(evidence_.sequence), samples_.front().decode_time, samples_,
               static_cast<std::uint32_t>(room_ - kPrft));
    out.free_box(room_ - kMdatHeader - out.size());
    out.u32(static_cast<std::uint32_t>(size_ - room_ + kMdatHeader));
    out.u32(four("mdat"));
    ASSERT(out.size() == room_);
    std::memcpy(data_, out.data().data(), room_);
    media_end_ = size_;
}

void Fragment::write_tail() {
    BoxWriter out;
    write_evidence(out, evidence_, samples_);
    ASSERT(out.size() == evidence_bytes(samples_.size()));
    std::size_t end = media_end_ + out.size();
    std::size_t whole = aligned_up(end);
    if (whole != end && whole - end < 8) whole += kAlignment;
    out.free_box(whole - end);
    ASSERT(whole <= capacity_);
    std::memcpy(data_ + media_end_, out.data().data(), out.size());
    closed_bytes_ = whole;
}

void Fragment::seal(std::uint64_t durable_bytes, const crypto::Digest& header_hash, const crypto::Digest& previous,
                    bool chained) {
    ASSERT(closed());
    std::uint8_t* box = data_ + media_end_;
    evidence_.durable_bytes = durable_bytes;
    evidence_.header_hash = header_hash;
    evidence_.chained = chained;
    for (std::size_t i = 0; i < 8; ++i)
        box[kDurableAt + i] = static_cast<std::uint8_t>(durable_bytes >> (56U - 8U * i));
    put(box + kHeaderHashAt, header_hash);
    if (!chained) return;
    evidence_.previous = previous;
    box[kFlagsAt] |= kEvidenceChained;
    std::size_t hash_at = media_end_ + evidence_bytes(samples_.size()) - evidence_.hash.size();
    put(data_ + hash_at - previous.size(), previous);
    evidence_.hash = crypto::sha256(std::as_bytes(Bytes(data_, hash_at)));
    put(data_ + hash_at, evidence_.hash);
}

}  // namespace beffroi::mp4
