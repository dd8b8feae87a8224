#include "media/rtp/access_unit.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace beffroi::rtp {

using codec::NalRole;

namespace {

constexpr int kHonestEnough = 2;
constexpr int kNeverMarked = 50;
constexpr std::size_t kHead = 32;  // bytes of a NAL unit that tell what it is to its picture

bool is_slice(NalRole role) {
    return role == NalRole::Slice || role == NalRole::KeySlice;
}

}  // namespace

void AccessUnits::describe(Bytes set) {
    sets_changed_ = sets_.add_described(set) || sets_changed_;
}

void AccessUnits::whole_nal(Bytes nal) {
    const std::size_t header = codec::header_size(codec_);
    if (nal.size() < header) return;
    begin_nal(nal.first(header), nal.subspan(header));
    end_nal();
}

void AccessUnits::begin_nal(Bytes header, Bytes first) {
    if (nal_open_) end_nal();
    std::array<std::uint8_t, kHead> head{};
    const std::size_t more = std::min(first.size(), kHead - header.size());
    std::memcpy(head.data(), header.data(), header.size());
    if (more > 0) std::memcpy(head.data() + header.size(), first.data(), more);
    place(Bytes(head).first(header.size() + more));
    nal_open_ = true;
    swallowing_ = false;
    start_code_ = false;
    std::ranges::copy(header, nal_header_.begin());
    nal_time_ = time_.rtp_time;
    FrameBuffer& buffer = writer_.buffer();
    nal_at_ = buffer.size();
    buffer.append_u32(0);
    seam_ = {0xFF, 0xFF};
    append(header);
    append(first);
}

void AccessUnits::fragment(Bytes header, Bytes piece, bool start, bool end) {
    if (piece.empty()) remarks_.quirk("Q36", "empty fragments");
    if (start && end) remarks_.quirk("Q36", "fragments that are first and last at once");
    const bool goes_on = nal_open_ && nal_time_ == time_.rtp_time;
    if (nal_open_ && (start || !goes_on)) {
        remarks_.quirk("Q36", "last fragments without their end bit");
        end_nal();
    }
    if (start) {
        begin_nal(header, piece);
    } else if (goes_on) {
        if (!std::equal(header.begin(), header.end(), nal_header_.begin()))
            remarks_.quirk("Q36", "the header of a NAL unit changes between its fragments");
        append(piece);
    } else if (swallowing_) {
        headless();
    } else if (!piece.empty()) {
        remarks_.quirk("Q36", "first fragments without their start bit");
        begin_nal(header, piece);
    }
    if (end) {
        end_nal();
        swallowing_ = false;
    }
}

// Looks for start codes where the bytes come from, not where they went: reading back what was just written waits for
// the write, and what is read here is in the cache for the copy.
void AccessUnits::append(Bytes piece) {
    if (!nal_open_ || piece.empty()) return;  // not open: thrown away as oversize
    if (!start_code_ && !splitting_) {
        std::array<std::uint8_t, 4> seam{seam_[0], seam_[1], piece[0],
                                         piece.size() > 1 ? piece[1] : std::uint8_t{0xFF}};
        start_code_ = codec::find_start_code(seam) || codec::find_start_code(piece);
        seam_[0] = piece.size() > 1 ? piece[piece.size() - 2] : seam_[1];
        seam_[1] = piece.back();
    }
    writer_.buffer().append(piece);
    if (writer_.size() > FrameWriter::kMostBytes) oversize();
}

void AccessUnits::end_nal() {
    if (!nal_open_) return;
    nal_open_ = false;
    if (start_code_) {
        split();
        return;
    }
    FrameBuffer& buffer = writer_.buffer();
    const std::size_t size = buffer.size() - nal_at_ - 4;
    buffer.put_u32(nal_at_, static_cast<std::uint32_t>(size));
    if (codec::role_of(codec_, codec::nal_type(codec_, nal_header_[0])) == NalRole::Parameters)
        sets_changed_ = sets_.add(Bytes(buffer.data() + nal_at_ + 4, size)) || sets_changed_;
}

