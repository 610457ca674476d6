#compdef ganas-lua
# Completion of ganas-lua's words in zsh: the program itself is asked (ganas-lua complete).
#
#   eval "$(ganas-lua completion zsh)"      or as _ganas-lua in a folder of $fpath

_ganas_lua() {
    local item
    local -a plain open
    for item in "${(@f)$("${words[1]}" complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        case $item in
        '') ;;
        :files) _files ;;
        :folders) _files -/ ;;
        *=) open+=("$item") ;;
        *) plain+=("$item") ;;
        esac
    done
    (( ${#plain} )) && compadd -- "${plain[@]}"
    (( ${#open} )) && compadd -S '' -- "${open[@]}"
    return 0
}

if [[ ${funcstack[1]-} == _ganas-lua ]]; then
    _ganas_lua "$@"
else
    compdef _ganas_lua ganas-lua
fi
