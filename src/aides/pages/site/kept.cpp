#include "aides/pages/site/kept.hpp"

#include <string>
#include <utility>

#include "db/version.hpp"

namespace beffroi::aides::pages {

namespace {

// A sentence to be shown once, a language just chosen: the answer sets cookies, for this time only.
bool ordinary(const Context& c) {
    return c.session() != nullptr && !c.request.cookie("notice") && !c.request.query.has("lang");
}

std::string key_of(const Context& c) {
    std::string key(c.csrf());
    key += c.language() == base::Language::Fr ? " fr " : " en ";
    key += std::to_string(c.now().ms / 60'000);
    key += ' ';
    key += c.request.target;
    return key;
}

}  // namespace

KeptPages keep_pages(std::size_t max_bytes) {
    return std::make_shared<AnswerCache>(max_bytes);
}

PageHandler kept_for_person(const KeptPages& kept, PageHandler make) {
    return [kept, make = std::move(make)](Context& c) -> http::Response {
        if (!ordinary(c)) return make(c);
        const auto version = db::version(c.db());  // before reading: a commit meanwhile makes what was read unfit
        const std::string key = key_of(c);
        if (auto found = kept->find(key, version)) return *std::move(found);
        return kept->put(key, version, make(c), AnswerCache::Etag::None);
    };
}

}  // namespace beffroi::aides::pages
