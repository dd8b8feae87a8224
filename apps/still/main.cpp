// beffroi-still: one key frame in, one JPEG out, then the end. The only program of Beffroi that decodes images, and it
// does nothing else with them: decoders are the attack surface of a recorder, so this one runs alone, without files,
// without network, with little memory and little time (docs/adr/0005-stills-in-a-sandbox.md).
//
// Standard input:  magic "BFS1", codec (1 byte: 1 H.264, 2 H.265, 3 MJPEG), widest (2 bytes: 0 as it is), size of the
// configuration
//                  record (4), size of the access unit (4), then both. Integers are big-endian; NAL units carry lengths
//                  of four bytes.
// Standard output: the JPEG. Exit 0 done, 2 wrong input, 3 not decodable, 4 no sandbox.
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
}

namespace {

constexpr int kWrongInput = 2;
constexpr int kNotDecodable = 3;
constexpr int kNoSandbox = 4;
constexpr std::size_t kMostBytes = 32U << 20U;  // of an access unit
constexpr int kMostPixels = 64 << 20;

struct Free {
    void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
    void operator()(AVFrame* p) const { av_frame_free(&p); }
    void operator()(AVPacket* p) const { av_packet_free(&p); }
    void operator()(SwsContext* p) const { sws_freeContext(p); }
};
using Context = std::unique_ptr<AVCodecContext, Free>;
using Frame = std::unique_ptr<AVFrame, Free>;
using Packet = std::unique_ptr<AVPacket, Free>;
using Scaler = std::unique_ptr<SwsContext, Free>;

void limit(int what, rlim_t value) {
    rlimit both{value, value};
    (void)setrlimit(static_cast<__rlimit_resource_t>(what), &both);
}

// From here on only memory, the two pipes and the end are reachable.
bool shut_in() {
    limit(RLIMIT_AS, 1024UL << 20U);
    limit(RLIMIT_CPU, 10);
    limit(RLIMIT_NOFILE, 3);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return false;
    std::unique_ptr<void, decltype(&seccomp_release)> filter(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release);
    if (!filter) return false;
    for (int call :
         {SCMP_SYS(read),           SCMP_SYS(write),         SCMP_SYS(brk),        SCMP_SYS(mmap),
          SCMP_SYS(munmap),         SCMP_SYS(mremap),        SCMP_SYS(mprotect),   SCMP_SYS(madvise),
          SCMP_SYS(futex),          SCMP_SYS(exit),          SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
          SCMP_SYS(rt_sigprocmask), SCMP_SYS(clock_gettime), SCMP_SYS(getpid),     SCMP_SYS(sched_getaffinity),
          SCMP_SYS(getrandom),      SCMP_SYS(fstat),         SCMP_SYS(newfstatat), SCMP_SYS(close)})
        if (seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) != 0) return false;
    return seccomp_load(filter.get()) == 0;
}

