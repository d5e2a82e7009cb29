using System.Text.Json;
using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>`nodeguard updates pending` against what the host's own tools say they would do.</summary>
[Trait("Needs", "root")]
public sealed class PendingTests(ITestOutputHelper output)
{
    [Theory]
    [MemberData(nameof(Suites.Selected), MemberType = typeof(Suites))]
    [Trait("Invariant", "11")]
    public async Task What_is_pending_is_what_apt_and_unattended_upgrades_would_do(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        var host = new AptHost(guarded.Container);
        var wrong = new List<string>();
        foreach (AptState state in AptStates.All)
        {
            await host.EnterAsync(state);
            JsonElement pending = await PendingAsync(guarded);
            string? difference = await DifferenceAsync(host, state, pending);
            output.WriteLine($"{state}: {difference ?? "the same"}");
            if (difference is not null)
            {
                wrong.Add($"{state}: {difference}");
                output.WriteLine(pending.GetRawText());
            }
        }

        AptStates.All.Count.ShouldBeGreaterThanOrEqualTo(20);
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pending_systemd_is_a_hazard_where_networkd_would_flush_and_none_where_it_would_not()
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Trixie);
        LabContainer container = guarded.Container;
        await container.IpAsync("rule", "add", "from", "203.0.113.9", "table", "300", "priority", "512");
        await guarded.LearnedAsync();
        string installed = await container.ExecAsync("dpkg-query", "-W", "-f", "${Version}", "systemd");
        AptRepository repository = AptRepository.In(container);
        await repository.AddAsync(AptSource.Security with { Codename = "trixie-security" }, new DebPackage("systemd", installed + "+lab1") { Architecture = "amd64" });
        repository.Publish();
        await container.WriteFileAsync("/etc/apt/sources.list", repository.SourcesList);
        await container.ShellAsync("rm -rf /var/lib/apt/lists/* /etc/apt/sources.list.d/*; apt-get -qq update");

        JsonElement exposed = (await PendingAsync(guarded)).GetProperty("hazard");
        exposed.GetProperty("state").GetString().ShouldBe("hazard");
        exposed.GetProperty("reason").GetString().ShouldBe("Updating systemd restarts systemd-networkd, which would delete 1 foreign rule.");
        (await guarded.TryCliAsync("updates", "pending")).ExitCode.ShouldBe(1);

        await container.ExecAsync("/usr/local/bin/nodeguard", "harden", "--runtime");
        (await PendingAsync(guarded)).GetProperty("hazard").GetProperty("state").GetString().ShouldBe("none");
        // The agent's own look may be under way meanwhile.
        await container.UntilAsync(
            "systemd to have forgotten whatever was asked",
            async () => (await container.ExecAsync("systemctl", "list-units", "--all", "--no-legend", "nodeguard-ask-*")).Trim().Length == 0);
    }

    private static async Task<JsonElement> PendingAsync(GuardedContainer guarded) =>
        JsonSerializer.Deserialize<JsonElement>((await guarded.TryCliAsync("updates", "pending", "--now", "-o", "json")).Output);

    private static async Task<string?> DifferenceAsync(AptHost host, AptState state, JsonElement pending)
    {
        JsonElement updates = pending.GetProperty("updates");
        bool known = updates.TryGetProperty("packages", out JsonElement list);
        if (updates.TryGetProperty("interrupted", out _) != state.Interrupted)
        {
            return $"interrupted should be {state.Interrupted}";
        }

        if (await host.AskAptAsync() is not { } apt)
        {
            return known || !state.AptFails ? "apt-get fails, and packages are told" : updates.GetProperty("problems").GetArrayLength() > 0 ? null : "no problem is told";
        }

        if (known == state.NoLists)
        {
            return known ? "without lists, packages are told" : "packages are unknown";
        }

        if (!known)
        {
            return updates.GetProperty("problems").GetArrayLength() > 0 ? null : "no problem is told";
        }

        List<JsonElement> packages = [.. list.EnumerateArray()];
        string[] upgrades = [.. packages.Where(one => Text(one, "keptBack") == "none").Select(one => $"{Named(one)} {Text(one, "installed")} {Text(one, "candidate")}").Order(StringComparer.Ordinal)];
        string[] kept = [.. packages.Where(one => Text(one, "keptBack") is not ("none" or "pinned")).Select(Named).Order(StringComparer.Ordinal)];
        (string[] taken, string said) = await host.AskUnattendedAsync();
        string[] unattended = [.. packages.Where(one => one.TryGetProperty("unattended", out JsonElement value) && value.GetBoolean()).Select(Named).Order(StringComparer.Ordinal)];
        return Compare("apt-get upgrades", apt.Upgrades, upgrades) ?? Compare("apt-get keeps back", apt.KeptBack, kept)
            ?? (state.Interrupted ? null : Compare("unattended-upgrades takes", taken, unattended) is { } other ? $"{other}; it said: {said}" : null);
    }

    private static string? Compare(string what, string[] wanted, string[] found) => wanted.SequenceEqual(found)
        ? null
        : $"{what} [{string.Join(", ", wanted)}], and told was [{string.Join(", ", found)}]";

    private static string Named(JsonElement package) => Text(package, "architecture") == "i386" ? $"{Text(package, "name")}:i386" : Text(package, "name");

    private static string Text(JsonElement package, string name) => package.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";
}
