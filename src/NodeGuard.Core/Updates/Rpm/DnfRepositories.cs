using System.Text.Json;

namespace NodeGuard.Core.Updates.Rpm;

/// <summary>
/// Whether dnf knows what its repositories hold. Without that it finds nothing pending, and where a repository may be skipped it
/// does not say so: dnf 5 not at all, dnf 4 on standard error (invariant 11).
/// </summary>
public static class DnfRepositories
{
    private const string None = "dnf has no enabled repository on this host, and finds nothing pending therefore; look at dnf repolist --all";
    private const int MaxShown = 300;

    private static readonly string[] Warnings = ["Ignoring repositories:", "Warning: failed loading ", "Error: "];

    /// <summary>`dnf repolist -v` of dnf 4.</summary>
    /// <param name="complaint">What it wrote to standard error, the lines set apart by "; ".</param>
    public static IReadOnlyList<string> ProblemsOf4(ReadOnlySpan<char> output, string complaint)
    {
        var problems = new ParseProblems();
        foreach (var warning in complaint.Split("; ").Where(line => Array.Exists(Warnings, warning => line.StartsWith(warning, StringComparison.Ordinal))))
            problems.Add($"dnf leaves something out: {ParseProblems.Shown(UrlPasswords.Masked(warning), MaxShown)}");
        var any = false;
        foreach (var line in output.EnumerateLines())
            any |= line.StartsWith("Repo-id ", StringComparison.Ordinal);
        if (!any && !problems.Any)
            problems.Add(None);
        return problems.ToList();
    }

    /// <summary>`dnf repo info --json` of dnf 5, which tells the enabled ones.</summary>
    public static IReadOnlyList<string> ProblemsOf5(string output)
    {
        var problems = new ParseProblems();
        try
        {
            using var document = JsonDocument.Parse(output);
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() == 0)
                problems.Add(None);
            else
            {
                foreach (var repository in document.RootElement.EnumerateArray())
                    Look(repository, problems);
            }
        }
        catch (JsonException)
        {
            problems.Add(output.AsSpan().Trim().IsEmpty ? None : "dnf's list of repositories is no JSON, or not whole");
        }

        return problems.ToList();
    }

    private static void Look(JsonElement repository, ParseProblems problems)
    {
        if (repository.ValueKind != JsonValueKind.Object
            || !repository.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String
            || !repository.TryGetProperty("timestamp", out var timestamp) || !timestamp.TryGetInt64Safely(out var seconds))
        {
            problems.Add("dnf's list of repositories is not as dnf 5 writes it");
        }
        else if (seconds <= 0)
        {
            problems.Add($"dnf has fetched nothing of the repository {ParseProblems.Shown(id.GetString())} yet, and what is pending there is not known; fetch it with dnf makecache");
        }
    }

    private static bool TryGetInt64Safely(this JsonElement element, out long value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out value);
    }
}
