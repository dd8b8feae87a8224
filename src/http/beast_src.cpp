// The one translation unit that holds Beast's own code (BOOST_BEAST_SEPARATE_COMPILATION); only its parser is used.
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wshadow"
#include <boost/beast/src.hpp>
