// `archive list | timeline | verify | rebuild | export`: beside a recorder at work, or without one.
#include <algorithm>
#include <iostream>
#include <limits>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "base/text.hpp"
#include "commands.hpp"
#include "lock.hpp"
#include "media/mp4/virtual_file.hpp"
#include "video/archive/reader.hpp"

namespace beffroi::apps {

namespace {

using base::Code;
using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

struct Interval {
    std::int64_t from_us = std::numeric_limits<std::int64_t>::min() / 4;
    std::int64_t to_us = std::numeric_limits<std::int64_t>::max() / 4;
};

base::Result<Interval> interval_of(const ArchiveArguments& arguments) {
    Interval out;
    if (!arguments.from.empty()) out.from_us = TRY(parse_instant(arguments.from));
    if (!arguments.to.empty()) out.to_us = TRY(parse_instant(arguments.to));
    if (out.to_us <= out.from_us) return base::fail(Code::Invalid, "--to must be later than --from");
    return out;
}

// Anything that takes more than a moment says where it is.
Progress progress(const Common& common) {
    if (common.json || ::isatty(STDERR_FILENO) == 0) return [](std::uint64_t, std::uint64_t) {};
    return [last = std::chrono::steady_clock::now()](std::uint64_t done, std::uint64_t all) mutable {
        auto now = std::chrono::steady_clock::now();
        if (now - last < std::chrono::seconds(2) || all == 0) return;
        last = now;
        std::cerr << fmt::format("  {:.1f} of {:.1f} GB\n", static_cast<double>(done) / 1e9,
                                 static_cast<double>(all) / 1e9);
    };
}

template <typename Use>
int with_archive(const Common& common, Use&& use) {
    auto config = config_of(common);
    if (!config) return say(common, config.error());
    base::SystemClock clock;
    auto archive = archive::open_reader(archive_of(common, *config), clock);
    if (!archive) return say(common, archive.error());
    return use(**archive);
}

base::Error no_camera(archive::Archive& archive, const std::string& asked) {
    std::string known;
    for (const auto& camera : archive.cameras()) known += (known.empty() ? "" : ", ") + camera;
    return {Code::NotFound,
            fmt::format("no camera \"{}\" in this archive; there are: {}", asked, known.empty() ? "none" : known),
            {}};
}

bool knows(archive::Archive& archive, const std::string& camera) {
    auto all = archive.cameras();
    return std::ranges::find(all, camera) != all.end();
}

// The stored stretches that an interval touches, with the fragments before it back to a key frame.
base::Result<std::vector<mp4::Part>> parts_of(archive::Archive& archive, const std::string& camera,
                                              const Interval& interval) {
    constexpr std::int64_t kLookBack = 60'000'000;
    std::vector<mp4::Part> out;
    for (const auto& file : archive.files(camera, interval.from_us - kLookBack, interval.to_us)) {
        mp4::Part part{file.path, file.format, {}};
        auto source = TRY(mp4::open_source(file.path));
        for (const auto& fragment : TRY(archive.fragments(file)))
            if (fragment.to_us > interval.from_us - kLookBack && fragment.from_us < interval.to_us)
                part.fragments.push_back(TRY(mp4::read_fragment(*source, fragment.offset)));
        if (!part.fragments.empty()) out.push_back(std::move(part));
    }
    return out;
}

class Output {
  public:
    static base::Result<Output> create(const std::filesystem::path& path) {
        int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (descriptor < 0)
            return base::fail(Code::Conflict,
                              path.string() + ": cannot be made (does it exist already? is the folder there?)");
        return Output(path, descriptor);
    }
    Output(Output&& other) noexcept
        : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
    Output& operator=(Output&&) = delete;
    // Half an export is none.
    ~Output() {
        if (descriptor_ < 0) return;
        ::close(descriptor_);
        ::unlink(path_.c_str());
    }

