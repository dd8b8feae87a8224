// The contract of the archive, held against a disk that forgets at any point everything that was not flushed, and of
// what was being written keeps any sectors it likes.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "video/archive/faulty_disk.hpp"
#include "video/archive/names.hpp"
#include "video/archive/test_support.hpp"

namespace beffroi::archive {

namespace {

namespace fs = std::filesystem;
using base::Code;

class LoggedFile final : public DiskFile {
  public:
    LoggedFile(std::unique_ptr<DiskFile> real, std::string where) : file(std::move(real)), path(std::move(where)) {}
    std::unique_ptr<DiskFile> file;
    std::string path;
};
LoggedFile& of(DiskFile& file) {
    return static_cast<LoggedFile&>(file);
}

}  // namespace

base::Status FaultyDisk::next(const fs::path& path, Operation operation) {
    if (operations_ + 1 == cut_at_ && !cut_) {
        cut_ = true;
        // What is just being done may also be there, or a part of it.
        log_.push_back(operation);
        if (on_cut_) on_cut_();
    }
    if (cut_) return base::fail(Code::Unavailable, "no power");
    ++operations_;
    for (const auto& [folder, code] : failing)
        if (path.string().starts_with(folder.string())) return base::fail(code, "injected");
    log_.push_back(std::move(operation));
    return {};
}

base::Result<std::unique_ptr<DiskFile>> FaultyDisk::create(const fs::path& path) {
    if (fs::exists(path)) return base::fail(Code::Conflict, "there is one");
    TRY(next(path, {Operation::Kind::Create, path.string(), 0, {}}));
    return std::make_unique<LoggedFile>(TRY(real_->create(path)), path.string());
}
base::Result<std::unique_ptr<DiskFile>> FaultyDisk::reopen(const fs::path& path) {
    return std::make_unique<LoggedFile>(TRY(real_->reopen(path)), path.string());
}
base::Status FaultyDisk::allocate(DiskFile& file, std::uint64_t bytes) {
    TRY(next(of(file).path, {Operation::Kind::Allocate, of(file).path, bytes, {}}));
    return real_->allocate(*of(file).file, bytes);
}
base::Status FaultyDisk::write(DiskFile& file, std::uint64_t offset, codec::Bytes bytes) {
    CHECK(offset % 4096 == 0);
    CHECK(bytes.size() % 4096 == 0);
    TRY(next(of(file).path, {Operation::Kind::Write, of(file).path, offset, {bytes.begin(), bytes.end()}}));
    return real_->write(*of(file).file, offset, bytes);
}
base::Status FaultyDisk::truncate(DiskFile& file, std::uint64_t bytes) {
    TRY(next(of(file).path, {Operation::Kind::Truncate, of(file).path, bytes, {}}));
    return real_->truncate(*of(file).file, bytes);
}
base::Status FaultyDisk::flush(const fs::path& folder, std::span<DiskFile* const> dirty) {
    if (before_flush) before_flush();
    if (cut_ || operations_ + 1 == cut_at_) {
        cut_ = true;
        if (on_cut_) std::exchange(on_cut_, {})();
        return base::fail(Code::Unavailable, "no power");
    }
    ++operations_;
    for (const auto& [failed, code] : failing)
        if (folder.string().starts_with(failed.string())) return base::fail(code, "injected");
    for (DiskFile* file : dirty)
        for (Operation& operation : log_)
            if (operation.path == of(*file).path) operation.durable = true;
    ++flushes;
    return {};
}
base::Status FaultyDisk::remove(const fs::path& path) {
    TRY(next(path, {Operation::Kind::Remove, path.string(), 0, {}}));
    return real_->remove(path);
}
base::Result<DiskIo::Space> FaultyDisk::space(const fs::path& folder) {
    auto found = free_bytes.find(folder);
    if (found != free_bytes.end()) return Space{1ULL << 40U, found->second};
    return Space{1ULL << 40U, 1ULL << 39U};
}
void FaultyDisk::cut_after(std::uint64_t operations, std::function<void()> on_cut) {
    cut_at_ = operations_ + operations;
    on_cut_ = std::move(on_cut);
}

void FaultyDisk::survive(const fs::path& from, const fs::path& to, std::size_t grain, std::mt19937_64& random) const {
    std::map<std::string, std::vector<std::uint8_t>> files;
    const std::uint64_t chance = random() % 101;  // this time: nothing of it, all of it, anything between
    auto lucky = [&] { return random() % 100 < chance; };
    for (const Operation& operation : log_) {
        if (operation.kind == Operation::Kind::Create) {
            if (operation.durable || lucky()) files[operation.path];
            continue;
        }
        auto found = files.find(operation.path);
        if (found == files.end()) continue;
        std::vector<std::uint8_t>& content = found->second;
        switch (operation.kind) {
            case Operation::Kind::Create:
                break;
            case Operation::Kind::Allocate:
                if (operation.durable || lucky())
                    content.resize(std::max<std::size_t>(content.size(), operation.offset));
                break;
            case Operation::Kind::Truncate:
                if (operation.durable || lucky()) content.resize(operation.offset);
                break;
            case Operation::Kind::Remove:
                if (lucky()) files.erase(found);
                break;
            case Operation::Kind::Write:
                for (std::size_t at = 0; at < operation.bytes.size(); at += grain) {
                    if (!operation.durable && !lucky()) continue;
                    std::size_t count = std::min(grain, operation.bytes.size() - at);
                    std::size_t where = static_cast<std::size_t>(operation.offset) + at;
                    if (content.size() < where + count) content.resize(where + count);
                    std::memcpy(content.data() + where, operation.bytes.data() + at, count);
                }
                break;
        }
    }
    fs::create_directories(to);
    fs::copy_file(from / "disk.json", to / "disk.json");
    for (const auto& [path, content] : files) {
        fs::path place = to / fs::path(path).lexically_relative(from);
        fs::create_directories(place.parent_path());
        mp4::write_file(place, content);
    }
}

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kForever = INT64_MAX / 2;

// Every frame of the camera that is stored is the one that was sent, none is missing between, and how many there are.
std::size_t check_prefix(Engine& engine, const TestCamera& camera) {
    auto stored = stored_frames(engine, camera.id);
    std::size_t good = 0;
    for (std::size_t i = 0; i < stored.size(); ++i)
        if (i < camera.sent && stored[i].arrival_us == camera.arrivals_us[i] &&
            stored[i].bytes == camera.stream.frames[i % camera.stream.frames.size()].bytes)
            ++good;
    CHECK(good == stored.size());
    return good;
}

// Whether the power went while something was going on.
bool one_power_cut(std::uint64_t seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    FaultyDisk disk;  // outlives the archive
    TestArchive before;
    before.options.file_length = std::chrono::seconds(3);
    before.options.chain = seed % 4 != 0;
    before.io = &disk;
    before.open();
    TestCamera one(before, "porte-nord", mp4::synthetic(250, 25, 700));
    TestCamera two(before, "mairie", mp4::synthetic(250, 50, 400));
    db::ScratchFolder after_cut;
    disk.cut_after(1 + random() % 120, [&] {
        for (const char* suffix : {"", "-wal"}) {
            fs::path file = before.options.database.string() + suffix;
            if (fs::exists(file)) fs::copy_file(file, after_cut.path() / ("index.db" + std::string(suffix)));
        }
    });
    // What readers were shown was acknowledged.
    std::map<CameraId, std::size_t> shown;
    while (!disk.cut() && one.sent < 500) {
        one.send_one();
        if (one.sent % 2 == 0) two.send_one();  // 12 a second
        before.advance(40'000);
        if (one.sent % 25 == 0)
            for (TestCamera* camera : {&one, &two}) {
                std::size_t frames = 0;
                for (const FileInfo& file : before.engine->files(camera->id, 0, kForever)) frames += file.frames;
                if (!disk.cut()) shown[camera->id] = frames;
            }
    }
    const std::int64_t cut_us = before.clock.now().ms * 1000;
    before.crash({&one, &two});
    disk.survive(before.disk(0), after_cut.path() / "disk0", seed % 2 == 0 ? 512 : 4096, random);

    TestArchive after;
    after.clock.set(before.clock.now());
    after.options.disks[0].folder = after_cut.path() / "disk0";
    after.options.database = seed % 3 == 0 ? after_cut.path() / "another.db" : after_cut.path() / "index.db";
    after.options.chain = before.options.chain;
    after.open();
    for (TestCamera* camera : {&one, &two}) {
        CAPTURE(camera->id);
        std::size_t good = check_prefix(*after.engine, *camera);
        auto due = static_cast<std::size_t>(std::count_if(camera->arrivals_us.begin(), camera->arrivals_us.end(),
                                                          [&](std::int64_t at) { return at <= cut_us - 2 * kSecond; }));
        CHECK(good >= due);
        CHECK(good >= shown[camera->id]);
    }
    for (const VerifyFault& fault : after.verified().faults)
        FAIL_CHECK(fault.path.string(), " ", fault.offset, " ", fault.what);
    // And it records on, chained to what was left.
    TestCamera again(after, "porte-nord", mp4::synthetic(50, 25, 700));
    again.send(2);
    again.close();
    after.engine->flush();
    after.advance(3 * kSecond);
    CHECK(after.verified().faults.empty());
    return disk.cut();
}

}  // namespace

TEST_CASE(
    "the power goes at any moment: what was acknowledged is there, the chain holds, at most two seconds are lost") {
    const char* asked = std::getenv("BEFFROI_POWER_CUTS");
    const std::uint64_t rounds = asked != nullptr ? std::strtoull(asked, nullptr, 10) : 60;
    std::uint64_t cuts = 0;
    for (std::uint64_t seed = 0; seed < rounds; ++seed) cuts += one_power_cut(seed) ? 1U : 0U;
    CHECK(cuts * 4 > rounds * 3);
}

TEST_CASE("the process is killed at any moment: the same holds, with the real threads and the real disk") {
    for (int round = 0; round < 4; ++round) {
        db::ScratchFolder folder;
        const mp4::TestStream stream = mp4::synthetic(250, 25, 3000);
        ArchiveOptions options;
        options.disks.push_back({folder.path() / "disk0", 0, false});
        options.database = folder.path() / "index.db";
        options.migrations = "migrations/video";
        std::array<int, 2> pipe{};
        REQUIRE(::pipe(pipe.data()) == 0);
        pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            // Feeds as quickly as it can and says after each flush how much of it is acknowledged.
            base::SystemClock clock;
            base::Log log(stderr, clock, base::Level::Error);
            auto archive = Archive::open(options, clock, log, {});
            if (!archive) ::_exit(1);
            auto track = (*archive)->track("porte-nord", {});
            track->on_format(stream.format);
            for (std::uint32_t sent = 0;;) {
                const mp4::TestFrame& from = stream.frames[sent % stream.frames.size()];
                rtp::FrameBuffer& buffer = track->buffer();
                rtp::Frame frame;
                frame.offset = buffer.size();
                buffer.append(from.bytes);
                frame.size = from.bytes.size();
                frame.rtp_time = std::int64_t{sent} * 3600;
                frame.arrival_us = clock.now().ms * 1000;
                frame.key = from.key;
                track->on_frame(frame);
                if (++sent % 100 != 0) continue;
                (*archive)->flush();
                if (::write(pipe[1], &sent, sizeof sent) != sizeof sent) ::_exit(1);
            }
        }
        ::close(pipe[1]);
        std::uint32_t acknowledged = 0;
        for (int i = 0; i < 5 + round * 7; ++i)
            REQUIRE(::read(pipe[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged);
        REQUIRE(::kill(child, SIGKILL) == 0);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        ::close(pipe[0]);

        base::SystemClock clock;
        base::Log log(stderr, clock, base::Level::Error);
        Seams seams;
        auto engine = Engine::create(options, clock, log, {}, std::move(seams));
        REQUIRE(engine);
        auto stored = stored_frames(**engine, "porte-nord");
        CHECK(stored.size() >= acknowledged);
        bool same = true;
        for (std::size_t i = 0; i < stored.size(); ++i)
            same = same && stored[i].bytes == stream.frames[i % stream.frames.size()].bytes;
        CHECK(same);
        CHECK(verify({options.disks[0].folder}, std::nullopt, {})->faults.empty());
    }
}

}  // namespace beffroi::archive