bool take(std::uint8_t* into, std::size_t size) {
    while (size > 0) {
        ssize_t got = read(STDIN_FILENO, into, size);
        if (got <= 0) return false;
        into += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

bool give(const std::uint8_t* from, std::size_t size) {
    while (size > 0) {
        ssize_t gone = write(STDOUT_FILENO, from, size);
        if (gone <= 0) return false;
        from += gone;
        size -= static_cast<std::size_t>(gone);
    }
    return true;
}

struct Request {
    AVCodecID codec = AV_CODEC_ID_NONE;
    int widest = 0;
    std::vector<std::uint8_t> configuration;
    std::vector<std::uint8_t> unit;
};

std::uint32_t big_endian(const std::uint8_t* at, int bytes) {
    std::uint32_t out = 0;
    for (int i = 0; i < bytes; ++i) out = (out << 8U) | at[i];
    return out;
}

bool read_request(Request& out) {
    std::array<std::uint8_t, 15> head{};
    if (!take(head.data(), head.size()) || big_endian(head.data(), 4) != 0x42465331U) return false;
    constexpr std::array kCodecs{AV_CODEC_ID_NONE, AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MJPEG};
    if (head[4] == 0 || head[4] >= kCodecs.size()) return false;
    out.codec = kCodecs.at(head[4]);
    out.widest = static_cast<int>(big_endian(head.data() + 5, 2));
    std::size_t configuration = big_endian(head.data() + 7, 4);
    std::size_t unit = big_endian(head.data() + 11, 4);
    if (configuration > 1U << 20U || unit == 0 || unit > kMostBytes) return false;
    out.configuration.resize(configuration);
    out.unit.resize(unit + AV_INPUT_BUFFER_PADDING_SIZE);
    return take(out.configuration.data(), configuration) && take(out.unit.data(), unit);
}

Frame decode(const Request& request) {
    const AVCodec* codec = avcodec_find_decoder(request.codec);
    Context context(codec != nullptr ? avcodec_alloc_context3(codec) : nullptr);
    Packet packet(av_packet_alloc());
    Frame frame(av_frame_alloc());
    if (!context || !packet || !frame) return nullptr;
    context->thread_count = 1;
    context->max_pixels = kMostPixels;
    if (!request.configuration.empty()) {
        // Freed with the context.
        context->extradata =
            static_cast<std::uint8_t*>(av_mallocz(request.configuration.size() + AV_INPUT_BUFFER_PADDING_SIZE));
        if (context->extradata == nullptr) return nullptr;
        std::copy(request.configuration.begin(), request.configuration.end(), context->extradata);
        context->extradata_size = static_cast<int>(request.configuration.size());
    }
    if (avcodec_open2(context.get(), codec, nullptr) < 0) return nullptr;
    packet->data =
        const_cast<std::uint8_t*>(request.unit.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): only read
    packet->size = static_cast<int>(request.unit.size() - AV_INPUT_BUFFER_PADDING_SIZE);
    if (avcodec_send_packet(context.get(), packet.get()) < 0) return nullptr;
    (void)avcodec_send_packet(context.get(), nullptr);  // no other comes: give what there is
    return avcodec_receive_frame(context.get(), frame.get()) >= 0 ? std::move(frame) : nullptr;
}

// MJPEG wants full-range 4:2:0.
Frame fitted(const AVFrame& from, int widest) {
    int width = from.width;
    int height = from.height;
    if (widest > 0 && width > widest) {
        height = std::max(2, static_cast<int>(static_cast<std::int64_t>(height) * widest / width) & ~1);
        width = widest & ~1;
    }
    Frame to(av_frame_alloc());
    if (!to) return nullptr;
    to->format = AV_PIX_FMT_YUVJ420P;
    to->width = width;
    to->height = height;
    if (av_frame_get_buffer(to.get(), 0) < 0) return nullptr;
    Scaler scaler(sws_getContext(from.width, from.height, static_cast<AVPixelFormat>(from.format), width, height,
                                 AV_PIX_FMT_YUVJ420P, SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (!scaler) return nullptr;
    sws_scale(scaler.get(), from.data, from.linesize, 0, from.height, to->data, to->linesize);
    return to;
}

Packet encode(Frame frame) {
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    Context context(codec != nullptr ? avcodec_alloc_context3(codec) : nullptr);
    Packet packet(av_packet_alloc());
    if (!context || !packet) return nullptr;
    context->width = frame->width;
    context->height = frame->height;
    context->pix_fmt = AV_PIX_FMT_YUVJ420P;
    context->time_base = {1, 25};
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_QSCALE;
    context->global_quality = FF_QP2LAMBDA * 4;
    frame->quality = context->global_quality;
    frame->pts = 0;
    if (avcodec_open2(context.get(), codec, nullptr) < 0 || avcodec_send_frame(context.get(), frame.get()) < 0)
        return nullptr;
    return avcodec_receive_packet(context.get(), packet.get()) >= 0 ? std::move(packet) : nullptr;
}

}  // namespace

int main() {
    av_log_set_level(AV_LOG_QUIET);
    // Tables that a codec makes at its first use are made before the door is shut; nothing of the input was read yet.
    if (!shut_in()) return kNoSandbox;
    Request request;
    if (!read_request(request)) return kWrongInput;
    Frame frame = decode(request);
    if (frame) frame = fitted(*frame, request.widest);
    Packet jpeg = frame ? encode(std::move(frame)) : nullptr;
    if (!jpeg || !give(jpeg->data, static_cast<std::size_t>(jpeg->size))) _exit(kNotDecodable);
    _exit(0);
}
