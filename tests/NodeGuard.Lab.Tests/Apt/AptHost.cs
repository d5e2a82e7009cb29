using System.Text.RegularExpressions;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Apt;

/// <summary>Brings a container into prepared states, and asks its own tools what they would do.</summary>
internal sealed partial class AptHost(LabContainer container)
{
    private string? _status;
    private int _states;

    public async Task EnterAsync(AptState state)
    {
        _status ??= await container.ReadFileAsync("/var/lib/dpkg/status");
        string suite = container.Suite.Name;
        AptRepository repository = AptRepository.In(container, $"/srv/apt/{++_states}");
        await repository.AddAsync(AptSource.Debian with { Codename = suite }, [.. state.Debian]);
        await repository.AddAsync(AptSource.Security with { Codename = $"{suite}-security" }, [.. state.Security]);
        await repository.AddAsync(AptSource.ThirdParty, [.. state.ThirdParty]);
        await repository.AddAsync(AptSource.Debian with { Codename = $"{suite}-backports", Suite = "stable-backports", NotAutomatic = true }, [.. state.Backports]);
        repository.Publish();
        await container.WriteFileAsync("/etc/apt/sources.list", repository.SourcesList);
        await container.WriteFileAsync("/etc/apt/preferences.d/lab", state.Preferences);
        await container.WriteFileAsync("/etc/apt/apt.conf.d/99lab", state.Config);
        await container.WriteFileAsync("/var/lib/dpkg/arch", state.ForeignArchitecture ? "amd64\ni386\n" : "amd64\n");
        await container.WriteFileAsync("/var/lib/dpkg/status", _status.TrimEnd('\n') + "\n" + state.StatusEntries);
        await container.ShellAsync(
            "rm -rf /var/lib/apt/lists/* /etc/apt/sources.list.d/* /var/cache/apt/*.bin" + (state.NoLists ? "" : "; apt-get -qq update"));
    }

    /// <summary>The lines "Inst" as "name installed candidate", and the names that are kept back; null where apt-get fails.</summary>
    public async Task<(string[] Upgrades, string[] KeptBack)?> AskAptAsync()
    {
        CommandResult answer = await container.TryExecAsync("env", "LC_ALL=C", "apt-get", "-s", "upgrade");
        if (answer.ExitCode != 0)
        {
            return null;
        }

        Match kept = KeptBack().Match(answer.Output);
        return (
            [.. Inst().Matches(answer.Output).Select(match => $"{match.Groups[1]} {match.Groups[2]} {match.Groups[3]}").Order(StringComparer.Ordinal)],
            kept.Success ? [.. kept.Groups[2].Value.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)] : []);
    }

    /// <summary>The names that unattended-upgrades would take, and all that it said.</summary>
    public async Task<(string[] Packages, string Said)> AskUnattendedAsync()
    {
        CommandResult answer = await container.TryExecAsync("env", "LC_ALL=C", "unattended-upgrade", "--dry-run", "-v");
        string said = answer.Output + answer.Error;
        Match taken = WillBeUpgraded().Match(said);
        return (taken.Success ? [.. taken.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)] : [], said);
    }

    [GeneratedRegex(@"^Inst (\S+) \[(\S+)\] \((\S+) ", RegexOptions.Multiline)]
    private static partial Regex Inst();

    [GeneratedRegex(@"(kept back|due to phasing):\n((?:  .*\n)+)")]
    private static partial Regex KeptBack();

    [GeneratedRegex(@"Packages that will be upgraded: (.*)")]
    private static partial Regex WillBeUpgraded();
}
