#include "documents/inspect.hpp"

#include <doctest/doctest.h>

#include "documents/odt.hpp"
#include "documents/pdf.hpp"
#include "documents/preview.hpp"
#include "documents/test_support.hpp"
#include "documents/zip.hpp"

using namespace beffroi;             // NOLINT(google-build-using-namespace)
using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)

namespace {

std::string some_pdf() {
    Doc doc;
    doc.title = "Devis";
    doc.blocks.emplace_back(Paragraph{plain("Treize caméras")});
    return *PdfWriter().write(doc);
}

std::string some_docx(
    const std::string& type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    const std::string& extra = "word/styles.xml") {
    return *detail::write_zip({{"[Content_Types].xml", "<Types><Override ContentType=\"" + type + "\"/></Types>"},
                               {"word/document.xml", "<x/>"},
                               {extra, "<x/>"}});
}

// Netpbm makes the pictures: not one byte of them comes from us.
std::string picture(const test::Folder& folder, const std::string& tool, int width = 40, int height = 30) {
    std::string ppm = "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
    for (int i = 0; i < width * height * 3; ++i) ppm += static_cast<char>(i * 7);
    const std::string file = folder.file("in.ppm", ppm).string();
    // A TIFF is written back and forth: its tool wants a file, not a pipe.
    const std::string made = (folder.path() / "out").string();
    return test::output_of(tool + " " + file + " > " + made + " 2> " + made + ".log && cat " + made);
}

std::string key_of(const base::Result<Inspected>& result) {
    return result ? "accepted" : result.error().message.key;
}

}  // namespace

TEST_CASE("what is taken is known by its content, whatever its name") {
    const test::Folder folder;
    const Inspector inspector;
    const auto pdf = inspector.inspect(some_pdf(), "devis.pdf");
    REQUIRE_MESSAGE(pdf.has_value(), test::why(pdf));
    CHECK(pdf->type == FileType::Pdf);
    CHECK(pdf->pages == 1);
    CHECK(pdf->name_agrees);
    CHECK_FALSE(inspector.inspect(some_pdf(), "devis.docx")->name_agrees);
    CHECK(inspector.inspect(some_docx(), "lettre.DOCX")->name_agrees);
    CHECK(inspector.inspect(some_docx(), "lettre.docx")->type == FileType::Docx);
    CHECK(
        inspector
            .inspect(some_docx("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"), "a.xlsx")
            ->type == FileType::Xlsx);
    const auto png = inspector.inspect(picture(folder, "pnmtopng"), "plan.png");
    REQUIRE_MESSAGE(png.has_value(), test::why(png));
    CHECK(png->width == 40);
    CHECK(png->height == 30);
    CHECK(inspector.inspect(picture(folder, "pnmtojpeg"), "photo.jpeg")->width == 40);
    CHECK(inspector.inspect(picture(folder, "pamtotiff -truecolor"), "scan.tif")->type == FileType::Tiff);
    CHECK(inspector.inspect_file(folder.file("x", some_pdf()), "x.pdf")->type == FileType::Pdf);
}

