#include "aides/pages/site/answer_cache.hpp"

#include <utility>

#include "crypto/hash.hpp"

namespace beffroi::aides::pages {

namespace {

std::string etag_of(std::string_view bytes) {
    return '"' + crypto::hex(crypto::sha256(bytes)).substr(0, 24) + '"';
}

std::size_t size_of(const http::Response& response) {
    const auto& body = std::get<http::SharedBody>(response.body);
    return body.bytes->size() + (body.gzip ? body.gzip->size() : 0) + 1024;
}

}  // namespace

std::optional<http::Response> AnswerCache::find(std::string_view key, std::int64_t version) {
    http::SharedBody to_pack;
    http::Response found;
    {
        const std::scoped_lock lock(mutex_);
        auto at = by_key_.find(key);
        if (at == by_key_.end()) return std::nullopt;
        auto entry = at->second;
        if (entry->version != version) {
            if (entry->version < version) drop(entry);
            return std::nullopt;
        }
        entries_.splice(entries_.begin(), entries_, entry);
        found = entry->response;
        if (!entry->asked_again && found.compress == http::Compress::Yes)
            to_pack = std::get<http::SharedBody>(found.body);
        entry->asked_again = true;
    }
    if (!to_pack.bytes) return found;
    http::SharedBody packed = http::shared_body(std::string(*to_pack.bytes), http::Compress::Yes);
    if (!packed.gzip) return found;
    packed.bytes = to_pack.bytes;
    found.body = packed;
    const std::scoped_lock lock(mutex_);
    if (auto at = by_key_.find(key); at != by_key_.end() && at->second->version == version) {
        Entry& entry = *at->second;
        entry.response = found;
        bytes_ -= entry.bytes;
        entry.bytes = size_of(found);
        bytes_ += entry.bytes;
    }
    return found;
}

http::Response AnswerCache::put(std::string_view key, std::int64_t version, http::Response response, Etag etag) {
    auto* text = std::get_if<std::string>(&response.body);
    if (text == nullptr || response.status != 200) return response;
    if (etag == Etag::Added && response.find_header("ETag").empty()) response.header("ETag", etag_of(*text));
    response.body = http::shared_body(std::move(*text), http::Compress::No);
    const std::size_t bytes = size_of(response);
    if (bytes > max_bytes_ / 4) return response;
    const std::scoped_lock lock(mutex_);
    if (auto at = by_key_.find(key); at != by_key_.end()) {
        if (at->second->version > version) return response;
        drop(at->second);
    }
    entries_.push_front({std::string(key), version, response, bytes});
    by_key_.emplace(entries_.front().key, entries_.begin());
    bytes_ += bytes;
    while (bytes_ > max_bytes_ && entries_.size() > 1) drop(std::prev(entries_.end()));
    return response;
}

AnswerCache::Use AnswerCache::use() const {
    const std::scoped_lock lock(mutex_);
    return {entries_.size(), bytes_};
}

void AnswerCache::drop(Entries::iterator entry) {
    bytes_ -= entry->bytes;
    by_key_.erase(entry->key);
    entries_.erase(entry);
}

}  // namespace beffroi::aides::pages
