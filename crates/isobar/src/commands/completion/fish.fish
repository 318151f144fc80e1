# fish completion for isobar: isobar completion fish | source
function __isobar_complete
    set -l words (commandline -opc)
    $words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c isobar -a '(__isobar_complete)'