// Annex B inside what should be one NAL unit (Q37): taken back, and put in again one by one.
void AccessUnits::split() {
    FrameBuffer& buffer = writer_.buffer();
    scratch_.assign(buffer.data() + nal_at_ + 4, buffer.data() + buffer.size());
    buffer.truncate(nal_at_);
    unit_ = before_nal_;
    splitting_ = true;
    const Bytes all(scratch_);
    std::size_t begin = 0;
    std::size_t pieces = 0;
    const auto put = [&](std::size_t from, std::size_t to) {
        if (to - from < codec::header_size(codec_)) return;
        ++pieces;
        whole_nal(all.subspan(from, to - from));
    };
    for (std::optional<std::size_t> code = codec::find_start_code(all); code;
         code = codec::find_start_code(all, *code + 3)) {
        if (!codec::plausible_header(codec_, all.subspan(*code + 3))) continue;  // chance: it stays as it is
        std::size_t end = *code;
        while (end > begin && all[end - 1] == 0) --end;
        put(begin, end);
        begin = *code + 3;
    }
    put(begin, all.size());
    splitting_ = false;
    if (pieces > 1 || begin > 0) remarks_.quirk("Q37", "start codes inside RTP payloads");
}

// Where does this NAL unit belong? Ends the access unit before when it is over.
void AccessUnits::place(Bytes head) {
    const NalRole role = codec::role_of(codec_, codec::nal_type(codec_, head[0]));
    const bool first = is_slice(role) && codec::first_in_picture(codec_, head);
    judge_marker(role, first);
    if (writer_.open() && begins_another(head, first)) finish();
    if (!writer_.open()) start();
    before_nal_ = unit_;
    join(role, head, first);
}

void AccessUnits::judge_marker(NalRole role, bool first) {
    if (!marked_) return;
    const bool same_time = *marked_ == time_.rtp_time;
    if (same_time && !is_slice(role)) return;  // says nothing yet
    marked_.reset();
    if (same_time && !first) {
        trust_ = Trust::Never;
        remarks_.quirk("Q38", "marker bits before the end of a picture");
    } else if (trust_ == Trust::Learning && ++honest_ >= kHonestEnough) {
        trust_ = Trust::Trusted;
    }
}

bool AccessUnits::begins_another(Bytes head, bool first) const {
    if (!unit_.has_slice) return false;
    if (unit_.frame.rtp_time != time_.rtp_time) return true;
    if (!first) return false;
    // The second field of a frame is a picture of its own, but no frame of its own.
    if (codec_ == codec::Codec::H264 && (unit_.field == 1 || unit_.field == 2) && sets_.active_h264()) {
        const int field = codec::h264_field(head, *sets_.active_h264());
        if (field != 0 && field != unit_.field) return false;
    }
    return true;
}

void AccessUnits::join(NalRole role, Bytes head, bool first) {
    if (is_slice(role)) {
        if (!unit_.has_slice) {
            if (unit_.frame.rtp_time != time_.rtp_time) {
                remarks_.quirk("Q39", "what belongs to a picture has the time of the one before");
                unit_.frame.arrival_us = time_.arrival_us;
            }
            unit_.frame.rtp_time = time_.rtp_time;
            if (!first || headless_ == time_.rtp_time) unit_.frame.damaged = true;
            headless_.reset();
            if (role == NalRole::KeySlice) choose_format();
            if (codec_ == codec::Codec::H264 && sets_.active_h264())
                unit_.field = codec::h264_field(head, *sets_.active_h264());
        } else if (first) {
            unit_.field = 3;  // both fields are there: a third picture is another frame
        }
        if (unit_.boundary) {
            remarks_.quirk("Q38", "parameter sets or SEI between slices of one picture");
            unit_.boundary.reset();
        }
        unit_.has_slice = true;
        unit_.complete = false;
        unit_.frame.key = unit_.frame.key || role == NalRole::KeySlice;
    } else if (role != NalRole::Suffix && unit_.has_slice && !unit_.boundary) {
        unit_.boundary = writer_.buffer().size();
        unit_.boundary_time = time_;
    }
}

