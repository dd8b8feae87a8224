#include "video/archive/writer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "video/archive/names.hpp"

namespace beffroi::archive {

namespace {

using base::Code;

constexpr std::uint64_t kAllocationStep = 32ULL << 20U;
constexpr int kMostOfOneName = 1000;
// What a flush takes at most on a disk that is well: begun that much earlier, it is over when it must be.
constexpr std::chrono::milliseconds kFlushTakes{250};
constexpr std::int64_t kWhileIdle = 250'000;

bool gone(const Disk& disk) {
    return disk.health() == DiskHealth::Lost || disk.health() == DiskHealth::Wrong;
}

}  // namespace

Writer::Writer(std::vector<std::unique_ptr<Disk>>& disks, DiskIo& io, WriterOptions options, Hooks hooks)
    : disks_(disks), io_(io), options_(options), hooks_(std::move(hooks)) {
    for (std::size_t i = 0; i < disks_.size(); ++i) lanes_.push_back(std::make_unique<Lane>());
}

Writer::~Writer() = default;

void Writer::push(std::shared_ptr<const FileJob> file, mp4::FragmentPtr fragment) {
    file->camera->pending.fetch_add(fragment->bytes().size());
    enqueue({std::move(file), std::move(fragment)});
}

void Writer::finish(std::shared_ptr<const FileJob> file) {
    enqueue({std::move(file), nullptr});
}

void Writer::enqueue(Job job) {
    std::lock_guard lock(mutex_);
    CameraState& camera = *job.file->camera;
    if (!camera.disk || gone(*disks_[*camera.disk])) {
        // Whatever waited on a disk that has gone was moved when it went, or waits there because there is no other.
        if (auto best = best_disk(std::nullopt)) camera.disk = best;
        if (!camera.disk) camera.disk = 0;
    }
    Lane& lane = *lanes_[*camera.disk];
    lane.queue.push_back(std::move(job));
    waiting_.fetch_add(1);
    lane.ready.notify_one();
}

std::optional<std::size_t> Writer::best_disk(std::optional<std::size_t> without) const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < disks_.size(); ++i) {
        if (!disks_[i]->usable() || i == without) continue;
        if (!best || disks_[i]->room() > disks_[*best]->room()) best = i;
    }
    return best;
}

std::optional<Writer::Job> Writer::next(std::size_t disk) {
    std::lock_guard lock(mutex_);
    Lane& lane = *lanes_[disk];
    if (lane.queue.empty()) return std::nullopt;
    Job job = std::move(lane.queue.front());
    lane.queue.pop_front();
    return job;
}

// Before a new file: on this disk, or on one with clearly more room? True when `job`, and all that waits of its
// camera, went elsewhere, or back to wait because there is no room anywhere.
bool Writer::move_camera(std::size_t from, Job& job) {
    std::lock_guard lock(mutex_);
    auto best = best_disk(std::nullopt);
    bool here = disks_[from]->usable();
    if (here && (!best || disks_[*best]->room() / 4 * 3 <= disks_[from]->room())) return false;
    std::deque<Job>& queue = lanes_[from]->queue;
    if (!best) {
        queue.push_front(std::move(job));
        return true;
    }
    const CameraState* camera = job.file->camera.get();
    job.file->camera->disk = best;
    std::deque<Job>& to = lanes_[*best]->queue;
    to.push_back(std::move(job));
    std::deque<Job> stay;
    for (Job& waiting : queue) (waiting.file->camera.get() == camera ? to : stay).push_back(std::move(waiting));
    queue.swap(stay);
    lanes_[*best]->ready.notify_one();
    return true;
}

void Writer::disk_changed() {
    std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < disks_.size(); ++i) {
        if (!gone(*disks_[i])) continue;
        auto best = best_disk(i);
        if (!best) continue;
        for (Job& job : lanes_[i]->queue) {
            job.file->camera->disk = best;
            lanes_[*best]->queue.push_back(std::move(job));
        }
        lanes_[i]->queue.clear();
    }
    for (auto& lane : lanes_) lane->ready.notify_all();
}

