"""`maker completion bash|zsh|fish`: a script that makes the shell ask `maker` itself what a word may be."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from maker_engine.output import say_text
from maker_tui.cli.parsing import Parser

ASKED = "--complete"
"""The first word of the question that the scripts ask."""
DESCRIPTION = """\
Print a script for a shell; it completes commands, flags, choices, tasks, problem files, sessions, models and profiles.

  bash   eval "$(maker completion bash)" in ~/.bashrc
  zsh    eval "$(maker completion zsh)" in ~/.zshrc, behind compinit
  fish   maker completion fish > ~/.config/fish/completions/maker.fish
"""
BASH = """\
_maker() {
    local one
    COMPREPLY=()
    while IFS= read -r one; do
        case "$one" in
            :files) compopt -o default ;;
            :folders) compopt -o dirnames ;;
            *) COMPREPLY+=("$one") ;;
        esac
        [[ $one == *[=:/] ]] && compopt -o nospace
    done < <("${COMP_WORDS[0]}" --complete bash "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F _maker maker
"""
ZSH = """\
#compdef maker
_maker() {
    local -a lines found
    local one files=0 folders=0
    lines=("${(@f)$("${words[1]}" --complete zsh "${(@)words[1,CURRENT]}" 2>/dev/null)}")
    for one in "${lines[@]}"; do
        case "$one" in
            "") ;;
            :files) files=1 ;;
            :folders) folders=1 ;;
            *$'\\t'*) found+=("${${one%%$'\\t'*}//:/\\\\:}:${one#*$'\\t'}") ;;
            *) found+=("${one//:/\\\\:}") ;;
        esac
    done
    (( ${#found} )) && _describe -t values maker found
    (( files )) && _files
    (( folders )) && _files -/
    return 0
}
if [ "$funcstack[1]" = "_maker" ]; then _maker "$@"; else compdef _maker maker; fi
"""
FISH = """\
function __maker_complete
    set -l words (commandline -opc)
    set -l begun (commandline -ct)
    for one in (command maker --complete fish $words "$begun" 2>/dev/null)
        switch $one
            case ':files'
                __fish_complete_path (commandline -ct)
            case ':folders'
                __fish_complete_directories (commandline -ct)
            case '*'
                printf '%s\\n' $one
        end
    end
end
complete -c maker -f -a '(__maker_complete)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def add_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `maker completion` to the command line."""
    completion = commands.add_parser(
        "completion",
        help="print a script that completes commands in your shell",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    completion.add_argument("shell", choices=tuple(SCRIPTS), help="the shell")
    completion.set_defaults(act=_print)


def answer(arguments: Sequence[str]) -> int:
    """Print what a command line may continue with; return the exit status."""
    from maker_tui.cli.completing import complete  # noqa: PLC0415 - no other command needs it

    lines = complete(arguments[0] if arguments else "", arguments[1:])
    say_text("".join(f"{line}\n" for line in lines))
    return 0


def _print(chosen: argparse.Namespace) -> int:
    say_text(SCRIPTS[chosen.shell])
    return 0
