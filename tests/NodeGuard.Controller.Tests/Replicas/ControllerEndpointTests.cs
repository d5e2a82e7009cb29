using System.Net;
using System.Net.Sockets;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests.Replicas;

/// <summary>What two real controllers serve at the address of `--listen`.</summary>
public sealed class ControllerEndpointTests : IDisposable
{
    private const string Lease = "3";
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task One_of_two_leads_both_are_ready_and_the_other_leads_when_that_one_is_gone()
    {
        await using FleetStage stage = await FleetStage.StartAsync(1);
        string[] at = FreeAddresses(2);
        await using var one = ControllerProcess.Start(stage.Kubeconfig, Lease, at[0]);
        await using var other = ControllerProcess.Start(stage.Kubeconfig, Lease, at[1]);

        await stage.UntilAsync(async () => await CodeAsync(at[0], "readyz") == 200 && await CodeAsync(at[1], "readyz") == 200, "not both are ready");
        await stage.UntilAsync(async () => await LeadersAsync(at) is [_], "not one of them leads");
        (await CodeAsync(at[0], "livez"), await CodeAsync(at[1], "livez")).ShouldBe((200, 200));
        (await _http.GetStringAsync(new Uri($"http://{at[0]}/healthz/dependencies"))).ShouldContain("API server");

        string leader = (await LeadersAsync(at))[0];
        await (leader == at[0] ? one : other).KillAsync();

        string left = leader == at[0] ? at[1] : at[0];
        await stage.UntilAsync(async () => await LeadersAsync(left) is [_], "nobody leads any more");
    }

    public void Dispose() => _http.Dispose();

    private async Task<IReadOnlyList<string>> LeadersAsync(params string[] addresses)
    {
        var leading = new List<string>();
        foreach (string address in addresses)
        {
            string metrics = await _http.GetStringAsync(new Uri($"http://{address}/metrics"));
            metrics.ShouldContain("# TYPE nodeguard_leader gauge");
            if (metrics.Contains("\nnodeguard_leader 1\n", StringComparison.Ordinal))
                leading.Add(address);
        }

        return leading;
    }

    private async Task<int> CodeAsync(string address, string path)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri($"http://{address}/{path}"));
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return 0;
        }
    }

    private static string[] FreeAddresses(int count)
    {
        TcpListener[] held = [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in held)
            listener.Start();
        string[] addresses = [.. held.Select(static listener => listener.LocalEndpoint.ToString()!)];
        foreach (TcpListener listener in held)
            listener.Dispose();
        return addresses;
    }
}
