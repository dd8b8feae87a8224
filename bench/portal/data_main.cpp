// Makes the data folder of the bench out of that of a demonstration.
//
//   bench_portal_data DEMO FOLDER [FILES]     100,000 files unless told
//
// DEMO: what `beffroi-aides --data DEMO demo` made. FOLDER gets the database, the documents, the accounts, a
// configuration with TLS, and the lists of addresses in FOLDER/requests.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "multiply.hpp"
#include "net/tls.hpp"
#include "request_lists.hpp"

namespace {

using namespace beffroi;  // NOLINT(google-build-using-namespace)
namespace fs = std::filesystem;

base::Status write_config(const fs::path& folder) {
    std::ofstream out(folder / "bench.toml", std::ios::trunc);
    const fs::path whole = fs::absolute(folder);
    out << fmt::format(
        "[server]\naddress = \"127.0.0.1\"\nport = 18443\nbase_url = \"https://127.0.0.1:18443\"\n"
        "tls_certificate = \"{}\"\ntls_key = \"{}\"\n\n[data]\nfolder = \"{}\"\n\n"
        "[safety]\ndemonstration = true\nsecond_factor_required = false\n"
        "demonstration_now = \"2025-11-03T09:00:00Z\"\ndemonstration_since = \"{}\"\n",
        (whole / "server.crt").string(), (whole / "server.key").string(), whole.string(),
        base::iso(base::SystemClock().now()));
    if (!out.flush()) return base::fail(base::Code::Unavailable, "the configuration cannot be written");
    return {};
}

base::Status make(const fs::path& demo, const fs::path& folder, std::int64_t files) {
    fs::create_directories(folder);
    fs::copy(demo, folder, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    TRY(net::ensure_self_signed(folder, {"127.0.0.1", "localhost"}, base::SystemClock().now()));
    auto database = TRY(db::Database::open({.path = (folder / "beffroi.db").string(), .durable = false}));
    auto directory = TRY(territory::Directory::load(*database));
    auto made = TRY(bench::multiply(*database, *directory, files));
    TRY(bench::write_request_lists(*database, folder / "requests"));
    TRY(write_config(folder));
    const auto text =
        fmt::format("{{\"applications\":{},\"grants\":{},\"sittings\":{},\"communes\":{},\"journal\":{}}}\n",
                    made.applications, made.grants, made.sittings, made.communes, made.journal);
    std::ofstream(folder / "made.json") << text;
    std::cout << text;
    return {};
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::cerr << "bench_portal_data DEMO FOLDER [FILES]\n";
        return 2;
    }
    auto made = make(arguments[1], arguments[2], count > 3 ? std::atoll(arguments[3]) : 100'000);
    if (!made) std::cerr << made.error().detail << '\n';
    return made ? 0 : 1;
}
