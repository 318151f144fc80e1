#compdef isobar
# zsh completion for isobar: source <(isobar completion zsh), or a file _isobar in $fpath
_isobar() {
    local -a found
    local text about
    while IFS=$'\t' read -r text about; do
        found+=("${text//:/\\:}${about:+:$about}")
    done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    if (( ${#found} )); then
        _describe isobar found
    else
        _files
    fi
}
if [[ "${funcstack[1]}" == _isobar ]]; then
    _isobar "$@"
else
    compdef _isobar isobar
fi
