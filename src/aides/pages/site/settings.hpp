// What an installation decides: read once at start from the configuration file (docs/configuration.md), unchanging
// after.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace beffroi::aides::pages {

// The authority that runs the scheme: on letters, in open data, on every page.
struct Authority {
    std::string name = "Région Hauts-de-France";
    std::string siret = "20005374200017";
    std::string region_code = "32";
    std::string address = "151 avenue du président Hoover, 59555 Lille Cedex";
    std::string contact = "aides-videoprotection@example.org";
    std::string place = "Lille";
    std::string service = "Mission vidéoprotection";
    std::string president = "Pour le président du conseil régional et par délégation";
    std::string signatory = "La directrice de la sécurité";
    std::string body = "Commission permanente";
    std::string court =
        "Tribunal administratif de Lille, 5 rue Geoffroy-Saint-Hilaire, 59000 Lille (www.telerecours.fr)";
    std::string prefecture_id = "SGAR059";
};

struct MailSettings {
    std::string from = "ne-pas-repondre@example.org";
    std::string host;  // empty: messages go to the spool folder
    int port = 587;
    std::string tls = "starttls";  // none (loopback only), starttls, implicit
    std::string user;
    std::filesystem::path password_file;
};

struct Settings {
    std::filesystem::path data_folder;   // database, documents, spool
    std::filesystem::path share_folder;  // assets, locale, migrations, schemes, templates
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::string base_url = "http://127.0.0.1:8080";  // of links in mails and open data
    std::filesystem::path tls_certificate;           // PEM; empty: plain HTTP, for loopback or behind a proxy
    std::filesystem::path tls_key;
    std::vector<std::string> hosts;
    std::vector<std::string> trusted_proxies;
    std::size_t threads = 0;
    bool demonstration = false;  // simulated data: said on every page
    // The demonstration lives in the year that it replays: its clock showed `demonstration_now` at the instant
    // `demonstration_since` (2023-05-15T09:00:00Z). Empty: the time of the machine.
    std::string demonstration_now;
    std::string demonstration_since;
    bool second_factor_required = true;  // for the roles of the Region; off only for the demonstration
    std::string clamd;  // "unix:/run/clamav/clamd.ctl"; empty: uploads are not scanned, and pages say so
    std::string log_level = "info";
    Authority authority;
    MailSettings mail;
};

}  // namespace beffroi::aides::pages
