# bash completion for isobar: source <(isobar completion bash)
_isobar() {
    local line word joins words=() cut i
    COMPREPLY=()
    # bash takes words apart at : and =, which isobar does not (s3://bucket, --region=eu-west-1).
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ ${#words[@]} -gt 0 && ($word == [:=]* || $joins) ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        [[ $word == *[:=] ]] && joins=1 || joins=
    done
    word=${words[${#words[@]} - 1]}
    cut=${word%"${word##*[:=]}"}
    while IFS= read -r line; do
        line=${line%%$'\t'*}
        [[ $line == */ ]] && compopt -o nospace 2>/dev/null
        COMPREPLY+=("${line#"$cut"}")
    done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
}
complete -o default -F _isobar isobar
