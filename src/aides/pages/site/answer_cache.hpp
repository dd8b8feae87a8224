// Pages and files, kept as they were sent until what they show changes.
//
// An answer is kept under its key and the version of the data that it was made from; a newer version makes it unfit.
// Memory is bounded: the answers used longest ago leave first, and one larger than a quarter of the whole is not kept.
// What may be compressed and is asked for a second time is compressed once, at the best level.
//
// Whoever keeps an answer names in its key everything that it depends on besides the data: for a page of someone signed
// in, their session. Threads: safe from any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/response.hpp"

namespace beffroi::aides::pages {

class AnswerCache {
  public:
    explicit AnswerCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    // The answer of that very version; its body is shared, not copied.
    [[nodiscard]] std::optional<http::Response> find(std::string_view key, std::int64_t version);
    enum class Etag { Added, None };
    // Gives the answer back as it is now kept: with an ETag when it had none and one is to be added, and a shared body.
    // Only answers whose body is a text are kept.
    [[nodiscard]] http::Response put(std::string_view key, std::int64_t version, http::Response response,
                                     Etag etag = Etag::Added);

    struct Use {
        std::size_t answers = 0;
        std::size_t bytes = 0;
    };
    [[nodiscard]] Use use() const;

  private:
    struct Entry {
        std::string key;
        std::int64_t version = 0;
        http::Response response;
        std::size_t bytes = 0;
        bool asked_again = false;
    };
    using Entries = std::list<Entry>;

    void drop(Entries::iterator entry);

    mutable std::mutex mutex_;
    std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    Entries entries_;  // the latest used first
    std::unordered_map<std::string_view, Entries::iterator> by_key_;
};

}  // namespace beffroi::aides::pages
