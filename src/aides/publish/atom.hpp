// Atom feeds (RFC 4287) of sittings, grants and calls.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aides/publish/published.hpp"
#include "base/time.hpp"

namespace beffroi::aides::publish {

struct FeedEntry {
    std::string id;  // an IRI that never changes and is used once: "urn:uuid:…"
    std::string title;
    std::string url;
    std::string summary;  // plain text
    std::string category;
    base::Timestamp updated;
    std::optional<base::Timestamp> published;
};

struct Feed {
    std::string id;
    std::string title;
    std::string subtitle;
    std::string self_url;
    std::string page_url;
    std::string author;
    base::Timestamp updated;  // used when there is no entry; otherwise the latest entry speaks
    base::Language language = base::Language::Fr;
    std::vector<FeedEntry> entries;
};

[[nodiscard]] std::string write_atom(const Feed& feed);

// Entries made from rows; in French, as the rows are. `updated` is the row's own, or its date at noon.
[[nodiscard]] FeedEntry entry_of(const PublishedGrant& grant);
[[nodiscard]] FeedEntry entry_of(const PublishedSitting& sitting);
[[nodiscard]] FeedEntry entry_of(const PublishedScheme& scheme);

}  // namespace beffroi::aides::publish
