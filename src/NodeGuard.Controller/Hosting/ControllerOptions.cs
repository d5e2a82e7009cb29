namespace NodeGuard.Controller.Hosting;

/// <summary>How a controller runs.</summary>
public sealed record ControllerOptions
{
    /// <summary>Between two looks, however much happens.</summary>
    public TimeSpan LeastPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks when nothing happens.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Numbers in [0, 1) that spread the caches' calls; null for the framework's own.</summary>
    public Func<double>? Random { get; init; }
}