void Writer::condemn(std::size_t disk, base::Error error) {
    std::lock_guard lock(mutex_);
    lanes_[disk]->condemned = std::move(error);
    lanes_[disk]->ready.notify_all();
}

// The disk is full or gone: its open files are over, what waits goes to another disk or stays until one is there.
void Writer::lose(std::size_t disk, std::optional<Job> job, const base::Error& error) {
    Lane& lane = *lanes_[disk];
    bool full = error.code == Code::TooLarge;
    if (full) {
        for (auto& [key, entry] : lane.open) {
            (void)io_.truncate(*entry.second.file, entry.second.offset);  // without tables: they can be walked
            entry.second.row.open = false;
            entry.second.dirty = true;
            lane.closing.push_back(std::move(entry));
        }
        lane.open.clear();
        if (!flush(disk)) lane.closing.clear();
    }
    lane.open.clear();
    lane.closing.clear();
    lane.unflushed_since = 0;
    DiskHealth health = full ? DiskHealth::Full : error.code == Code::Refused ? DiskHealth::Wrong : DiskHealth::Lost;
    {
        std::lock_guard lock(mutex_);
        disks_[disk]->set_health(health);
        lane.condemned.reset();
        if (job) lane.queue.push_front(std::move(*job));
        if (auto best = best_disk(disk)) {
            for (Job& waiting : lane.queue) {
                waiting.file->camera->disk = best;
                lanes_[*best]->queue.push_back(std::move(waiting));
            }
            lane.queue.clear();
            lanes_[*best]->ready.notify_all();
        }
    }
    ArchiveEvent::Kind kind = full                          ? ArchiveEvent::Kind::DiskFull
                              : health == DiskHealth::Wrong ? ArchiveEvent::Kind::DiskWrong
                                                            : ArchiveEvent::Kind::DiskLost;
    hooks_.event(kind, {}, fmt::format("{}: {}", disks_[disk]->folder().string(), error.detail));
}

base::Result<Writer::OpenFile> Writer::begin_file(std::size_t disk, const FileJob& job, const mp4::Fragment& first) {
    Disk& where = *disks_[disk];
    // Never into the folder below a mount point, never onto a disk that was changed over.
    TRY(where.check(io_));
    OpenFile open;
    const std::int64_t from_us = first.evidence().from_us;
    for (int again = 0;; ++again) {
        std::filesystem::path name = file_name(job.camera->id, from_us, again);
        auto file = io_.create(where.folder() / name);
        if (!file && file.error().code == Code::Conflict && again < kMostOfOneName) continue;
        open.file = TRY(std::move(file));
        open.row.path = name.string();
        open.path = where.folder() / name;
        break;
    }
    std::vector<std::uint8_t> header = mp4::file_header(*job.format, {job.camera->id, from_us});
    open.header_hash = crypto::sha256(std::as_bytes(std::span(header)));
    mp4::AlignedBytes aligned = mp4::allocate_aligned(header.size());
    std::copy(header.begin(), header.end(), aligned.get());
    TRY(reserve(open, header.size()));
    TRY(io_.write(*open.file, 0, {aligned.get(), header.size()}));
    open.offset = header.size();
    open.row.camera = job.camera->id;
    open.row.disk = where.id();
    open.row.format = job.format;
    open.row.from_us = open.row.to_us = open.row.kept_us = from_us;
    open.row.open = true;
    return open;
}

base::Status Writer::reserve(OpenFile& open, std::uint64_t bytes) {
    if (open.offset + bytes <= open.allocated) return {};
    std::uint64_t step = std::max(std::min(options_.file_bytes, kAllocationStep), bytes);
    TRY(io_.allocate(*open.file, mp4::aligned_up(open.offset + step)));
    open.allocated = mp4::aligned_up(open.offset + step);
    return {};
}

