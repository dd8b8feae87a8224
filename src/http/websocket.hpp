// The server's side of WebSocket (RFC 6455), without extensions: a route's handler answers with websocket().
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/outlet.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace beffroi::http {

// 101 when the request is an opening handshake of version 13 (§4.2.1) from our own origin; otherwise 400, 426 or 403.
// Pages of other sites could open sockets here with the person's cookies (§10.2), so an Origin that is not this host is
// refused; programs, which send none, are not.
[[nodiscard]] Response websocket(const Request& request, std::shared_ptr<Outlet> outlet,
                                 std::shared_ptr<OutletUser> user);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key (§4.2.2).
[[nodiscard]] std::string websocket_accept(std::string_view key);

}  // namespace beffroi::http
