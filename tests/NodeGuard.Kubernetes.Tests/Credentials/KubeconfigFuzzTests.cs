using System.Text;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Credentials.Kubeconfigs;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Credentials;

/// <summary>Any bytes are a connection or a sentence that names the file; never a crash, never a secret.</summary>
public sealed class KubeconfigFuzzTests : IDisposable
{
    private const string Secret = "hunter2secret";
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ": ", "- ", "\n", "  ", "\t", "'", "\"", "&a ", "*a", "|", ">", "#", "!!", "? ", "%", "<<: ", "\0", "\uFEFF", "é", "---\n", "...\n",
        "null", "~", "true", "name", "user", "cluster", "exec", "token", "server", "extensions", Secret,
    ];

    // What stands before the secret in the sample.
    private static readonly string[] Places = ["http://u:", "token: ", "args: [", "value: "];

    private readonly CredentialFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MutatedKubeconfigsAreReadOrRefusedWithTheFileAndNoSecret()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var cases = FuzzScale.Cases(1500);
        for (var i = 0; i < cases; i++)
        {
            var bytes = Mutate(Sample(), random);
            File.WriteAllBytes(_folder.Path("config"), bytes);
            try
            {
                if (_folder.Connect() is ConnectionResult.Failed { Message: var message })
                {
                    message.ShouldContain(_folder.Path("config"));
                    // What a name holds is shown; what a value of a secret key holds is not.
                    if (!MayStandInAName(bytes))
                        message.ShouldNotContain(Secret);
                }
            }
            catch (Exception e) when (e is not ShouldAssertException)
            {
                throw new InvalidOperationException($"seed {seed}, case {i}: {Convert.ToBase64String(bytes)}", e);
            }
        }
    }

    [Theory]
    [InlineData(100_000)]
    public void DeepNestingIsRefusedInTime(int depth) =>
        KubeconfigReader.Read(string.Concat(Enumerable.Repeat("[", depth)), "f").Problem.ShouldNotBeNull().ShouldContain("nested deeper than 64");

    [Fact]
    public async Task AnExtensionThatGrowsByAliasesIsRefused()
    {
        var text = new StringBuilder("e0: &e0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 9; i++)
            text.Append($"e{i}: &e{i} [*e{i - 1}, *e{i - 1}, *e{i - 1}, *e{i - 1}, *e{i - 1}, *e{i - 1}, *e{i - 1}, *e{i - 1}, *e{i - 1}]\n");
        _folder.Script("plugin", "exit 0");
        _folder.Config(
            "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, provideClusterInfo: true, command: ./plugin}",
            "server: https://x, extensions: [{name: client.authentication.k8s.io/exec, extension: *e8}]");
        _folder.Write("config", text + await File.ReadAllTextAsync(_folder.Path("config")));
        (await _folder.Ready().Credentials.GetAsync(default)).ShouldBeOfType<CredentialResult.Failed>().Message.ShouldContain("holds more than 10000 values");
    }

    /// <summary>It does not where it stands in its own places and nowhere else.</summary>
    private static bool MayStandInAName(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        return text.Split(Secret).Length - 1 != Places.Length || !Places.All(place => text.Contains(place + Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void TheSampleHasTheSecretInItsPlacesOnly() => MayStandInAName(Sample()).ShouldBeFalse();

    private static byte[] Mutate(byte[] sample, Random random)
    {
        var bytes = sample.ToList();
        for (var changes = random.Next(1, 6); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.Slice(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Sample() => Encoding.UTF8.GetBytes($$"""
        apiVersion: v1
        kind: Config
        current-context: first
        clusters:
        - name: one
          cluster:
            server: https://one.example:6443
            proxy-url: http://u:{{Secret}}@proxy.example:3128
            extensions:
            - name: client.authentication.k8s.io/exec
              extension: {audience: a, more: [1, 2]}
        users:
        - name: jane
          user:
            token: {{Secret}}
            as: ann
            as-groups: [dev]
            exec:
              apiVersion: client.authentication.k8s.io/v1
              interactiveMode: Never
              command: ./plugin
              args: [{{Secret}}]
              env: [ {name: KEY, value: {{Secret}} } ]
        contexts:
        - name: first
          context: {cluster: one, user: jane, namespace: shop}

        """);
}