base::Status Writer::append(std::size_t disk, OpenFile& open, CameraState& camera, mp4::Fragment& fragment) {
    Lane& lane = *lanes_[disk];
    TRY(reserve(open, fragment.bytes().size()));
    fragment.seal(open.durable, open.header_hash, camera.head, options_.chain);
    TRY(io_.write(*open.file, open.offset, fragment.bytes()));
    const mp4::Evidence& evidence = fragment.evidence();
    if (evidence.gap != mp4::GapReason::None && camera.last_to_us != 0 && evidence.from_us > camera.last_to_us)
        open.gaps.push_back({camera.id, camera.last_to_us, evidence.from_us, std::string(reason_name(evidence.gap))});
    if (options_.chain) camera.head = evidence.hash;
    camera.last_to_us = evidence.to_us;
    open.entries.push_back(mp4::table_entry(fragment, open.offset));
    open.offset += fragment.bytes().size();
    open.dirty = true;
    FileRow& row = open.row;
    row.to_us = std::max(row.to_us, evidence.to_us);
    row.from_us = std::min(row.from_us, evidence.from_us);
    row.bytes = open.offset;
    row.frames += fragment.samples().size();
    ++row.fragments;
    row.last_sequence = evidence.sequence;
    row.last_hash = evidence.hash;
    if (lane.unflushed_since == 0) lane.unflushed_since = hooks_.monotonic_us();
    return {};
}

base::Status Writer::finish_file(OpenFile& open) {
    std::vector<std::uint8_t> tables = mp4::closing_tables(open.entries);
    mp4::AlignedBytes aligned = mp4::allocate_aligned(tables.size());
    std::copy(tables.begin(), tables.end(), aligned.get());
    TRY(reserve(open, tables.size()));
    TRY(io_.write(*open.file, open.offset, {aligned.get(), tables.size()}));
    TRY(io_.truncate(*open.file, open.offset + tables.size()));
    open.row.bytes = open.offset + tables.size();
    open.row.open = false;
    open.dirty = true;
    return {};
}

base::Status Writer::process(std::size_t disk, const Job& job) {
    Lane& lane = *lanes_[disk];
    auto found = lane.open.find(job.file.get());
    if (!job.fragment) {
        if (found == lane.open.end()) return {};
        TRY(finish_file(found->second.second));
        if (lane.unflushed_since == 0) lane.unflushed_since = hooks_.monotonic_us();
        lane.closing.push_back(std::move(found->second));
        lane.open.erase(found);
        return {};
    }
    if (found == lane.open.end()) {
        OpenFile open = TRY(begin_file(disk, *job.file, *job.fragment));
        found = lane.open.emplace(job.file.get(), std::make_pair(job.file, std::move(open))).first;
    }
    return append(disk, found->second.second, *job.file->camera, *job.fragment);
}

base::Status Writer::flush(std::size_t disk) {
    Lane& lane = *lanes_[disk];
    std::vector<DiskFile*> dirty;
    for (auto& [key, entry] : lane.open)
        if (entry.second.dirty) dirty.push_back(entry.second.file.get());
    for (auto& entry : lane.closing) dirty.push_back(entry.second.file.get());
    lane.unflushed_since = 0;
    if (dirty.empty()) return {};
    TRY(io_.flush(disks_[disk]->folder(), dirty));
    std::vector<Flushed> flushed;
    auto publish = [&](const std::shared_ptr<const FileJob>& job, OpenFile& open) {
        open.durable = open.offset;
        open.dirty = false;
        Flushed one;
        one.job = job;
        one.row = open.row;
        one.path = open.path;
        one.fresh.assign(open.entries.begin() + static_cast<std::ptrdiff_t>(open.published), open.entries.end());
        one.first = open.first;
        one.closed = !open.row.open;
        one.gaps = std::move(open.gaps);
        open.gaps.clear();
        open.published = open.entries.size();
        open.first = false;
        flushed.push_back(std::move(one));
    };
    // Closed ones first: a camera's rows come in the order of its files.
    for (auto& [job, open] : lane.closing) publish(job, open);
    lane.closing.clear();
    for (auto& [key, entry] : lane.open)
        if (entry.second.dirty) publish(entry.first, entry.second);
    hooks_.flushed(std::move(flushed));
    return {};
}

