using System.Text.RegularExpressions;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using Shouldly;
using Xunit;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Tests.Netlink;

/// <summary>Every kind of object, deleted and sent back to the real kernel from what the reader made of it.</summary>
[Trait("Needs", "root")]
public sealed partial class RoundTripTests : IDisposable
{
    internal static readonly string[] Links =
    [
        "link add veth0 type veth peer name veth1",
        "link set veth0 addrgenmode none",
        "link set veth1 addrgenmode none",
        "link set veth0 up",
        "link set veth1 up",
        "addr add 10.5.0.1/24 dev veth0",
        "-6 addr add 2001:db8:5::1/64 dev veth0 nodad",
    ];

    private readonly TestNamespace _namespace = new();
    private readonly KernelTables _kernel;

    public RoundTripTests()
    {
        Run(Links);
        WaitForTheKernel();
        _kernel = KernelTables.Open(_namespace);
    }

    public static TheoryData<string> Names => [.. Cases.Select(one => one.Name)];

    private static IEnumerable<RoundTripCase> Cases =>
    [
        .. Named("rule", RuleCases.All), .. Named("route", RouteCases.All),
        .. Named("nexthop", NexthopAndAddressCases.Nexthops), .. Named("address", NexthopAndAddressCases.Addresses),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Invariant", "3")]
    public void WhatWasDeletedComesBackAttributeForAttribute(string name)
    {
        RoundTripCase one = Cases.Single(candidate => candidate.Name == name);
        Run(one.Prepare);
        List<string> before = [.. _kernel.Dump().Select(seen => seen.Identity)];
        Run(one.Add);
        WaitForTheKernel();
        List<SeenObject> full = _kernel.Dump();
        SeenObject[] created = [.. full.Where(seen => !before.Contains(seen.Identity))];
        created.Length.ShouldBeGreaterThanOrEqualTo(one.Add.Length);
        string printed = Printed();
        CheckReadBack(created);

        _kernel.Deletions();
        foreach (SeenObject lost in created.Reverse().OrderByDescending(seen => seen.Facts.Stage))
        {
            Delete(lost);
        }

        CheckDeleted(created, before);
        Restore(created);
        CheckRestored(full, printed);

        foreach (string line in one.Add.Reverse())
        {
            _namespace.Ip(RoundTripCase.Deletion(line));
        }

        CheckDeleted(created, before);
        Restore(created);
        CheckRestored(full, printed);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _namespace.Dispose();
    }

    [GeneratedRegex(@"\b[0-9.]+sec\b|unbalanced_time [0-9.]+")]
    private static partial Regex Seconds { get; }

    private static IEnumerable<RoundTripCase> Named(string kind, IEnumerable<RoundTripCase> cases) =>
        cases.Select(one => one with { Name = $"{kind}: {one.Name}" });

    private void Run(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            _namespace.Ip(RoundTripCase.Words(line));
        }
    }

    /// <summary>The ledger file keeps requests only, and reads them again as if the kernel had sent them.</summary>
    private static void CheckReadBack(SeenObject[] created)
    {
        var reader = new RouteMessageReader();
        foreach (SeenObject one in created)
        {
            reader.Begin(new NetlinkMessage(one.Request)).ShouldBeTrue();
            reader.Next(out ObservedObject observed).ShouldBeTrue();
            SeenObject again = SeenObject.Copy(observed);
            again.Identity.ShouldBe(one.Identity);
            again.Request.ShouldBe(one.Request);
            again.FollowUp.ShouldBe(one.FollowUp);
            // No message can ask for a place behind another address; the ledger keeps it beside the message.
            again.Facts.ShouldBe(one.Facts with { Secondary = false });
            reader.Next(out _).ShouldBeFalse();
        }
    }

    private void Delete(SeenObject lost)
    {
        var deletion = new byte[lost.Request.Length];
        int length = RequestForms.ToDelete(lost.Request, deletion);
        _kernel.Send(deletion.AsSpan(0, length), 0).ShouldBe((0, ""), $"deleting {lost}");
    }

    private void CheckDeleted(SeenObject[] created, List<string> before)
    {
        _kernel.Dump().Select(seen => seen.Identity).ShouldBe(before);
        _kernel.Deletions().Select(seen => seen.Identity).Order(StringComparer.Ordinal)
            .ShouldBe(created.Select(seen => seen.Identity).Order(StringComparer.Ordinal), "the notifications of deletion");
    }

    /// <summary>As the guard does: in stages, exclusively, or appended where others share the key.</summary>
    private void Restore(SeenObject[] lost)
    {
        foreach (SeenObject one in lost.OrderBy(seen => seen.Facts.Stage))
        {
            bool siblings = one.Key.Kind == ObjectKind.Route && lost.Count(other => other.Key == one.Key) > 1;
            ushort mode = siblings ? NLM_F_APPEND : NLM_F_EXCL;
            _kernel.Send(one.Request, (ushort)(NLM_F_CREATE | mode)).ShouldBe((0, ""), $"restoring {one}");
            if (one.FollowUp.Length > 0)
            {
                _kernel.Send(one.FollowUp, NLM_F_REPLACE).ShouldBe((0, ""), $"restoring the flags of {one}");
            }
        }
    }

    private void CheckRestored(List<SeenObject> full, string printed)
    {
        List<SeenObject> restored = _kernel.Dump();
        restored.Select(seen => seen.Identity).ShouldBe(full.Select(seen => seen.Identity));
        restored.Select(seen => seen.Content).ShouldBe(full.Select(seen => seen.Content));
        SpinWait.SpinUntil(() => Printed() == printed, TimeSpan.FromSeconds(10));
        Printed().ShouldBe(printed);
    }

    private string Printed() => Seconds.Replace(
        string.Concat(
            _namespace.Ip("-d", "rule"), _namespace.Ip("-d", "-6", "rule"), _namespace.Ip("-d", "nexthop"),
            _namespace.Ip("-d", "route", "show", "table", "all"), _namespace.Ip("-d", "-6", "route", "show", "table", "all"),
            _namespace.Ip("-o", "addr")),
        "");

    /// <summary>Duplicate detection, and the kernel's own routes of addresses and links that come up, take their time.</summary>
    private void WaitForTheKernel() => SpinWait.SpinUntil(Settled, TimeSpan.FromSeconds(10)).ShouldBeTrue("the kernel settles");

    private bool Settled()
    {
        string[] addresses = _namespace.Ip("-6", "-o", "addr").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string local = _namespace.Ip("-6", "-d", "route", "show", "table", "local");
        string[] up = [.. addresses.Select(line => RoundTripCase.Words(line)[3].Split('/')[0])];
        return !addresses.Any(line => line.Contains(" tentative", StringComparison.Ordinal))
            && up.All(address => local.Contains($"local {address} dev ", StringComparison.Ordinal))
            && local.Contains("ff00::/8 dev veth0", StringComparison.Ordinal)
            && local.Contains("ff00::/8 dev veth1", StringComparison.Ordinal);
    }
}
