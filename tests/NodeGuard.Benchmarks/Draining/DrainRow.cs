namespace NodeGuard.Benchmarks.Draining;

/// <summary>One cluster, drained by both programs.</summary>
internal sealed record DrainRow
{
    public required int Nodes { get; init; }

    /// <summary>On all of these nodes together, those of the DaemonSet aside.</summary>
    public required int Pods { get; init; }

    /// <summary>Each application lets one of its pods be missing.</summary>
    public required bool Budgets { get; init; }

    public required int Rounds { get; init; }

    public required DrainFigures NodeGuard { get; init; }

    public required DrainFigures Kubectl { get; init; }

    /// <summary>Of the last minute, before the cell.</summary>
    public required string LoadAverage { get; init; }
}

/// <summary>What one program needed.</summary>
internal sealed record DrainFigures
{
    /// <summary>From the program's start to its end; the median of the rounds.</summary>
    public required double Seconds { get; init; }

    /// <summary>API requests, a watch counting as one; the median of the rounds.</summary>
    public required int Calls { get; init; }

    /// <summary>Of the last round, such as "create pods/eviction".</summary>
    public required IReadOnlyDictionary<string, int> CallsByKind { get; init; }
}
