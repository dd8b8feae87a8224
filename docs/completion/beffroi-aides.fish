# Completion of beffroi-aides for fish: commands, options, editions.
set -l top territory scheme amount simulate serve demo edition person journal backup restore verify compact
function __beffroi_aides_editions
    beffroi-aides scheme list --json 2>/dev/null | string match -ra '"id":"[^"]*"' | string split -f4 '"'
end
complete -c beffroi-aides -f
complete -c beffroi-aides -l config -rF -d 'configuration file'
complete -c beffroi-aides -l data -rF -d 'data folder'
complete -c beffroi-aides -l share -rF -d 'schemes, locale, templates, assets, migrations'
complete -c beffroi-aides -l language -xa 'fr en'
complete -c beffroi-aides -l json -d 'one JSON value on standard output'
complete -c beffroi-aides -l version
complete -c beffroi-aides -s h -l help
complete -c beffroi-aides -n "not __fish_seen_subcommand_from $top" -a "$top"
complete -c beffroi-aides -n '__fish_seen_subcommand_from territory' -a 'show search import import-contours'
complete -c beffroi-aides -n '__fish_seen_subcommand_from scheme' -a 'list check show'
complete -c beffroi-aides -n '__fish_seen_subcommand_from edition' -a publish
complete -c beffroi-aides -n '__fish_seen_subcommand_from person' -a create
complete -c beffroi-aides -n '__fish_seen_subcommand_from journal' -a 'verify head'
complete -c beffroi-aides -n '__fish_seen_subcommand_from check backup restore import import-contours simulate' -F
complete -c beffroi-aides -n '__fish_seen_subcommand_from amount simulate show publish' -a '(__beffroi_aides_editions)'
complete -c beffroi-aides -n '__fish_seen_subcommand_from import-contours' -l tolerance -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from amount' -l applicant -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from amount' -l nature -xa 'installation extension renewal improvement'
complete -c beffroi-aides -n '__fish_seen_subcommand_from amount' -l expense -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from amount' -l public-funding -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from amount' -l at -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from simulate' -l against -xa '(__beffroi_aides_editions)'
complete -c beffroi-aides -n '__fish_seen_subcommand_from simulate' -l region -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from simulate' -l all
complete -c beffroi-aides -n '__fish_seen_subcommand_from simulate' -l below -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from simulate' -l rate -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from simulate' -l ceiling -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from demo' -l npm -rF
complete -c beffroi-aides -n '__fish_seen_subcommand_from demo' -l port -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from person' -l role -xa 'officer head finance secretary elected auditor admin'
complete -c beffroi-aides -n '__fish_seen_subcommand_from person' -l signs-for -x
complete -c beffroi-aides -n '__fish_seen_subcommand_from journal' -l head -x