std::int64_t Writer::step(std::size_t disk, bool flush_now) {
    Lane& lane = *lanes_[disk];
    const std::int64_t every = std::chrono::duration_cast<std::chrono::microseconds>(
                                   std::max(options_.flush_every - kFlushTakes, options_.flush_every / 2))
                                   .count();
    std::optional<base::Error> condemned;
    {
        std::lock_guard lock(mutex_);
        condemned = std::exchange(lane.condemned, std::nullopt);
        flush_now = flush_now || lane.flush_wanted;
    }
    lane.busy_since.store(hooks_.monotonic_us());
    if (condemned) lose(disk, std::nullopt, *condemned);
    while (!gone(*disks_[disk])) {
        auto job = next(disk);
        if (!job) break;
        if (job->fragment && !lane.open.contains(job->file.get()) && move_camera(disk, *job)) {
            if (!disks_[disk]->usable() && !best_now()) break;
            continue;
        }
        auto status = process(disk, *job);
        if (!status) {
            lose(disk, std::move(job), status.error());
            break;
        }
        if (job->fragment) job->file->camera->pending.fetch_sub(job->fragment->bytes().size());
        waiting_.fetch_sub(1);
        lane.busy_since.store(hooks_.monotonic_us());
        if (lane.unflushed_since != 0 && hooks_.monotonic_us() - lane.unflushed_since >= every) break;
    }
    bool due = lane.unflushed_since != 0 && (flush_now || hooks_.monotonic_us() - lane.unflushed_since >= every);
    if (due)
        if (auto status = flush(disk); !status) lose(disk, std::nullopt, status.error());
    lane.busy_since.store(0);
    {
        std::lock_guard lock(mutex_);
        lane.flush_wanted = false;
        lane.clean = lane.unflushed_since == 0;
        if (!lane.queue.empty() && due && !gone(*disks_[disk])) return hooks_.monotonic_us();
    }
    drained_.notify_all();
    return lane.unflushed_since != 0 ? lane.unflushed_since + every : hooks_.monotonic_us() + kWhileIdle;
}

bool Writer::best_now() const {
    std::lock_guard lock(mutex_);
    return best_disk(std::nullopt).has_value();
}

void Writer::wait(std::size_t disk, std::int64_t until_us, const std::atomic<bool>& stop) {
    std::unique_lock lock(mutex_);
    Lane& lane = *lanes_[disk];
    if (stop.load() || lane.flush_wanted || lane.condemned) return;
    if (!lane.queue.empty() && disks_[disk]->usable()) return;
    std::int64_t left = std::clamp<std::int64_t>(until_us - hooks_.monotonic_us(), 0, 1'000'000);
    if (left > 0) lane.ready.wait_for(lock, std::chrono::microseconds(left));
}

void Writer::wake() {
    std::lock_guard lock(mutex_);
    for (auto& lane : lanes_) lane->ready.notify_all();
}

void Writer::drain() {
    std::unique_lock lock(mutex_);
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        lanes_[i]->flush_wanted = true;
        lanes_[i]->ready.notify_all();
    }
    drained_.wait(lock, [&] {
        for (std::size_t i = 0; i < lanes_.size(); ++i) {
            if (!disks_[i]->usable()) continue;  // what waits for it can't be waited for
            if (lanes_[i]->flush_wanted || !lanes_[i]->queue.empty() || !lanes_[i]->clean) return false;
        }
        return true;
    });
}

}  // namespace beffroi::archive
