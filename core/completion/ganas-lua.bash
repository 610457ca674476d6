# Completion of ganas-lua's words in bash: the program itself is asked (ganas-lua complete).
#
#   eval "$(ganas-lua completion bash)"     or as share/bash-completion/completions/ganas-lua

_ganas_lua() {
    local line=${COMP_LINE:0:COMP_POINT} typed= item
    local -a words
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] || { typed=${words[-1]} && unset 'words[-1]'; }
    COMPREPLY=()
    while IFS= read -r item; do
        case $item in
        :files) compopt -o filenames 2>/dev/null; mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$typed") ;;
        :folders) compopt -o filenames 2>/dev/null; mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$typed") ;;
        *) COMPREPLY+=("$item") ;;
        esac
    done < <("$1" complete "${words[@]:1}" "$typed" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    # bash takes what stands before a = for a word of its own.
    [[ $typed == *=* ]] && COMPREPLY=("${COMPREPLY[@]#"${typed%%=*}="}")
    return 0
}

complete -F _ganas_lua ganas-lua
