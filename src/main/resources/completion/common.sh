# What may follow after which words: sets REPLY, empty if nothing may.
__fairlead_entry() {
  case "$1" in
@ENTRIES@
    *) REPLY= ;;
  esac
}

# Prints what the kind $1 stands for, one a line. The others are the program and its options for the member.
__fairlead_kind() {
  local kind=$1
  shift
  case "$kind" in
    words:*) printf '%s\n' "${kind#words:}" | tr ' ' '\n' ;;
    live:*) program=$1 && shift && "$program" __complete "${kind#live:}" "$@" 2>/dev/null </dev/null ;;
    files) printf '%s\n' // ;;
  esac
}

# Prints the candidates for the last word, one a line, // for files. The first is the program.
__fairlead_candidates() {
  local program=$1 at= kind= option= number=0 word REPLY
  local -a member
  member=()
  shift
  while [ $# -gt 1 ]; do
    word=$1
    shift
    if [ -n "$kind" ]; then
      case "$option" in
        --admin | --token-file | --ca | --cert | --key) member+=("$option" "$word") ;;
      esac
      kind=
      continue
    fi
    case "$word" in
      --*=*) ;;
      -*)
        option=$word
        __fairlead_entry "v:$at $word"
        kind=$REPLY
        ;;
      *)
        __fairlead_entry "c:$at"
        case " $REPLY " in
          *" $word "*)
            at="${at:+$at }$word"
            number=0
            ;;
          *) number=$((number + 1)) ;;
        esac
        ;;
    esac
  done
  case "$kind$1" in
    --*=*)
      __fairlead_entry "v:$at ${1%%=*}"
      kind=${REPLY:-none}
      ;;
  esac
  if [ -n "$kind" ]; then
    __fairlead_kind "$kind" "$program" "${member[@]}"
    return 0
  fi
  case "$1" in
    -*)
      __fairlead_entry "o:$at"
      printf '%s\n' "$REPLY" | tr ' ' '\n'
      return 0
      ;;
  esac
  __fairlead_entry "c:$at"
  [ -z "$REPLY" ] || printf '%s\n' "$REPLY" | tr ' ' '\n'
  __fairlead_entry "p:$at $((number + 1))"
  [ -n "$REPLY" ] || __fairlead_entry "p:$at *"
  __fairlead_kind "$REPLY" "$program" "${member[@]}"
}
