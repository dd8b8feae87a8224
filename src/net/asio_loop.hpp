// What the files of this folder share of Asio. For src/net only: everything else sees loop.hpp and connection.hpp.
#pragma once

#include <atomic>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "net/connection.hpp"
#include "net/loop.hpp"
#include "net/tls.hpp"

namespace beffroi::net {

namespace asio = boost::asio;

struct Loop::Impl {
    Impl() : work(io.get_executor()) {}

    asio::io_context io{1};  // one thread runs it
    asio::executor_work_guard<asio::io_context::executor_type> work;
    std::thread thread;
};

struct TlsContext::Impl {
    asio::ssl::context context{asio::ssl::context::tls_server};
};

// Called when a connection is gone.
using OnGone = std::function<void()>;

[[nodiscard]] std::unique_ptr<Connection> make_connection(asio::ip::tcp::socket socket, std::shared_ptr<TlsContext> tls,
                                                          Loop& loop, OnGone on_gone);

}  // namespace beffroi::net
