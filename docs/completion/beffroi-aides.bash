# Completion of beffroi-aides for bash: commands, options, editions. Source it, or copy it to bash-completion's folder.

_beffroi_aides_editions() {
  "$1" "${@:2}" scheme list --json 2>/dev/null | grep -o '"id":"[^"]*"' | cut -d'"' -f4
}

_beffroi_aides() {
  local cur prev program=${COMP_WORDS[0]}
  cur=${COMP_WORDS[COMP_CWORD]}
  prev=${COMP_WORDS[COMP_CWORD - 1]}
  program=${program/#\~/$HOME}
  local global="--config --data --share --language --json --help --version"
  COMPREPLY=()

  # The command so far, and what was said about where things are.
  local -a where=() path=()
  local i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case "$word" in
      --config | --share) where+=("$word" "${COMP_WORDS[i + 1]}"); ((i++)) ;;
      --data | --language | --applicant | --nature | --expense | --public-funding | --at | --against | --region | --below | --rate | --ceiling | \
        --tolerance | --npm | --port | --role | --signs-for | --head) ((i++)) ;;
      -*) ;;
      *) path+=("$word") ;;
    esac
  done
  local command=${path[0]:-} sub=${path[1]:-}

  case "$prev" in
    --config) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --data | --share | --npm) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    --language) mapfile -t COMPREPLY < <(compgen -W "fr en" -- "$cur"); return ;;
    --nature) mapfile -t COMPREPLY < <(compgen -W "installation extension renewal improvement" -- "$cur"); return ;;
    --role) mapfile -t COMPREPLY < <(compgen -W "officer head finance secretary elected auditor admin" -- "$cur"); return ;;
    --against) mapfile -t COMPREPLY < <(compgen -W "$(_beffroi_aides_editions "$program" "${where[@]}")" -- "$cur"); return ;;
    --public-funding)
      compopt -o nospace
      mapfile -t COMPREPLY < <(compgen -S = -W "detr dsil fipd state region department epci commune europe agency other_public private own" -- "$cur")
      return ;;
    --applicant | --expense | --at | --region | --below | --rate | --ceiling | --tolerance | --port | --signs-for | --head) return ;;
  esac

  local words=""
  case "$command" in
    "") words="territory scheme amount simulate serve demo edition person journal backup restore verify compact" ;;
    territory)
      case "$sub" in
        "") words="show search import import-contours" ;;
        import) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
        import-contours)
          words="--tolerance"
          mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
      esac ;;
    scheme)
      case "$sub" in
        "") words="list check show" ;;
        check) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
        show) [ ${#path[@]} -gt 2 ] || words=$(_beffroi_aides_editions "$program" "${where[@]}") ;;
      esac ;;
    amount)
      words="--applicant --nature --expense --public-funding --at"
      [ -n "$sub" ] || words+=" $(_beffroi_aides_editions "$program" "${where[@]}")" ;;
    simulate)
      words="--against --region --all --below --rate --ceiling"
      if [ -z "$sub" ]; then
        words+=" $(_beffroi_aides_editions "$program" "${where[@]}")"
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      fi ;;
    demo) words="--npm --port" ;;
    edition)
      case "$sub" in
        "") words="publish" ;;
        publish) [ ${#path[@]} -gt 2 ] || words=$(_beffroi_aides_editions "$program" "${where[@]}") ;;
      esac ;;
    person) [ -n "$sub" ] && words="--role --signs-for" || words="create" ;;
    journal)
      case "$sub" in
        "") words="verify head" ;;
        verify) words="--head" ;;
      esac ;;
    backup | restore) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
  esac
  [[ $cur == -* ]] && words+=" $global"
  local -a more
  mapfile -t more < <(compgen -W "$words" -- "$cur")
  COMPREPLY+=("${more[@]}")
}
complete -F _beffroi_aides beffroi-aides