// Sets change what is decoded from the next key frame on; those that come between are in the frames themselves (Q40).
void AccessUnits::choose_format() {
    if (!sets_changed_ || !sets_.complete()) return;
    sets_changed_ = false;
    codec::FormatPtr now = sets_.format();
    if (format_ == nullptr || (now != nullptr && *now != *format_)) format_ = std::move(now);
}

void AccessUnits::start() {
    writer_.begin();
    unit_ = Unit{};
    unit_.frame.rtp_time = time_.rtp_time;
    unit_.frame.arrival_us = time_.arrival_us;
}

// The access unit under way goes to the sink; what lies behind its boundary begins the next one.
void AccessUnits::finish() {
    if (trust_ != Trust::Never && !unit_.complete && ++unmarked_ == kNeverMarked)
        remarks_.quirk("Q38", "marker bits are never set");
    if (unit_.complete) unmarked_ = 0;
    FrameBuffer& buffer = writer_.buffer();
    tail_.clear();
    const PacketTime tail_time = unit_.boundary_time;
    if (unit_.boundary) {
        tail_.assign(buffer.data() + *unit_.boundary, buffer.data() + buffer.size());
        buffer.truncate(*unit_.boundary);
    }
    writer_.end(unit_.frame, format_);
    writer_.lost(std::exchange(lost_after_, 0));
    if (tail_.empty()) return;
    writer_.begin();
    unit_ = Unit{};
    unit_.frame.rtp_time = tail_time.rtp_time;
    unit_.frame.arrival_us = tail_time.arrival_us;
    writer_.buffer().append(tail_);
}

void AccessUnits::end_packet(bool marker) {
    if (!marker || !writer_.open()) return;
    if (!unit_.has_slice) {
        remarks_.quirk("Q38", "marker bits on what is no picture");
        return;
    }
    if (unit_.boundary) return;
    marked_ = unit_.frame.rtp_time;
    if (nal_open_) {
        if (trust_ != Trust::Trusted) return;
        end_nal();  // its end bit was forgotten
        if (!writer_.open() || !unit_.has_slice || unit_.boundary) return;
    }
    unit_.complete = true;
    if (trust_ == Trust::Trusted) {
        unit_.boundary.reset();
        finish();
    }
}

void AccessUnits::headless() {
    if (writer_.open() && unit_.has_slice && unit_.frame.rtp_time == time_.rtp_time) {
        unit_.frame.damaged = true;
    } else {
        headless_ = time_.rtp_time;
    }
}

void AccessUnits::lost(std::uint32_t count) {
    marked_.reset();  // what follows says nothing about the marker
    swallowing_ = true;
    if (writer_.open() && unit_.complete) {
        lost_after_ += count;  // behind the frame's last packet: the next one's loss
        return;
    }
    if (writer_.open()) {
        unit_.frame.damaged = true;
        before_nal_.frame.damaged = true;
        end_nal();
    }
    writer_.lost(count);
}

void AccessUnits::discontinuity() {
    flush();
    writer_.discontinuity();
    swallowing_ = true;
    trust_ = Trust::Learning;
    honest_ = 0;
}

void AccessUnits::flush() {
    end_nal();
    if (writer_.open() && unit_.has_slice) finish();
    if (writer_.open()) writer_.drop();
    unit_ = Unit{};
    marked_.reset();
    headless_.reset();
}

void AccessUnits::oversize() {
    remarks_.tell({Remark::Kind::Oversize, "", "a frame of more than 32 MiB was thrown away", 0});
    nal_open_ = false;
    start_code_ = false;
    writer_.drop();
    unit_ = Unit{};
    headless_ = time_.rtp_time;
    swallowing_ = true;
}

}  // namespace beffroi::rtp
