// All pages of the portal, and what /healthz and /metrics need of the server that runs them.
#pragma once

#include <atomic>

#include "aides/pages/site/routes.hpp"
#include "http/server.hpp"

namespace beffroi::apps {

class Portal {
  public:
    explicit Portal(const aides::pages::Site& site) : site_(site) {}
    void add(aides::pages::Routes& routes);
    // /metrics tells of this server from now on; it must outlive the requests.
    void watch(const http::Server& server) { server_.store(&server); }

  private:
    const aides::pages::Site& site_;
    std::atomic<const http::Server*> server_ = nullptr;
};

}  // namespace beffroi::apps
