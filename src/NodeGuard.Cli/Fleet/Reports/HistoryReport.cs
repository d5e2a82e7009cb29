namespace NodeGuard.Cli.Fleet.Reports;

/// <summary>-o json of `nodeguard history`, the newest first.</summary>
internal sealed record HistoryReport(IReadOnlyList<RecycleReport> Recycles);