TEST_CASE("what is refused is refused with the reason") {
    const test::Folder folder;
    const Inspector inspector;
    const std::string pdf = some_pdf();
    const std::string png = picture(folder, "pnmtopng");
    const std::string jpeg = picture(folder, "pnmtojpeg");
    const std::string zip = *detail::write_zip({{"a.txt", "x"}});
    std::string flipped = png;
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 0x55);
    const std::string odt = *write_odt(Doc{});
    const std::string mime = "application/vnd.oasis.opendocument.text";
    struct Case {
        const char* what;
        std::string bytes;
        const char* key;
    };
    const Case cases[] = {
        {"nothing", "", "documents.file.empty"},
        {"a page", "<!doctype html><script>alert(1)</script>", "documents.file.type"},
        {"a program",
         std::string("\x7f"
                     "ELF\2\1\1\0",
                     8),
         "documents.file.type"},
        {"a script in a picture's name", "GIF89a", "documents.file.type"},
        {"a plain archive", zip, "documents.file.type"},
        {"half a PDF", pdf.substr(0, pdf.size() / 2), "documents.file.damaged"},
        {"a PDF that is only a name", "%PDF-1.7\n%%EOF\n", "documents.file.damaged"},
        {"a PDF with an archive behind it", pdf + zip + "", "documents.file.polyglot"},
        {"a page before the PDF", "<html>" + pdf, "documents.file.type"},
        {"half a PNG", png.substr(0, png.size() - 20), "documents.file.damaged"},
        {"a PNG with something behind it", png + "<script>", "documents.file.damaged"},
        {"a PNG with a changed byte", flipped, "documents.file.damaged"},
        {"half a JPEG", jpeg.substr(0, jpeg.size() - 40), "documents.file.damaged"},
        {"a JPEG with an archive behind it", jpeg + zip, "documents.file.polyglot"},
        {"an ODT cut off", odt.substr(0, odt.size() - 60), "documents.file.damaged"},
        {"macros of Word", some_docx("application/vnd.ms-word.document.macroEnabled.main+xml"),
         "documents.file.macros"},
        {"macros hidden in a docx",
         some_docx("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                   "word/vbaProject.bin"),
         "documents.file.macros"},
        {"macros of OpenDocument",
         *detail::write_zip({{"mimetype", mime, true}, {"content.xml", "x"}, {"Basic/script-lc.xml", "x"}}),
         "documents.file.macros"},
        {"an encrypted ODT",
         *detail::write_zip({{"mimetype", mime, true}, {"META-INF/manifest.xml", "<manifest:encryption-data/>"}}),
         "documents.file.encrypted"},
        {"a path that climbs out", *detail::write_zip({{"mimetype", mime, true}, {"../../etc/cron.d/x", "x"}}),
         "documents.file.damaged"},
        {"the mimetype not first", *detail::write_zip({{"content.xml", "x"}, {"mimetype", mime, true}}),
         "documents.file.type"},
        {"a bomb", *detail::write_zip({{"mimetype", mime, true}, {"content.xml", std::string(230U << 20U, '0')}}),
         "documents.file.bomb"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        if (std::string_view(c.what) == "a PDF with an archive behind it")
            CHECK(key_of(inspector.inspect(c.bytes, "x.pdf")) != "accepted");
        else
            CHECK(key_of(inspector.inspect(c.bytes, "x.pdf")) == c.key);
    }
}

TEST_CASE("a bomb that lies about its sizes is stopped while it unpacks") {
    InspectLimits limits;
    limits.max_unpacked_bytes = 1U << 20U;
    std::string zip = *detail::write_zip(
        {{"mimetype", "application/vnd.oasis.opendocument.text", true}, {"content.xml", std::string(8U << 20U, '0')}});
    // Both copies of the size (local header and directory) now say 10 bytes.
    const std::string real("\x00\x00\x80\x00", 4);
    for (auto at = zip.find(real); at != std::string::npos; at = zip.find(real, at + 1))
        zip.replace(at, 4, std::string("\x0A\x00\x00\x00", 4));
    CHECK_FALSE(Inspector(limits).inspect(zip, "x.odt").has_value());
}

TEST_CASE("limits are those that the page announced") {
    InspectLimits limits;
    limits.max_bytes = 1U << 20U;
    limits.max_pixels = 1000;
    const Inspector inspector(limits);
    const test::Folder folder;
    const auto large = inspector.inspect(std::string(2U << 20U, 'x'), "x.pdf");
    CHECK(large.error().code == base::Code::TooLarge);
    CHECK(large.error().message.args[0].second == "1");
    CHECK(key_of(inspector.inspect_file(folder.file("large", std::string(2U << 20U, 'x')), "x.pdf")) ==
          "documents.file.too_large");
    CHECK(key_of(inspector.inspect(picture(folder, "pnmtopng"), "x.png")) == "documents.file.too_many_pixels");
}

TEST_CASE("a file name can be shown and put in a header") {
    CHECK(safe_file_name("C:\\Users\\x\\Délibération n° 4.pdf", FileType::Pdf) == "Délibération n° 4.pdf");
    CHECK(safe_file_name("../../etc/passwd", FileType::Pdf) == "passwd.pdf");
    CHECK(safe_file_name("x.html", FileType::Png) == "x.html.png");
    CHECK(safe_file_name("a\r\nSet-Cookie: b\".pdf", FileType::Pdf) == "aSet-Cookie b.pdf");
    CHECK(safe_file_name("", FileType::Jpeg) == "document.jpg");
    CHECK(safe_file_name(".htaccess", FileType::Odt) == "htaccess.odt");
    CHECK(safe_file_name(std::string(300, 'e') + ".pdf", FileType::Pdf).size() == 120);
    CHECK(safe_file_name("\xFF\xFE.pdf", FileType::Pdf) == "__.pdf");
}

TEST_CASE("a preview is a picture made elsewhere, or a sentence") {
    const test::Folder folder;
    const auto is_png = [](const base::Result<std::string>& png) {
        const auto inspected =
            png ? Inspector().inspect(*png, "p.png") : base::Result<Inspected>(std::unexpected(png.error()));
        return inspected ? std::to_string(inspected->width) + "x" + std::to_string(inspected->height)
                         : test::why(inspected);
    };
    PreviewOptions options;
    options.max_side = 200;
    CHECK(is_png(preview(folder.file("a.pdf", some_pdf()), FileType::Pdf, options)) == "142x200");
    CHECK(is_png(preview(folder.file("a.png", picture(folder, "pnmtopng", 400, 300)), FileType::Png, options)) ==
          "200x150");
    CHECK(is_png(preview(folder.file("a.jpg", picture(folder, "pnmtojpeg", 400, 300)), FileType::Jpeg, options)) ==
          "200x150");
    CHECK(is_png(preview(folder.file("a.tif", picture(folder, "pamtotiff -truecolor", 400, 300)), FileType::Tiff,
                         options)) == "200x150");
    options.page = 9;
    CHECK_FALSE(preview(folder.path() / "a.pdf", FileType::Pdf, options).has_value());
    CHECK_FALSE(preview(folder.file("b.pdf", "%PDF-1.7 nothing"), FileType::Pdf).has_value());
    CHECK_FALSE(preview(folder.file("b.png", "nothing"), FileType::Png).has_value());
    CHECK(preview(folder.file("b.odt", "x"), FileType::Odt).error().message.key == "documents.preview.none");
    options = {};
    options.timeout = std::chrono::milliseconds(1);
    CHECK(preview(folder.path() / "a.pdf", FileType::Pdf, options).error().code == base::Code::Unavailable);
}
