#include "video/archive/engine.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include <fmt/format.h>
#include <pthread.h>

#include "video/archive/names.hpp"

namespace beffroi::archive {

namespace {

using base::Code;

constexpr std::uint64_t kIdleMemory = 64ULL << 20U;
constexpr std::chrono::milliseconds kTick{100};

std::int64_t system_monotonic_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

base::Level level_of(ArchiveEvent::Kind kind) {
    switch (kind) {
        case ArchiveEvent::Kind::DiskLost:
        case ArchiveEvent::Kind::DiskWrong:
        case ArchiveEvent::Kind::DiskFull:
        case ArchiveEvent::Kind::Dropped:
            return base::Level::Error;
        case ArchiveEvent::Kind::DiskSlow:
        case ArchiveEvent::Kind::SpaceShort:
        case ArchiveEvent::Kind::ClockStep:
        case ArchiveEvent::Kind::Interrupted:
            return base::Level::Warn;
        case ArchiveEvent::Kind::DiskBack:
        case ArchiveEvent::Kind::Erased:
        case ArchiveEvent::Kind::Recovered:
        case ArchiveEvent::Kind::Resumed:
            return base::Level::Info;
    }
    return base::Level::Info;
}

void name_thread(const std::string& name) {
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace

base::Result<std::unique_ptr<Archive>> Archive::open(ArchiveOptions options, const base::Clock& clock, base::Log& log,
                                                     OnEvent on_event) {
    return std::unique_ptr<Archive>(TRY(Engine::create(std::move(options), clock, log, std::move(on_event), Seams{})));
}

base::Result<std::unique_ptr<Engine>> Engine::create(ArchiveOptions options, const base::Clock& clock, base::Log& log,
                                                     OnEvent on_event, Seams seams) {
    std::unique_ptr<Engine> engine(new Engine(std::move(options), clock, log, std::move(on_event), std::move(seams)));
    // A job boundary: a broken index is the answer of opening the archive.
    try {
        TRY(engine->start());
    } catch (const base::Failure& failure) {
        return std::unexpected(base::Error(failure.error()).wrapped("index of the archive"));
    }
    return engine;
}

Engine::Engine(ArchiveOptions options, const base::Clock& clock, base::Log& log, OnEvent on_event, Seams seams)
    : options_(std::move(options)),
      clock_(clock),
      log_(log),
      on_event_(std::move(on_event)),
      own_io_(seams.io == nullptr ? system_disk_io() : nullptr),
      io_(seams.io == nullptr ? *own_io_ : *seams.io),
      monotonic_us_(seams.monotonic_us ? std::move(seams.monotonic_us) : system_monotonic_us),
      threads_(seams.threads),
      pool_(mp4::MemoryPool::create(kIdleMemory)) {
    for (const DiskOptions& disk : options_.disks) disks_.push_back(std::make_unique<Disk>(disk));
    told_short_us_.resize(disks_.size(), 0);
    days_left_.with([&](auto& days) { days.resize(disks_.size()); });
    Writer::Hooks hooks;
    hooks.flushed = [this](std::vector<Flushed> flushed) {
        inbox_.with(
            [&](Inbox& inbox) { std::move(flushed.begin(), flushed.end(), std::back_inserter(inbox.flushed)); });
    };
    hooks.event = [this](ArchiveEvent::Kind kind, const CameraId& camera, std::string detail) {
        event(kind, camera, std::move(detail));
    };
    hooks.monotonic_us = monotonic_us_;
    writer_ = std::make_unique<Writer>(
        disks_, io_, WriterOptions{options_.flush_every, options_.file_bytes, options_.chain}, std::move(hooks));
}

Engine::~Engine() {
    stop_.store(true);
    writer_->wake();
    {
        std::lock_guard lock(sleep_mutex_);
        sleep_.notify_all();
    }
    for (std::thread& thread : threads_running_) thread.join();
    threads_running_.clear();
    if (index_ == nullptr || abandoned_) return;
    for (std::size_t i = 0; i < disks_.size(); ++i) writer_->step(i, true);
    std::lock_guard lock(work_mutex_);
    index_work();
}

base::Status Engine::start() {
    if (options_.disks.empty()) return base::fail(Code::Invalid, "the archive has no disk");
    index_ = TRY(Index::open(options_.database, options_.migrations, clock_.now()));
    retentions_.with([&](auto& retentions) {
        for (const Index::Camera& camera : index_->cameras()) retentions[camera.id] = camera.retention;
    });
    wall_minus_monotonic_us_ = now_us() - monotonic_us_();
    clock_run_from_us_ = now_us();
    std::lock_guard lock(work_mutex_);
    identify_disks();
    if (std::none_of(disks_.begin(), disks_.end(), [](const auto& disk) { return disk->usable(); })) {
        index_work();
        return base::fail(Code::Unavailable, "no disk of the archive can be used");
    }
    for (std::size_t i = 0; i < disks_.size(); ++i)
        if (disks_[i]->usable()) recover_disk(i);
    // What came to its term while the recorder was off goes before anything else is done.
    expire();
    make_room();
    index_work();
    if (threads_) start_threads();
    return {};
}

void Engine::start_threads() {
    for (std::size_t i = 0; i < disks_.size(); ++i)
        threads_running_.emplace_back([this, i] {
            name_thread(fmt::format("disk-{}", i));
            while (!stop_.load()) writer_->wait(i, writer_->step(i), stop_);
        });
    threads_running_.emplace_back([this] {
        name_thread("fragments");
        std::unique_lock lock(sleep_mutex_);
        while (!stop_.load()) {
            sleep_.wait_for(lock, kTick);
            lock.unlock();
            tick();
            lock.lock();
        }
    });
    threads_running_.emplace_back([this] {
        name_thread("archive");
        std::unique_lock lock(sleep_mutex_);
        while (!stop_.load()) {
            sleep_.wait_for(lock, kTick);
            lock.unlock();
            {
                std::lock_guard work(work_mutex_);
                housekeeping();
            }
            lock.lock();
        }
    });
}

void Engine::tick() {
    std::lock_guard lock(tracks_mutex_);
    for (FileTrack* track : tracks_) track->tick(now_us(), false);
    watch_slow_disks();
}

void Engine::step() {
    for (std::size_t i = 0; i < disks_.size(); ++i) writer_->step(i);
    look_after();
}

void Engine::look_after() {
    std::lock_guard lock(work_mutex_);
    housekeeping();
}

void Engine::flush() {
    {
        std::lock_guard lock(tracks_mutex_);
        for (FileTrack* track : tracks_) track->tick(now_us(), true);
    }
    if (threads_)
        writer_->drain();
    else
        for (std::size_t i = 0; i < disks_.size(); ++i) writer_->step(i, true);
    std::lock_guard lock(work_mutex_);
    index_work();
}

std::unique_ptr<Track> Engine::track(const CameraId& camera, Retention retention) {
    if (!valid_camera(camera)) throw base::Failure({Code::Invalid, "not a name of a camera: " + camera, {}});
    auto state = camera_state(camera);
    // A job boundary: an index that fails must not keep a camera from being recorded.
    try {
        index_->put_camera(camera, retention);
    } catch (const base::Failure& failure) {
        log_.error("archive_index", {{"camera", camera}, {"detail", failure.error().detail}});
    }
    retentions_.with([&](auto& retentions) { retentions[camera] = retention; });
    FileTrack::Hooks hooks;
    hooks.event = [this](ArchiveEvent::Kind kind, const CameraId& id, std::string detail) {
        event(kind, id, std::move(detail));
    };
    hooks.closed = [this](FileTrack& track) {
        std::lock_guard lock(tracks_mutex_);
        tracks_.erase(&track);
    };
    auto track = std::make_unique<FileTrack>(
        state, *writer_, pool_,
        TrackOptions{options_.fragment, options_.file_length, options_.file_bytes, options_.memory_per_track},
        std::move(hooks));
    std::lock_guard lock(tracks_mutex_);
    tracks_.insert(track.get());
    return track;
}

// The camera goes on where its last fragment ends: number, hash and time.
std::shared_ptr<CameraState> Engine::camera_state(const CameraId& camera) {
    return cameras_.with([&](auto& cameras) {
        auto& state = cameras[camera];
        if (state) return state;
        state = std::make_shared<CameraState>();
        state->id = camera;
        // A job boundary: what a failing index does not tell is read from the disks.
        try {
            if (auto last = index_->last_file(camera)) {
                state->sequence = last->last_sequence;
                state->head = last->last_hash;
                state->last_to_us = last->to_us;
            }
        } catch (const base::Failure&) {
            head_from_disks(*state);
        }
        return state;
    });
}

void Engine::head_from_disks(CameraState& state) const {
    std::vector<std::filesystem::path> folders;
    for (const auto& disk : disks_) folders.push_back(disk->folder());
    auto heads = chain_heads(folders);
    if (!heads) return;
    for (const ChainHead& head : *heads) {
        if (head.camera != state.id) continue;
        state.sequence = head.sequence;
        state.last_to_us = head.to_us;
        if (auto hash = crypto::from_hex(head.hash); hash && hash->size() == state.head.size())
            std::memcpy(state.head.data(), hash->data(), hash->size());
    }
}

std::optional<std::size_t> Engine::disk_of(const std::string& id) const {
    for (std::size_t i = 0; i < disks_.size(); ++i)
        if (disks_[i]->id() == id) return i;
    return std::nullopt;
}

Retention Engine::retention_of(const CameraId& camera) {
    return retentions_.with([&](auto& retentions) { return retentions[camera]; });
}

void Engine::event(ArchiveEvent::Kind kind, const CameraId& camera, std::string detail) {
    ArchiveEvent event{kind, clock_.now(), camera, std::move(detail)};
    // At once: the thread that takes them may be waiting for a disk itself.
    log_.write(level_of(kind), fmt::format("archive_{}", event_name(kind)),
               {{"camera", event.camera}, {"detail", event.detail}});
    inbox_.with([&](Inbox& inbox) { inbox.events.push_back(std::move(event)); });
}

}  // namespace beffroi::archive
