// Everything a page needs. gallery.hpp shows it all on one page.
#pragma once

#include "html/blocks.hpp"
#include "html/forms.hpp"
#include "html/page.hpp"
#include "html/tables.hpp"
#include "html/url.hpp"
#include "html/writer.hpp"
