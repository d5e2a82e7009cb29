using System.CommandLine;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Help;

/// <summary>Tells what is wrong with a command line, what may have been meant, and where help is.</summary>
public static class UsageError
{
    public static int Report(ParseResult parsed, CliConsole console)
    {
        var command = parsed.CommandResult.Command;
        var path = PathOf(command);
        var unknown = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        if (unknown is not null && command.Subcommands.Count > 0)
        {
            console.WriteError($"\"{path}\" has no command or option \"{unknown}\"");
            WriteSuggestions(command, unknown, path, console);
        }
        else
        {
            foreach (var message in parsed.Errors.Select(static error => error.Message).Distinct())
                console.WriteError(OneLine(message));
            if (unknown is not null)
                WriteSuggestions(command, unknown, path, console);
        }

        console.Error.WriteLine($"See: {path} --help");
        return ExitCodes.Usage;
    }

    public static string PathOf(Command command)
    {
        var parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? "nodeguard" : $"{PathOf(parent)} {command.Name}";
    }

    // The framework lists allowed values on lines of their own.
    private static string OneLine(string message) =>
        string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static void WriteSuggestions(Command command, string unknown, string path, CliConsole console)
    {
        var names = command.Subcommands.Where(static sub => !sub.Hidden).Select(static sub => sub.Name)
            .Concat(command.Options.Where(static option => !option.Hidden).Select(static option => option.Name));
        var near = names.Select(name => (name, distance: EditDistance(name, unknown)))
            .Where(candidate => candidate.distance <= Math.Max(1, Math.Min(3, unknown.Length / 2)) || (unknown.Length >= 3 && candidate.name.StartsWith(unknown, StringComparison.Ordinal)))
            .OrderBy(static candidate => candidate.distance).ThenBy(static candidate => candidate.name, StringComparer.Ordinal)
            .Take(3);
        foreach (var (name, _) in near)
            console.Error.WriteLine($"Did you mean: {path} {name}");
    }

    // Levenshtein with one row.
    private static int EditDistance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                var substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(substituted, Math.Min(row[j - 1], above) + 1);
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
