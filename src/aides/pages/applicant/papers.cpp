// Documents and letters as files: to the people of the applicant and the readers of the Region, each within their
// rights. Always as a download, never shown by the browser as a page of ours.
#include <algorithm>

#include "aides/pages/applicant/parts.hpp"
#include "documents/preview.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

using application::DocumentId;
using application::DocumentRow;

// The document, once this person may open it. What they may not see does not exist; what is closed says why.
DocumentRow openable(Context& c) {
    auto row = c.db().read([&](db::Reader& reader) { return application::find_document(reader, c.id<DocumentId>()); });
    if (!row) throw base::Failure({base::Code::NotFound, "no such document", {}});
    base::value_or_throw(
        c.db().read([&](db::Reader& reader) { return application::may_open(c.desk(), reader, *row, c.principal()); }));
    return std::move(*row);
}

http::Response private_file(http::Response response) {
    response.header("Cache-Control", "private, no-store");
    return response;
}

http::Response download(Context& c) {
    const DocumentRow row = openable(c);
    auto bytes = base::value_or_throw(c.desk().office.blobs.read(row.blob));
    return private_file(http::content(row.type, std::move(bytes)).attachment(row.name));
}

std::optional<documents::FileType> type_of(std::string_view mime) {
    for (auto type :
         {documents::FileType::Pdf, documents::FileType::Jpeg, documents::FileType::Png, documents::FileType::Tiff})
        if (documents::mime_type(type) == mime) return type;
    return std::nullopt;
}

http::Response picture(Context& c) {
    const DocumentRow row = openable(c);
    const auto type = type_of(row.type);
    if (!type) throw base::Failure({base::Code::NotFound, "no preview of " + row.type, {}});
    auto png = base::value_or_throw(documents::preview(c.desk().office.blobs.path_of(row.blob), *type));
    // Drawn again by us: a picture, whatever was sent. The same for ever under this address.
    http::Response response = http::content("image/png", std::move(png));
    response.header("Cache-Control", "private, max-age=3600");
    return response;
}

http::Response letter(Context& c) {
    const correspondence::ActId id = c.id<correspondence::ActId>();
    struct Found {
        std::optional<correspondence::Act> act;
        std::optional<application::Application> file;
    };
    const Found found = c.db().read([&](db::Reader& reader) {
        Found read{correspondence::find(reader, id), {}};
        if (read.act && read.act->application) read.file = application::find(reader, read.act->application);
        return read;
    });
    const bool region = application::reads_files(c.principal());
    const bool allowed =
        found.act && (found.file ? application::may_read(c.principal(), found.file->siren, found.file->state) &&
                                       (region || found.act->status != correspondence::ActStatus::Draft)
                                 : region);
    if (!allowed) throw base::Failure({base::Code::NotFound, "no such act for this person", {}});
    auto bytes = base::value_or_throw(correspondence::bytes(c.desk().office, *found.act));
    std::string name = found.act->title;
    if (found.file) name += " " + found.file->number;
    if (bytes.starts_with("%PDF"))
        return private_file(http::content("application/pdf", std::move(bytes)).attachment(name + ".pdf"));
    return private_file(http::content("application/octet-stream", std::move(bytes)).attachment(name));
}

}  // namespace

void add_papers(Routes& routes) {
    const http::RouteOptions worker{.where = http::Where::Worker};
    routes.get("/documents/{id}", kFileReaders, download, worker);
    routes.get("/documents/{id}/apercu", kFileReaders, picture, worker);
    routes.get("/actes/{id}", kFileReaders, letter, worker);
}

}  // namespace beffroi::aides::pages::applicant
