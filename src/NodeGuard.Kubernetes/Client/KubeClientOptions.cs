namespace NodeGuard.Kubernetes.Client;

/// <summary>How a client behaves towards the server.</summary>
/// <param name="Role">Who calls, for the server's audit log: agent, controller, cli.</param>
/// <param name="CallTimeout">For one call with all its waits; a watch only for its answer's head.</param>
/// <param name="PerSecond">Calls a second in the long run; 0: no limit.</param>
/// <param name="Burst">Calls at once after a pause.</param>
/// <param name="LargestBody">Bytes of one answer after decompression.</param>
/// <param name="LongestWatchLine">Bytes of one event of a watch.</param>
public sealed record KubeClientOptions(
    string Role,
    TimeSpan CallTimeout,
    double PerSecond = 50,
    int Burst = 100,
    long LargestBody = 512L << 20,
    int LongestWatchLine = 16 << 20)
{
    public static KubeClientOptions For(string role) => new(role, TimeSpan.FromSeconds(30));
}
