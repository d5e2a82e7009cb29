using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>What its owner deletes stays deleted, whenever it does so.</summary>
[Trait("Needs", "root")]
[Trait("Invariant", "1")]
public sealed class OwnerTests
{
    private const string NetworkdCgroup = "/sys/fs/cgroup/system.slice/systemd-networkd.service/cgroup.procs";

    public static TheoryData<string> Flushing => Suites.Flushing;

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Rules_and_routes_that_ip_deletes_stay_deleted_through_a_flush(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        await guarded.SeedAsync();

        await guarded.Container.IpAsync("rule", "del", "priority", "1000");
        await guarded.Container.IpAsync("route", "del", "10.50.0.0/16");
        await guarded.Container.IpAsync("addr", "del", "10.77.0.200/32", "dev", "host0");
        await guarded.Container.IpAsync("nexthop", "del", "id", "13");
        NetnsSnapshot wanted = await guarded.LearnedAsync();
        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(wanted);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task A_process_in_networkds_own_cgroup_is_an_owner_too(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        await guarded.SeedAsync();

        await guarded.Container.ShellAsync($"echo $$ >{NetworkdCgroup}; ip rule del priority 1001");
        NetnsSnapshot wanted = await guarded.LearnedAsync();
        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(wanted);
        (await guarded.Container.IpAsync("-4", "rule", "show", "priority", "1001")).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task A_rule_deleted_by_its_owner_in_the_middle_of_an_episode_stays_deleted(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        await ForeignObjects.SeedManyAsync(guarded.Container, rules: 250, routes: 250);
        await guarded.SeedAsync();

        Task flush = guarded.Container.ExecAsync("systemctl", "restart", "systemd-networkd.service");
        // Where the flush was quicker, the delete finds nothing: the owner then tries again, as owners do.
        await guarded.Container.UntilAsync("the owner's delete to succeed while networkd restarts", async () =>
            (await guarded.Container.TryIpAsync("-4", "rule", "del", "priority", "1002")).ExitCode == 0);
        await flush;
        await guarded.Container.NetworkdSettledAsync();

        (await guarded.Container.IpAsync("-4", "rule", "show", "priority", "1002")).ShouldBeEmpty();
        (await guarded.Container.IpAsync("-4", "rule", "show", "priority", "1003")).ShouldNotBeEmpty("the flush was to be undone otherwise");
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task A_network_plugin_that_replaces_its_rules_in_an_episode_ends_with_its_new_ones_and_no_twins(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        string[] old = [.. Enumerable.Range(0, 50).Select(pod => $"rule add from 10.160.0.{pod}/32 table 160 priority 1536")];
        string[] replaced = [.. old.Select(line => line.Replace("table 160", "table 161", StringComparison.Ordinal))];
        await guarded.Container.IpBatchAsync("-4", old);
        await guarded.LearnedAsync();

        Task flush = guarded.Container.ExecAsync("systemctl", "restart", "systemd-networkd.service");
        foreach (string line in old)
        {
            string[] rule = line["rule add ".Length..].Split(' ');
            await guarded.Container.UntilAsync("the plugin's delete to succeed", async () =>
                (await guarded.Container.TryIpAsync(["-4", "rule", "del", .. rule])).ExitCode == 0);
        }

        await guarded.Container.IpBatchAsync("-4", replaced);
        await flush;
        await guarded.Container.NetworkdSettledAsync();

        string rules = await guarded.Container.IpAsync("-4", "rule", "show", "priority", "1536");
        rules.ShouldNotContain("lookup 160");
        rules.Split('\n').Count(line => line.Contains("lookup 161", StringComparison.Ordinal)).ShouldBe(old.Length);
    }
}
