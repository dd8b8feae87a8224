#include "aides/scheme/library.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "aides/scheme/reader.hpp"

namespace beffroi::scheme {

namespace {

std::string id_of(const std::filesystem::path& file) {
    return file.parent_path().filename().string() + "/" + file.stem().string();
}

}  // namespace

base::Result<SchemeLibrary> SchemeLibrary::load(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& scheme : std::filesystem::directory_iterator(folder, error)) {
        if (!scheme.is_directory()) continue;
        for (const auto& file : std::filesystem::directory_iterator(scheme.path(), error)) {
            std::string name = file.path().filename().string();
            if (name.ends_with(".toml") && !name.ends_with(".cases.toml")) files.push_back(file.path());
        }
    }
    if (error)
        return base::fail(base::Code::NotFound, fmt::format("{}: {}", folder.string(), error.message()),
                          {"scheme.library.folder", {{"folder", folder.string()}}});
    std::sort(files.begin(), files.end());
    SchemeLibrary out;
    for (const auto& file : files) {
        LibraryEntry entry;
        entry.file = file;
        Loaded loaded = load_edition_file(file);
        entry.edition = std::move(loaded.edition);
        entry.faults = std::move(loaded.faults);
        std::filesystem::path cases = cases_beside(file);
        if (entry.edition && std::filesystem::exists(cases, error))
            entry.cases = load_cases_file(cases, *entry.edition);
        out.entries_.push_back(std::move(entry));
    }
    return out;
}

const LibraryEntry* SchemeLibrary::entry(std::string_view id) const {
    for (const auto& one : entries_)
        if (id_of(one.file) == id) return &one;
    return nullptr;
}

base::Result<EditionPtr> SchemeLibrary::find(std::string_view id) const {
    const LibraryEntry* found = entry(id);
    if (found && found->edition) return found->edition;
    if (found) {
        base::Error error = Loaded{nullptr, found->faults}.error();
        return std::unexpected(std::move(error).wrapped(id));
    }
    std::vector<std::string> ids;
    for (const auto& one : entries_) ids.push_back(id_of(one.file));
    std::string_view close = closest(id, std::vector<std::string_view>(ids.begin(), ids.end()));
    std::string list;
    for (const auto& one : ids) list += (list.empty() ? "" : ", ") + one;
    std::string detail = fmt::format("no edition '{}'; known: {}", id, list);
    if (close.empty())
        return base::fail(base::Code::NotFound, std::move(detail),
                          {"scheme.library.none", {{"found", std::string(id)}, {"known", list}}});
    return base::fail(
        base::Code::NotFound, fmt::format("{}; did you mean {}?", detail, close),
        {"scheme.library.none_close", {{"found", std::string(id)}, {"known", list}, {"close", std::string(close)}}});
}

std::vector<EditionPtr> SchemeLibrary::editions_of(std::string_view scheme) const {
    std::vector<EditionPtr> out;
    for (const auto& one : entries_)
        if (one.edition && one.edition->model().scheme == scheme) out.push_back(one.edition);
    return out;
}

base::Status SchemeLibrary::publishable(std::string_view id) const {
    EditionPtr edition = TRY(find(id));
    return scheme::publishable(*edition, entry(id)->cases);
}

}  // namespace beffroi::scheme
