#include "documents/preview.hpp"

#include "documents/image_png.hpp"
#include "documents/sandbox.hpp"

namespace beffroi::documents {

using base::Code;

namespace {

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";

std::unexpected<base::Error> no_preview(std::string detail, Code code = Code::Invalid) {
    return base::fail(code, "preview: " + std::move(detail), {"documents.preview.failed", {}});
}

base::Result<std::string> run(const std::string& program, const std::vector<std::string>& arguments,
                              const std::filesystem::path& file, const detail::RunLimits& limits) {
    detail::RunOutcome outcome = TRY(detail::run_limited(program, arguments, file, limits));
    if (!outcome.started) return no_preview(program + " is not installed", Code::Unavailable);
    if (outcome.timed_out) return no_preview(program + " took too long", Code::Unavailable);
    if (outcome.too_much) return no_preview("the picture is too large");
    if (outcome.status != 0)
        return no_preview(program + " gave status " + std::to_string(outcome.status) + ": " + outcome.errors);
    return std::move(outcome.output);
}

}  // namespace

base::Result<std::string> preview(const std::filesystem::path& file, FileType type, const PreviewOptions& options) {
    detail::RunLimits limits{options.timeout, options.max_memory, options.max_output};
    constexpr std::uint64_t kMaxPnm = 160ULL << 20U;  // some 50 million pixels in colour
    const auto picture = [&](const std::string& program,
                             const std::vector<std::string>& arguments) -> base::Result<std::string> {
        limits.max_output = kMaxPnm;
        return detail::png_from_pnm(TRY(run(program, arguments, file, limits)), options.max_side);
    };
    switch (type) {
        case FileType::Pdf: {
            const std::string page = std::to_string(options.page);
            const std::string png = TRY(
                run("/usr/bin/pdftoppm",
                    {"-png", "-singlefile", "-f", page, "-l", page, "-scale-to", std::to_string(options.max_side), "-"},
                    file, limits));
            if (!png.starts_with(kPngSignature)) return no_preview("no such page");
            return png;
        }
        case FileType::Jpeg:
            return picture("/usr/bin/jpegtopnm", {"-quiet"});
        case FileType::Png:
            return picture("/usr/bin/pngtopnm", {"-quiet", "-mix", "-background=white"});
        case FileType::Tiff:
            return picture("/usr/bin/tifftopnm", {"-quiet", "-byrow"});
        case FileType::Odt:
        case FileType::Ods:
        case FileType::Docx:
        case FileType::Xlsx:
            break;
    }
    return base::fail(Code::Invalid, "preview: none for office files", {"documents.preview.none", {}});
}

}  // namespace beffroi::documents
