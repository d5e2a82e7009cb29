namespace NodeGuard.Linux.Packages;

/// <summary>A program of the host that is asked something: it may read, and change nothing.</summary>
/// <param name="Name">For its unit and for messages: "apt-upgrade".</param>
/// <param name="Program">Absolute path on the host.</param>
/// <param name="Arguments">As the program gets them; no shell reads them.</param>
public sealed record HostCommand(string Name, string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>It is killed after this time.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>NAME=VALUE, besides what every command gets.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>It is killed when it writes more bytes.</summary>
    public int OutputLimit { get; init; } = 8 * 1024 * 1024;
}

public abstract record HostCommandAnswer
{
    private HostCommandAnswer()
    {
    }

    /// <summary>The program ended by itself.</summary>
    /// <param name="ExitStatus">0 for success; else as the program chose.</param>
    /// <param name="Complaint">The last of what it wrote to its standard error, in one line.</param>
    public sealed record Ended(int ExitStatus, byte[] Output, string Complaint) : HostCommandAnswer;

    /// <summary>It could not be run, was killed, did not end in time or wrote too much: nothing is known.</summary>
    public sealed record NoAnswer(string Problem) : HostCommandAnswer;
}

/// <summary>Runs programs of the host, wherever this process lives.</summary>
public interface IHostCommands
{
    Task<HostCommandAnswer> RunAsync(HostCommand command, CancellationToken cancellation);
}
