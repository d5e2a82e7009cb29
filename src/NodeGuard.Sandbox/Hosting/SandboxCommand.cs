using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using NodeGuard.Sandbox.Http;
using NodeGuard.Sandbox.Simulation.Machines;

namespace NodeGuard.Sandbox.Hosting;

/// <summary>The program's command line.</summary>
internal static class SandboxCommand
{
    private const int Failed = 1;
    private const int Usage = 2;

    private static readonly Option<int> Nodes = new("--nodes") { Description = "nodes of a new cluster", DefaultValueFactory = _ => 3 };
    private static readonly Option<string> Workloads = new("--workloads")
    {
        Description = "what runs in a new cluster: demo, none, or the path of a manifest",
        DefaultValueFactory = _ => "demo",
    };

    private static readonly Option<string[]> Manifests = new("--manifest")
    {
        Description = "objects to create at every start, from a file of YAML or JSON; may be given several times",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int> Port = new("--port") { Description = "port on 127.0.0.1; 0 takes a free one", DefaultValueFactory = _ => 0 };
    private static readonly Option<string?> Data = new("--data") { Description = "directory that keeps the objects over restarts" };
    private static readonly Option<double> Speed = new("--speed")
    {
        Description = "simulated seconds per second",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string> KubeconfigPath = new("--kubeconfig")
    {
        Description = "where the kubeconfig is written",
        DefaultValueFactory = _ => DefaultKubeconfig(),
    };

    private static readonly Option<string[]> Faults = new("--fault")
    {
        Description = "a fault from the start on, such as latency=200ms or error=429,retry-after=1,probability=0.1",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> Pools = new("--pool")
    {
        Description = "a machine pool and its provider, such as name=workers,count=100,provider=clusterapi; may be given several times. "
            + "Allowed: " + PoolText.Allowed,
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int> WebhookPort = new("--webhook-port")
    {
        Description = "port of the webhook provider's plain HTTP, where a pool has that provider; 0 takes a free one",
        DefaultValueFactory = _ => 0,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            "A Kubernetes API server in memory with simulated nodes and controllers, for trying and testing. Example: nodeguard-sandbox --nodes 5 --speed 60")
        {
            Nodes, Workloads, Manifests, Port, Data, Speed, KubeconfigPath, Faults, Pools, WebhookPort,
        };
        CheckPools();
        Check(Nodes, value => value is >= 0 and <= 5000, "0 to 5000");
        Check(Port, value => value is >= 0 and <= 65535, "0 to 65535");
        Check(WebhookPort, value => value is >= 0 and <= 65535, "0 to 65535");
        Check(Speed, value => value is > 0 and <= 10000, "more than 0, at most 10000");
        root.SetAction((parsed, _) => ServeAsync(parsed));
        ParseResult result = root.Parse(args);
        int code = await result.InvokeAsync();
        return result.Errors.Count > 0 ? Usage : code;
    }

    // What is no number at all, the parser reports by itself.
    private static void Check<T>(Option<T> option, Func<T, bool> fits, string allowed)
        where T : IParsable<T> => option.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: string text }] && T.TryParse(text, CultureInfo.InvariantCulture, out T? value) && !fits(value))
        {
            result.AddError($"{option.Name} is '{text}'; allowed: {allowed}");
        }
    });

    private static void CheckPools() => Pools.Validators.Add(result =>
    {
        foreach (string text in result.Tokens.Select(token => token.Value))
        {
            if (PoolText.Parse(text, out string error) is null)
            {
                result.AddError($"--pool: {error}");
            }
        }
    });

    private static async Task<int> ServeAsync(ParseResult parsed)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        string kubeconfig = Path.GetFullPath(parsed.GetValue(KubeconfigPath)!);
        try
        {
            await using SandboxHost host = await SandboxHost.StartAsync(OptionsOf(parsed), Say);
            Directory.CreateDirectory(Path.GetDirectoryName(kubeconfig)!);
            Kubeconfig.Write(kubeconfig, host.Server.KubeconfigText());
            if (host.WebhookUrl is { } webhook)
            {
                Say($"the webhook provider listens at {webhook}");
            }

            Say($"nodeguard-sandbox serves {host.Server.Address}; Ctrl-C stops it.");
            Console.WriteLine($"export KUBECONFIG={Quoted(kubeconfig)}");
            await stop.Task;
            return 0;
        }
        catch (Exception broken) when (broken is SandboxException or IOException or UnauthorizedAccessException)
        {
            Say(broken.Message);
            return Failed;
        }
    }

    private static SandboxOptions OptionsOf(ParseResult parsed) => new()
    {
        Nodes = parsed.GetValue(Nodes),
        Workloads = parsed.GetValue(Workloads)!,
        Manifests = parsed.GetValue(Manifests)!,
        Port = parsed.GetValue(Port),
        Data = parsed.GetValue(Data),
        Speed = parsed.GetValue(Speed),
        Faults = parsed.GetValue(Faults)!,
        WebhookPort = parsed.GetValue(WebhookPort),
        Pools = [.. parsed.GetValue(Pools)!.Select(text => PoolText.Parse(text, out _)!)],
    };

    private static void Say(string line) => Console.Error.WriteLine(line);

    private static string DefaultKubeconfig() =>
        Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home
            ? Path.Combine(home, ".kube", "nodeguard-sandbox")
            : Path.Combine(Environment.CurrentDirectory, "nodeguard-sandbox.kubeconfig");

    // For a shell: as it is where nothing in it has a meaning there.
    private static string Quoted(string path) =>
        path.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-".Contains(letter, StringComparison.Ordinal))
            ? path
            : string.Create(CultureInfo.InvariantCulture, $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'");
}