    base::Status add(std::span<const std::uint8_t> bytes) {
        while (!bytes.empty()) {
            ssize_t gone = ::write(descriptor_, bytes.data(), bytes.size());
            if (gone <= 0) return failed();
            bytes = bytes.subspan(static_cast<std::size_t>(gone));
        }
        return {};
    }
    // Copied by the kernel: the images do not pass through this program.
    base::Status add(int from, std::uint64_t offset, std::uint64_t bytes) {
        auto at = static_cast<off_t>(offset);
        while (bytes > 0) {
            ssize_t gone =
                ::sendfile(descriptor_, from, &at, static_cast<std::size_t>(std::min<std::uint64_t>(bytes, 1U << 30U)));
            if (gone <= 0) return failed();
            bytes -= static_cast<std::uint64_t>(gone);
        }
        return {};
    }
    base::Status finish() {
        if (::fsync(descriptor_) != 0) return failed();
        ::close(std::exchange(descriptor_, -1));
        return {};
    }

  private:
    Output(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
    [[nodiscard]] base::Status failed() const {
        return base::fail(Code::Unavailable,
                          path_.string() + ": cannot be written whole (is the disk full?); nothing was left there");
    }
    std::filesystem::path path_;
    int descriptor_;
};

base::Status write_out(const mp4::VirtualFile& plan, const std::filesystem::path& path) {
    Output output = TRY(Output::create(path));
    TRY(output.add(plan.header));
    std::size_t open_part = plan.paths.size();
    int descriptor = -1;
    base::Status status;
    for (const auto& piece : plan.pieces) {
        if (piece.part != open_part) {
            if (descriptor >= 0) ::close(descriptor);
            descriptor = ::open(plan.paths[piece.part].c_str(), O_RDONLY | O_CLOEXEC);
            open_part = piece.part;
        }
        status = descriptor < 0 ? base::fail(Code::NotFound, plan.paths[piece.part].string() + ": erased meanwhile")
                                : output.add(descriptor, piece.offset, piece.bytes);
        if (!status) break;
    }
    if (descriptor >= 0) ::close(descriptor);
    TRY(std::move(status));
    return output.finish();
}

}  // namespace

int archive_list(const Common& common, const ArchiveArguments& arguments) {
    auto interval = interval_of(arguments);
    if (!interval) return say(common, interval.error());
    return with_archive(common, [&](archive::Archive& archive) {
        if (!arguments.camera.empty() && !knows(archive, arguments.camera))
            return say(common, no_camera(archive, arguments.camera));
        std::string json;
        for (const auto& camera : archive.cameras()) {
            if (!arguments.camera.empty() && camera != arguments.camera) continue;
            for (const auto& file : archive.files(camera, interval->from_us, interval->to_us)) {
                std::string codec = file.format ? file.format->codec_string : "";
                if (common.json)
                    json += fmt::format(
                        "{}{{\"id\":{},\"camera\":\"{}\",\"path\":{},\"from\":\"{}\",\"to\":\"{}\",\"from_us\":{},\"to_"
                        "us\":{},"
                        "\"bytes\":{},\"frames\":{},\"codec\":\"{}\",\"width\":{},\"height\":{},\"open\":{}}}",
                        json.empty() ? "" : ",\n", file.id, file.camera, base::json_string(file.path.string()),
                        iso_ms(file.from_us), iso_ms(file.to_us), file.from_us, file.to_us, file.bytes, file.frames,
                        codec, file.format ? file.format->width : 0, file.format ? file.format->height : 0, file.open);
                else
                    std::cout << fmt::format("{:<20} {}  {}  {:>8} images {:>9.1f} MB  {}{}\n", file.camera,
                                             iso_ms(file.from_us), iso_ms(file.to_us), file.frames,
                                             static_cast<double>(file.bytes) / 1e6, file.path.string(),
                                             file.open ? "  (open)" : "");
            }
        }
        if (common.json) std::cout << "[" << json << "]\n";
        return kDone;
    });
}

int archive_timeline(const Common& common, const ArchiveArguments& arguments) {
    auto interval = interval_of(arguments);
    if (!interval) return say(common, interval.error());
    return with_archive(common, [&](archive::Archive& archive) {
        if (!knows(archive, arguments.camera)) return say(common, no_camera(archive, arguments.camera));
        std::string json;
        for (const auto& span : archive.timeline(arguments.camera, interval->from_us, interval->to_us)) {
            if (common.json)
                json += fmt::format("{}{{\"from\":\"{}\",\"to\":\"{}\",\"recorded\":{},\"reason\":\"{}\"}}",
                                    json.empty() ? "" : ",\n", iso_ms(span.from_us), iso_ms(span.to_us), span.recorded,
                                    span.reason);
            else
                std::cout << fmt::format("{}  {}  {}\n", iso_ms(span.from_us), iso_ms(span.to_us),
                                         span.recorded ? "recorded" : "nothing: " + span.reason);
        }
        if (common.json) std::cout << "[" << json << "]\n";
        return kDone;
    });
}

int archive_verify(const Common& common, const ArchiveArguments& arguments) {
    auto config = config_of(common);
    if (!config) return say(common, config.error());
    std::vector<std::filesystem::path> disks;
    for (const auto& disk : archive_of(common, *config).disks) disks.push_back(disk.folder);
    std::optional<archive::CameraId> camera;
    if (!arguments.camera.empty()) camera = arguments.camera;
    auto report = archive::verify(disks, camera, progress(common));
    if (!report) return say(common, report.error());
    std::string json;
    for (const auto& fault : report->faults) {
        if (common.json)
            json += fmt::format("{}{{\"path\":{},\"offset\":{},\"camera\":\"{}\",\"what\":\"{}\"}}",
                                json.empty() ? "" : ",", base::json_string(fault.path.string()), fault.offset,
                                fault.camera, fault.what);
        else
            std::cout << fmt::format("✗ {}: {} at byte {} of {}\n", fault.camera, fault.what, fault.offset,
                                     fault.path.string());
    }
    if (common.json)
        std::cout << fmt::format("{{\"files\":{},\"fragments\":{},\"bytes\":{},\"faults\":[{}]}}\n", report->files,
                                 report->fragments, report->bytes, json);
    else
        std::cout << fmt::format("{} files, {} fragments, {:.3f} GB: {}\n", report->files, report->fragments,
                                 static_cast<double>(report->bytes) / 1e9,
                                 report->faults.empty() ? "nothing was changed" : "see above");
    return report->faults.empty() ? kDone : kFound;
}

int archive_rebuild(const Common& common) {
    auto config = config_of(common);
    if (!config) return say(common, config.error());
    std::error_code error;
    std::filesystem::create_directories(config->data_folder, error);
    auto lock = FolderLock::take(config->data_folder);
    if (!lock) return say(common, lock.error());
    auto files = archive::rebuild(archive_of(common, *config), progress(common));
    if (!files) return say(common, files.error());
    if (common.json)
        std::cout << fmt::format("{{\"files\":{}}}\n", *files);
    else
        std::cout << fmt::format("{} files are in the database again\n", *files);
    return kDone;
}

int archive_export(const Common& common, const ArchiveArguments& arguments) {
    auto interval = interval_of(arguments);
    if (!interval) return say(common, interval.error());
    return with_archive(common, [&](archive::Archive& archive) {
        if (!knows(archive, arguments.camera)) return say(common, no_camera(archive, arguments.camera));
        auto parts = parts_of(archive, arguments.camera, *interval);
        if (!parts) return say(common, parts.error());
        auto plan = mp4::plan_virtual_file(*parts, interval->from_us, interval->to_us);
        if (!plan) return say(common, plan.error());
        if (auto written = write_out(*plan, arguments.output); !written) return say(common, written.error());
        if (common.json)
            std::cout << fmt::format(
                "{{\"file\":{},\"bytes\":{},\"frames\":{},\"lead_in\":{},\"first\":\"{}\",\"end\":\"{}\",\"exact_"
                "start\":{}}}\n",
                base::json_string(arguments.output.string()), plan->bytes, plan->frames, plan->lead_in,
                iso_ms(plan->from_us), iso_ms(plan->to_us), plan->begins_at_key);
        else
            std::cout << fmt::format(
                "{}: {} images from {} to {}, {:.1f} MB{}\n", arguments.output.string(), plan->frames - plan->lead_in,
                iso_ms(plan->from_us), iso_ms(plan->to_us), static_cast<double>(plan->bytes) / 1e6,
                plan->begins_at_key
                    ? ""
                    : "\nno key frame was recorded before the beginning: the first images can't be shown");
        return kDone;
    });
}

}  // namespace beffroi::apps
