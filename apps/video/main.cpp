// The command line of beffroi-video: arguments and help, nothing else.
#include <cstdlib>
#include <iostream>

#include <CLI/CLI.hpp>

#include "commands.hpp"

namespace {

using namespace beffroi;  // NOLINT(google-build-using-namespace): this file is the program

std::string from_environment(const char* name, std::string fallback) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
    return value != nullptr && *value != 0 ? value : std::move(fallback);
}

class Program {
  public:
    Program();
    int run(int argc, char** argv);

  private:
    using Command = std::function<int(const apps::Common&)>;
    CLI::App* command(CLI::App& parent, const std::string& name, const std::string& help, Command action);
    void recording();
    void cameras();
    void archives();
    static void camera_options(CLI::App& app, apps::CameraArguments& arguments);

    CLI::App cli_{
        "beffroi-video: records network cameras into plain MP4 files that hold as evidence, shows them, erases them on "
        "time.\n"
        "Images only: sound is never asked for, nothing is analysed. Every command takes --json."};
    std::string config_, share_, data_, language_ = "fr";
    bool json_ = false;
    Command chosen_;
    apps::RecordArguments record_;
    apps::ServeArguments serve_;
    apps::CameraArguments camera_;
    apps::ArchiveArguments archive_;
};

CLI::App* Program::command(CLI::App& parent, const std::string& name, const std::string& help, Command action) {
    CLI::App* added = parent.add_subcommand(name, help);
    added->callback([this, action = std::move(action)] { chosen_ = action; });
    added->fallthrough();
    return added;
}

void Program::camera_options(CLI::App& app, apps::CameraArguments& arguments) {
    app.add_option("--user", arguments.camera.user, "user name, if it is not in the address");
    app.add_option("--password-file", arguments.camera.password_file, "file whose first line is the password");
    app.add_option("--transport", arguments.transport, "auto, tcp or udp")
        ->check(CLI::IsMember({"auto", "tcp", "udp"}))
        ->capture_default_str();
    app.add_option("--ca-file", arguments.camera.ca_file, "authorities believed for rtsps://");
    app.add_flag("--no-tls-verify{false}", arguments.camera.tls_verify, "believe any certificate");
    app.add_option("--function", arguments.function,
                   "narrow (to recognise: 704×576 and 12 images/s) or wide (352×288 and 6), arrêté of 3 August 2007")
        ->check(CLI::IsMember({"narrow", "wide"}))
        ->capture_default_str();
}

void Program::recording() {
    CLI::App* record = command(cli_, "record",
                               "Records one camera at once, without any configuration, until Ctrl-C.\n"
                               "  beffroi-video record rtsp://192.0.2.7/main --to enregistrements",
                               [this](const apps::Common& c) { return apps::record(c, record_); });
    record_.camera.camera.id = "camera";
    record->add_option("URL", record_.camera.camera.url, "rtsp:// or rtsps://")->required();
    record->add_option("--to", record_.to, "folder")->capture_default_str();
    record->add_option("--camera", record_.camera.camera.id, "its name in the folder: a-z, 0-9, hyphen")
        ->capture_default_str();
    record->add_option("--for", record_.seconds, "seconds")->check(CLI::Range(1, 31 * 86400));
    camera_options(*record, record_.camera);
    CLI::App* serve = command(
        cli_, "serve",
        "The recorder with its pages and API. SIGHUP reads the configuration again without losing a frame; SIGTERM "
        "and SIGINT stop in order",
        [this](const apps::Common& c) { return apps::serve(c, serve_); });
    serve->add_flag("--anonymous", serve_.anonymous, "no token asked: on loopback only, for a trial");
    CLI::App* config = cli_.add_subcommand("config", "The configuration file");
    config->require_subcommand(1)->fallthrough();
    command(*config, "check", "Reads it and tells every fault with its line",
            [](const apps::Common& c) { return apps::config_check(c); });
}

