// How many sockets and files a process may have open at once.
#pragma once

#include <cstddef>

namespace beffroi::net {

// Asks for as many as the system lets this process have, and gives how many that are: what a service gets unless it
// asks is 1,024, for the sake of programs that use select(). Children inherit it.
std::size_t raise_descriptor_limit();

// How many connections, `most` at most, leave `kept` descriptors to the rest of the program when each takes two: its
// socket, and the file that goes out through it. Raises the limit first; never fewer than 16.
std::size_t connections_beside(std::size_t kept, std::size_t most);

}  // namespace beffroi::net
