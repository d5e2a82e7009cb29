using System.Globalization;
using System.Text;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Linux.Packages;
using NodeGuard.Linux.Tests.Systemd.Config;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Packages.Rpm;

/// <summary>What becomes of the answers of real tools: dnf 4.14 and 4.23, dnf 5.4, zypper 1.14.</summary>
public sealed class RpmCaptureTests : IDisposable
{
    private const string Dnf4 = "dnf-4.14";
    private const string Dnf5 = "dnf5-5.4";
    private const string Zypper = "zypper-1.14";

    private readonly FixtureRoot _host = new();

    public void Dispose() => _host.Dispose();

    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach ((string tool, string state) in Capture.All)
                all.Add(tool, state);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Each_state_is_told_as_it_is(string tool, string state) =>
        Capture.ShouldBeGolden(tool, state, Text(await LookAsync(tool, state, Capture.Of(tool, state))));

    [Theory]
    [Trait("Invariant", "11")]
    [CombinatorialStates("no-cache", "one-without-cache", "no-repositories", "corrupt-database", "no-packages", "torn-configuration")]
    public async Task What_the_tools_do_not_know_is_never_nothing_pending(string tool, string state)
    {
        PendingUpdates pending = (await LookAsync(tool, state, Capture.Of(tool, state))).Pending;

        pending.Packages.ShouldBeNull();
        pending.Problems.ShouldNotBeEmpty();
    }

    [Theory]
    [CombinatorialStates("nothing")]
    public async Task Nothing_pending_is_told_where_the_tools_say_so(string tool, string state)
    {
        PendingUpdates pending = (await LookAsync(tool, state, Capture.Of(tool, state))).Pending;

        pending.Problems.ShouldBeEmpty();
        pending.Packages.ShouldNotBeNull().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Dnf4, KeptBackReason.Pinned)]
    [InlineData(Dnf5, KeptBackReason.Pinned)]
    [InlineData(Zypper, KeptBackReason.None)]
    public async Task What_is_locked_excluded_or_lacks_something_is_kept_back_for_that_reason(string tool, KeptBackReason excluded)
    {
        Dictionary<string, PendingPackage> packages = (await LookAsync(tool, "held", Capture.Of(tool, "held"))).Pending.Packages!
            .GroupBy(package => package.Name).ToDictionary(group => group.Key, group => group.First());

        packages["locked"].KeptBack.ShouldBe(KeptBackReason.Held);
        packages["needy"].KeptBack.ShouldBe(KeptBackReason.Blocked);
        packages["excluded"].KeptBack.ShouldBe(excluded);
        packages["alpha"].ShouldSatisfyAllConditions(
            alpha => alpha.KeptBack.ShouldBe(KeptBackReason.None),
            // The fix is in a version between the installed one and the candidate.
            alpha => alpha.Security.ShouldBeTrue(),
            alpha => alpha.Candidate.ShouldBe("1.1-1.fc40"));
        packages["beta"].Security.ShouldBeFalse();
        packages["epochal"].Candidate.ShouldBe("1:2.1-1");
        packages["helper-of-wanting"].Installed.ShouldBeNull();
    }

    [Theory]
    [CombinatorialStates("everything")]
    [Trait("Invariant", "11")]
    public async Task A_question_without_an_answer_leaves_it_unknown(string tool, string state)
    {
        // The last two tell of a reboot, and what may be there twice: without it the packages are as they are.
        foreach (string name in Capture.Of(tool, state).Names.Where(name => !name.EndsWith("-reboot", StringComparison.Ordinal) && name != "rpm-several"))
        {
            Capture tools = Capture.Of(tool, state);
            tools.Instead[name] = new HostCommandAnswer.NoAnswer($"{name} did not end within 120 s and was stopped");

            PendingUpdates pending = (await LookAsync(tool, state, tools)).Pending;

            pending.Packages.ShouldBeNull(name);
            pending.Problems.ShouldContain($"{name} did not end within 120 s and was stopped");
        }
    }

    [Theory]
    [CombinatorialStates("everything", "held", "interrupted")]
    [Trait("Invariant", "11")]
    public async Task An_answer_that_broke_off_is_no_list(string tool, string state)
    {
        string whole = Packages(await LookAsync(tool, state, Capture.Of(tool, state)));
        foreach (string name in Capture.Of(tool, state).Names)
        {
            string output = Capture.Of(tool, state).OutputOf(name);
            for (int cut = 1; cut < output.Length; cut += Math.Max(1, output.Length / 40))
            {
                Capture tools = Capture.Of(tool, state);
                int status = name is "dnf-upgrade" or "dnf-reboot" ? 1 : 0;
                tools.Instead[name] = new HostCommandAnswer.Ended(status, Encoding.UTF8.GetBytes(output[..cut]), "");

                PackageLook look = await LookAsync(tool, state, tools);

                // At the end of a line rpm and dnf repoquery leave no sign of more; they end with a failure then.
                if (look.Pending.Packages is not null && !(output[cut - 1] == '\n' && name is "rpm" or "dnf-upgrades" or "dnf-hidden" or "dnf-security" or "rpm-several"))
                    Packages(look).ShouldBe(whole, $"{name} cut at {cut}");
            }
        }
    }

    private Task<PackageLook> LookAsync(string tool, string state, Capture tools)
    {
        if (state == "held")
        {
            foreach ((string path, string name) in new[] { ("/etc/dnf/plugins/versionlock.list", "versionlock.list"), ("/etc/dnf/versionlock.toml", "versionlock.toml") })
            {
                if (Capture.HeldBy(tool, name) is { } content)
                    _host.With(path, content);
            }
        }

        IPackageFamily family = tool == Zypper ? new ZypperFamily(tools, _host.Root) : new DnfFamily(tools, _host.Root);
        return family.LookAsync(CancellationToken.None);
    }

    private static string Text(PackageLook look)
    {
        var text = new StringBuilder();
        foreach (string problem in look.Pending.Problems)
            text.Append(CultureInfo.InvariantCulture, $"problem: {problem}\n");
        if (look.Pending.Interrupted is { } interrupted)
            text.Append(CultureInfo.InvariantCulture, $"interrupted: {interrupted}\n");
        text.Append(CultureInfo.InvariantCulture, $"kernels: {(look.InstalledKernels is { } kernels ? string.Join(' ', kernels) : "unknown")}\n");
        text.Append(CultureInfo.InvariantCulture, $"reboot: {look.Reboot!.Required?.ToString() ?? "unknown"}, {look.Reboot.Why}\n");
        return text.Append(Packages(look)).ToString();
    }

    private static string Packages(PackageLook look) => look.Pending.Packages is not { } packages ? "packages: unknown\n" : string.Concat(packages.Select(static package =>
        $"{package.Name}.{package.Architecture} {package.Installed ?? "-"} -> {package.Candidate} from {string.Join(',', package.Origins)}"
        + $"{(package.Security ? " security" : "")}{(package.Downgrade ? " downgrade" : "")}{(package.KeptBack == KeptBackReason.None ? "" : $" {package.KeptBack}: {package.Why}")}\n"));

    /// <summary>Each of these states with each of the tools.</summary>
    private sealed class CombinatorialStatesAttribute(params string[] states) : Xunit.Sdk.DataAttribute
    {
        public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) =>
            from tool in new[] { Dnf4, Dnf5, Zypper } from state in states select new object[] { tool, state };
    }
}
