#include "net/loop.hpp"

#include <memory>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <pthread.h>

#include "net/asio_loop.hpp"

namespace beffroi::net {

namespace {

// Keeps itself alive by the wait under way; the loop's end destroys both.
struct Ticker : std::enable_shared_from_this<Ticker> {
    Ticker(asio::io_context& io, std::chrono::milliseconds every, std::function<void()> what)
        : timer(io), period(every), tick(std::move(what)) {}

    void wait() {
        timer.expires_after(period);
        timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (error) return;
            self->tick();
            self->wait();
        });
    }

    asio::steady_timer timer;
    std::chrono::milliseconds period;
    std::function<void()> tick;
};

}  // namespace

Loop::Loop(const std::string& name) : impl_(std::make_unique<Impl>()) {
    impl_->thread = std::thread([impl = impl_.get(), name = name.substr(0, 15)] {
        pthread_setname_np(pthread_self(), name.c_str());
        impl->io.run();
    });
}

Loop::~Loop() {
    stop();
}

void Loop::post(std::function<void()> task) {
    asio::post(impl_->io, std::move(task));
}

void Loop::every(std::chrono::milliseconds period, std::function<void()> tick) {
    std::make_shared<Ticker>(impl_->io, period, std::move(tick))->wait();
}

void Loop::stop() {
    impl_->work.reset();
    impl_->io.stop();
    if (impl_->thread.joinable()) impl_->thread.join();
}

bool Loop::on_this_thread() const {
    return impl_->thread.get_id() == std::this_thread::get_id();
}

}  // namespace beffroi::net
