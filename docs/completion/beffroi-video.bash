# Completion of beffroi-video for bash: commands, options, cameras. Source it, or copy it to bash-completion's folder.

_beffroi_video() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]/#\~/$HOME}
  local global="--config --data --share --language --json --help --version"
  local -a path=() where=()
  local i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case "$word" in
      --config | --data) where+=("$word" "${COMP_WORDS[i + 1]}"); ((i++)) ;;
      --share | --language | --to | --camera | --for | --user | --password-file | --transport | --ca-file | --function | --name | --place | --sub | --days | --listen | --from | -o | --output) ((i++)) ;;
      -*) ;;
      *) path+=("$word") ;;
    esac
  done
  case "$prev" in
    --config | --password-file | --ca-file | -o | --output) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --data | --share) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    --language) mapfile -t COMPREPLY < <(compgen -W "fr en" -- "$cur"); return ;;
    --transport) mapfile -t COMPREPLY < <(compgen -W "auto tcp udp" -- "$cur"); return ;;
    --function) mapfile -t COMPREPLY < <(compgen -W "narrow wide" -- "$cur"); return ;;
    --camera)
      mapfile -t COMPREPLY < <(compgen -W "$("$program" "${where[@]}" --json camera list 2>/dev/null | grep -o '"id":"[^"]*"' | cut -d'"' -f4)" -- "$cur")
      return ;;
  esac
  local camera="--user --password-file --transport --ca-file --no-tls-verify --function"
  local words
  case "${path[*]}" in
    "") words="record serve config camera archive $global" ;;
    record*) words="--to --camera --for $camera $global" ;;
    serve) words="--anonymous $global" ;;
    config) words="check" ;;
    camera) words="list add test" ;;
    "camera add"*) words="--name --place --sub --days $camera $global" ;;
    "camera test"*) words="--listen $camera $global" ;;
    archive) words="list timeline verify rebuild export" ;;
    "archive export") words="--camera --from --to --output $global" ;;
    "archive list" | "archive timeline") words="--camera --from --to $global" ;;
    "archive verify") words="--camera $global" ;;
    *) words="$global" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _beffroi_video beffroi-video
