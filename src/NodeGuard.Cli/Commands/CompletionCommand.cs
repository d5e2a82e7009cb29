using System.CommandLine;
using NodeGuard.Cli.Help;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard completion SHELL`: a script that asks the program itself, so that it never goes stale.</summary>
public static class CompletionCommand
{
    private const string Bash =
        """
        # bash completion for nodeguard
        _nodeguard() {
            local IFS=$'\n' current="${COMP_WORDS[COMP_CWORD]}" candidates
            candidates="$(command "${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" || return 0
            # shellcheck disable=SC2207 # one candidate a line, split at newlines only
            COMPREPLY=($(compgen -W "${candidates}" -- "${current}"))
        }
        complete -o default -F _nodeguard nodeguard

        """;

    private const string Zsh =
        """
        #compdef nodeguard
        # zsh completion for nodeguard
        _nodeguard() {
            local -a candidates
            candidates=("${(@f)$(command "${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -- "${candidates[@]}"
        }
        compdef _nodeguard nodeguard

        """;

    private const string Fish =
        """
        # fish completion for nodeguard
        function __nodeguard_complete
            set -l line (commandline -cp)
            command nodeguard "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c nodeguard -f -a '(__nodeguard_complete)'

        """;

    public static Command Create(CliContext context)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new GuidedCommand(
            "completion",
            "Print the completion script of a shell.",
            [
                new("nodeguard completion bash > /etc/bash_completion.d/nodeguard", "for everyone, in new shells"),
                new("source <(nodeguard completion bash)", "for this shell"),
            ],
            [new(ExitCodes.Ok, "printed"), CommonExits.Usage])
        { shell };
        command.SetAction(parsed =>
        {
            context.Console.Out.Write(parsed.GetValue(shell) switch
            {
                "zsh" => Zsh,
                "fish" => Fish,
                _ => Bash,
            });
            return ExitCodes.Ok;
        });
        return command;
    }
}
