#include "http/boundary.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace beffroi::http {

namespace {

bool our_fault(base::Code code) {
    switch (code) {
        case base::Code::Invalid:
        case base::Code::NotFound:
        case base::Code::Conflict:
        case base::Code::Refused:
        case base::Code::TooLarge:
            return false;
        case base::Code::Unavailable:
        case base::Code::Corrupt:
        case base::Code::Internal:
            return true;
    }
    return true;
}

void log_failure(base::Log* log, const Request& request, const base::Error& error) {
    if (log == nullptr) return;
    const base::Level level = our_fault(error.code) ? base::Level::Error : base::Level::Debug;
    if (!log->enabled(level)) return;
    log->write(level, "request failed",
               {{"method", method_name(request.method)},
                {"path", loggable(request.path)},
                {"code", base::code_name(error.code)},
                {"detail", error.detail}});
}

}  // namespace

std::string loggable(std::string_view path) {
    constexpr std::size_t kLongestPiece = 32;  // with its slash
    std::string out;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/', 1), path.size());
        out += end > kLongestPiece ? std::string_view("/…") : path.substr(0, end);
        path.remove_prefix(end);
    }
    return out;
}

int status_of(base::Code code) {
    switch (code) {
        case base::Code::Invalid:
            return 400;
        case base::Code::NotFound:
            return 404;
        case base::Code::Conflict:
            return 409;
        case base::Code::Refused:
            return 403;
        case base::Code::TooLarge:
            return 413;
        case base::Code::Unavailable:
            return 503;
        case base::Code::Corrupt:
        case base::Code::Internal:
            return 500;
    }
    return 500;
}

Response error_answer(const Request& request, const ErrorPage& error_page, const base::Error& error, int status,
                      base::Log* log) {
    log_failure(log, request, error);
    if (error_page) {
        try {
            Response response = error_page(request, error);
            if (status != 0) response.status = status;
            return response;
        } catch (const std::exception& failure) {
            if (log != nullptr) log->error("the error page failed", {{"detail", failure.what()}});
        }
    }
    const int code = status != 0 ? status : status_of(error.code);
    return text(std::to_string(code) + " " + std::string(reason_phrase(code)) + "\n", code);
}

Response call_handler(const Route& route, const Request& request, const ErrorPage& error_page, base::Log* log) {
    base::Error error;
    try {
        return route.handler(request);
    } catch (const base::Failure& failure) {
        error = failure.error();
    } catch (const std::exception& failure) {
        error = base::Error{base::Code::Internal, failure.what(), {}};
    }
    return error_answer(request, error_page, error, 0, log);
}

Response no_route_answer(const Request& request, const Router::Match& match, const ErrorPage& error_page,
                         base::Log* log) {
    if (match.trailing_slash) {
        const std::string_view target = request.target;
        const std::size_t mark = std::min(target.find('?'), target.size());
        return redirect_permanent(std::string(target.substr(0, mark - 1)) + std::string(target.substr(mark)));
    }
    if (match.allow.empty()) {
        return error_answer(request, error_page, base::Error{base::Code::NotFound, "no such address", {}}, 0, log);
    }
    if (request.method == Method::Options) return no_content().header("Allow", match.allow);
    const base::Error error{base::Code::Invalid, "method not allowed here", {}};
    return error_answer(request, error_page, error, 405, log).header("Allow", match.allow);
}

}  // namespace beffroi::http
