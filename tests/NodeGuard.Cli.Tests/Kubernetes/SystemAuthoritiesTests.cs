using NodeGuard.Cli.Kubernetes;
using NodeGuard.Kubernetes.Credentials;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Kubernetes;

public sealed class SystemAuthoritiesTests
{
    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, null, false)]
    [InlineData(true, "https://proxy.example.com:3128", false)]
    public void They_are_left_out_only_where_no_certificate_can_need_them(bool own, string? proxy, bool needless)
    {
        var connection = new ClusterConnection
        {
            Server = new Uri("https://192.0.2.1:6443"),
            Origin = "a test",
            Credentials = FixedCredentials.Anonymous,
            OwnAuthorities = own,
        };

        SystemAuthorities.AreNeedless(connection, name => name == "HTTPS_PROXY" ? proxy : null).ShouldBe(needless);
    }

    [Fact]
    public void They_are_not_left_out_behind_a_proxy_of_the_kubeconfig()
    {
        var connection = new ClusterConnection
        {
            Server = new Uri("https://192.0.2.1:6443"),
            Origin = "a test",
            Credentials = FixedCredentials.Anonymous,
            OwnAuthorities = true,
            Proxy = new EnvironmentProxy(static _ => null),
        };

        SystemAuthorities.AreNeedless(connection, static _ => null).ShouldBeFalse();
    }
}