void Program::cameras() {
    CLI::App* group = cli_.add_subcommand("camera", "Cameras");
    group->require_subcommand(1)->fallthrough();
    command(*group, "list", "Those of the configuration", [](const apps::Common& c) { return apps::camera_list(c); });
    CLI::App* add = command(*group, "add", "Adds one to the configuration file",
                            [this](const apps::Common& c) { return apps::camera_add(c, camera_); });
    add->add_option("ID", camera_.camera.id, "a-z, 0-9, hyphen: its folder in the archive")->required();
    add->add_option("URL", camera_.camera.url, "rtsp:// or rtsps://")->required();
    add->add_option("--name", camera_.camera.name, "as people say it");
    add->add_option("--place", camera_.camera.place, "where it stands");
    add->add_option("--sub", camera_.camera.sub_url, "address of a smaller stream, for grids");
    add->add_option("--days", camera_.camera.days, "erased after so many days; the calendar month without it")
        ->check(CLI::Range(1, 31));
    camera_options(*add, camera_);
    CLI::App* test = command(*group, "test",
                             "Says what a camera offers, what is wrong, and whether its images meet the norm. Exit 4 "
                             "when something is wrong",
                             [this](const apps::Common& c) { return apps::camera_test(c, camera_); });
    test->add_option("URL", camera_.camera.url, "rtsp:// or rtsps://, or the id of a camera of the configuration")
        ->required();
    test->add_option("--listen", camera_.listen_s, "seconds of images to look at")
        ->check(CLI::Range(1, 120))
        ->capture_default_str();
    camera_options(*test, camera_);
}

void Program::archives() {
    CLI::App* group = cli_.add_subcommand("archive", "What was recorded");
    group->require_subcommand(1)->fallthrough();
    auto interval = [this](CLI::App& app, bool required) {
        const char* form = "2026-11-25T14:03:20 (Paris), with Z (UTC), or seconds since 1970";
        app.add_option("--from", archive_.from, form)->required(required);
        app.add_option("--to", archive_.to, form)->required(required);
    };
    CLI::App* list =
        command(*group, "list", "Files", [this](const apps::Common& c) { return apps::archive_list(c, archive_); });
    list->add_option("--camera", archive_.camera);
    interval(*list, false);
    CLI::App* timeline = command(*group, "timeline", "What is recorded and what is missing, and why",
                                 [this](const apps::Common& c) { return apps::archive_timeline(c, archive_); });
    timeline->add_option("--camera", archive_.camera)->required();
    interval(*timeline, true);
    CLI::App* verify =
        command(*group, "verify",
                "Reads every byte and its chain, from the folders alone; exit 4 and where, when something was changed",
                [this](const apps::Common& c) { return apps::archive_verify(c, archive_); });
    verify->add_option("--camera", archive_.camera);
    command(*group, "rebuild", "Makes the database again from the folders alone; the recorder must not run",
            [](const apps::Common& c) { return apps::archive_rebuild(c); });
    CLI::App* out =
        command(*group, "export", "One MP4 of an interval: the images as the camera sent them, nothing encoded again",
                [this](const apps::Common& c) { return apps::archive_export(c, archive_); });
    out->add_option("--camera", archive_.camera)->required();
    interval(*out, true);
    out->add_option("-o,--output", archive_.output, "must not exist")->required();
}

Program::Program() {
    cli_.require_subcommand(1);
    cli_.fallthrough();
    cli_.set_version_flag("--version", std::string("beffroi-video ") + BEFFROI_VERSION);
    cli_.add_option("--config", config_, "configuration file (docs/beffroi-video.example.toml)");
    cli_.add_option("--data", data_, "data folder: database, tokens, and the archive when no disk is named");
    cli_.add_option("--share", share_, "folder of locale, assets and migrations");
    cli_.add_option("--language", language_, "fr or en")->check(CLI::IsMember({"fr", "en"}));
    cli_.add_flag("--json", json_, "for scripts: one JSON value on standard output");
    recording();
    cameras();
    archives();
}

int Program::run(int argc, char** argv) {
    try {
        cli_.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return cli_.exit(success);
    } catch (const CLI::ParseError& fault) {
        std::cerr << "beffroi-video: " << fault.what() << "\n\n";
        const CLI::App* deepest = &cli_;
        while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
        std::cerr << deepest->help();
        return apps::kWrongArguments;
    }
    apps::Common common;
    common.config_file = config_;
    common.data_folder = data_.empty() ? from_environment("BEFFROI_VIDEO_DATA", "") : data_;
    common.share_folder = share_.empty() ? from_environment("BEFFROI_SHARE", BEFFROI_SHARE) : share_;
    common.language = language_ == "en" ? base::Language::En : base::Language::Fr;
    common.json = json_;
    try {
        return chosen_(common);
    } catch (const base::Failure& failure) {
        return apps::say(common, failure.error());
    } catch (const std::exception& fault) {
        return apps::say(common, {base::Code::Internal, fault.what(), {}});
    }
}

}  // namespace

int main(int argc, char** argv) {
    return Program().run(argc, argv);
}
