// What readers may see of the files that are being written: rows and fragments as far as they were flushed.
// Threads: safe from any.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media/mp4/stored.hpp"
#include "video/archive/writer.hpp"

namespace beffroi::archive {

class Views {
  public:
    void take(const Flushed& flushed);
    void forget_disk(const std::string& disk);
    [[nodiscard]] std::optional<FileRow> row(const std::string& disk, const std::string& path) const;
    [[nodiscard]] std::optional<std::vector<mp4::TableEntry>> entries(const std::filesystem::path& path) const;
    [[nodiscard]] std::vector<FileRow> rows() const;

  private:
    struct View {
        FileRow row;
        std::vector<mp4::TableEntry> entries;
    };
    mutable std::mutex mutex_;
    std::map<std::string, View> views_;  // by whole path
};

}  // namespace beffroi::archive
