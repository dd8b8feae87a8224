// For tests and benchmarks: a sink that keeps what it is given.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "media/codec/nal.hpp"
#include "media/rtp/frame.hpp"
#include "media/rtp/remark.hpp"

namespace beffroi::rtp {

class VectorBuffer final : public FrameBuffer {
  protected:
    void grow(std::size_t more) override {
        bytes_.resize(std::max(2 * bytes_.size(), size() + more));
        data_ = bytes_.data();
        capacity_ = bytes_.size();
    }

  private:
    std::vector<std::uint8_t> bytes_;
};

// Copies each frame out, and takes another buffer for each third one, as an archive may at each fragment.
class CapturingSink : public FrameSink {
  public:
    struct Captured {
        Frame frame;
        std::vector<std::uint8_t> bytes;
        codec::FormatPtr format;
        // H.264 and H.265: its NAL units
        [[nodiscard]] std::vector<std::vector<std::uint8_t>> nals() const {
            std::vector<std::vector<std::uint8_t>> all;
            if (!codec::for_each_nal(bytes, [&](Bytes nal) { all.emplace_back(nal.begin(), nal.end()); })) all.clear();
            return all;
        }
    };

    FrameBuffer& buffer() override { return *buffer_; }
    void on_format(const codec::FormatPtr& format) override {
        format_ = format;
        formats.push_back(format);
    }
    void on_frame(const Frame& frame) override {
        const Bytes all(buffer_->data(), buffer_->size());
        const Bytes bytes = all.subspan(frame.offset, frame.size);
        frames.push_back({frame, {bytes.begin(), bytes.end()}, format_});
        if (frames.size() % 3 == 0) buffer_ = std::make_unique<VectorBuffer>();
    }
    void on_sender_report(const SenderReport& report) override { reports.push_back(report); }

    RemarkListener listener() {
        return [this](const Remark& remark) { remarks.push_back(remark); };
    }
    [[nodiscard]] bool told(std::string_view quirk) const {
        for (const Remark& remark : remarks)
            if (remark.quirk == quirk) return true;
        return false;
    }
    [[nodiscard]] int times(Remark::Kind kind) const {
        int count = 0;
        for (const Remark& remark : remarks) count += remark.kind == kind ? 1 : 0;
        return count;
    }

    std::vector<Captured> frames;
    std::vector<codec::FormatPtr> formats;
    std::vector<SenderReport> reports;
    std::vector<Remark> remarks;

  private:
    std::unique_ptr<VectorBuffer> buffer_ = std::make_unique<VectorBuffer>();
    codec::FormatPtr format_;
};

}  // namespace beffroi::rtp
