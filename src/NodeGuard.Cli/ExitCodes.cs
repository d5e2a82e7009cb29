namespace NodeGuard.Cli;

/// <summary>What the program's exit status means; each command's --help lists those that it can give.</summary>
public static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The command ran and the answer is no: it failed, or it found differences.</summary>
    public const int Failed = 1;

    public const int Usage = 2;

    /// <summary>doctor's "could not tell"; shares its number with <see cref="Usage"/>, as the design promises 0, 1, 2 to monitors.</summary>
    public const int CouldNotTell = 2;

    public const int AgentUnreachable = 3;

    /// <summary>drain: something forbade an eviction until the timeout. It shares its number with <see cref="AgentUnreachable"/>, for drain asks no agent.</summary>
    public const int Blocked = 3;

    /// <summary>The agent answered, and refused what was asked.</summary>
    public const int Refused = 4;

    /// <summary>EX_TEMPFAIL of sysexits.h: another agent guards this host.</summary>
    public const int AlreadyRunning = 75;

    /// <summary>128 + SIGINT, as a shell would report it.</summary>
    public const int Interrupted = 130;
}
