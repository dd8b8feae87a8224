#include "documents/zip.hpp"

#include <fmt/format.h>
#include <zip.h>

#include "base/text.hpp"

namespace beffroi::documents::detail {

using base::Code;

namespace {

std::unexpected<base::Error> zip_failure(std::string_view what) {
    return base::fail(Code::Internal, "libzip: " + std::string(what));
}

}  // namespace

base::Result<std::string> write_zip(const std::vector<ZipEntry>& entries) {
    zip_error_t error{};
    zip_source_t* memory = zip_source_buffer_create(nullptr, 0, 0, &error);
    if (memory == nullptr) return zip_failure("no buffer");
    zip_source_keep(memory);
    zip_t* archive = zip_open_from_source(memory, ZIP_TRUNCATE, &error);
    if (archive == nullptr) {
        zip_source_free(memory);
        zip_source_free(memory);
        return zip_failure("no archive");
    }
    constexpr zip_uint16_t kDate = ((2000 - 1980) << 9) | (1 << 5) | 1;
    for (const ZipEntry& entry : entries) {
        zip_source_t* source = zip_source_buffer(archive, entry.bytes.data(), entry.bytes.size(), 0);
        const zip_int64_t index = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
        if (index < 0) {
            zip_source_free(source);
            zip_discard(archive);
            zip_source_free(memory);
            return zip_failure("adding " + entry.name);
        }
        const auto at = static_cast<zip_uint64_t>(index);
        // Level 6 takes three times as long as level 1 on large sheets and gains little on XML.
        zip_set_file_compression(archive, at, entry.stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE,
                                 entry.bytes.size() > (1U << 20U) ? 1 : 6);
        zip_file_set_dostime(archive, at, 0, kDate, 0);
    }
    if (zip_close(archive) != 0) {
        const std::string why = zip_strerror(archive);
        zip_discard(archive);
        zip_source_free(memory);
        return zip_failure(why);
    }
    std::string bytes;
    zip_stat_t status;
    zip_stat_init(&status);
    bool good = zip_source_stat(memory, &status) == 0 && zip_source_open(memory) == 0;
    if (good) {
        bytes.resize(status.size);
        good = zip_source_read(memory, bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size());
        zip_source_close(memory);
    }
    zip_source_free(memory);
    if (!good) return zip_failure("reading back");
    return bytes;
}

void append_xml(std::string& out, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\t':
            case '\n':
            case '\r':
                out += c;
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) out += "\xEF\xBF\xBD";
                // U+FFFE and U+FFFF are not characters of XML.
                else if (text.substr(i, 2) == "\xEF\xBF" && i + 2 < text.size() &&
                         static_cast<unsigned char>(text[i + 2]) >= 0xBE) {
                    out += "\xEF\xBF\xBD";
                    i += 2;
                } else
                    out += c;
        }
    }
}

std::string xml(std::string_view text) {
    std::string out;
    if (base::valid_utf8(text))
        append_xml(out, text);
    else
        for (const char c : text)
            append_xml(out, static_cast<unsigned char>(c) < 0x80 ? std::string_view(&c, 1) : "\xEF\xBF\xBD");
    return out;
}

base::Result<std::string> write_open_document(std::string_view mime, std::string content, std::string styles,
                                              std::string meta, std::string settings) {
    std::string manifest = fmt::format(
        R"(<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{}"/>)",
        mime);
    for (const std::string_view part : {"content.xml", "styles.xml", "meta.xml", "settings.xml"})
        if (part != "settings.xml" || !settings.empty())
            manifest +=
                fmt::format(R"(<manifest:file-entry manifest:full-path="{}" manifest:media-type="text/xml"/>)", part);
    manifest += "</manifest:manifest>\n";
    std::vector<ZipEntry> entries{{"mimetype", std::string(mime), true},
                                  {"content.xml", std::move(content)},
                                  {"styles.xml", std::move(styles)},
                                  {"meta.xml", std::move(meta)},
                                  {"META-INF/manifest.xml", std::move(manifest)}};
    if (!settings.empty()) entries.push_back({"settings.xml", std::move(settings)});
    return write_zip(entries);
}

std::string open_document_meta(std::string_view title, std::string_view subject, std::string_view author,
                               std::string_view iso_date, std::string_view language) {
    return fmt::format(
        R"(<?xml version="1.0" encoding="UTF-8"?>
<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"><office:meta><meta:generator>Beffroi</meta:generator><dc:title>{}</dc:title><dc:subject>{}</dc:subject><meta:initial-creator>{}</meta:initial-creator><dc:creator>{}</dc:creator><meta:creation-date>{}T00:00:00</meta:creation-date><dc:date>{}T00:00:00</dc:date><dc:language>{}</dc:language></office:meta></office:document-meta>
)",
        xml(title), xml(subject), xml(author), xml(author), iso_date, iso_date, language);
}

}  // namespace beffroi::documents::detail
