namespace NodeGuard.Api.Tests.Drain.Cases;

/// <summary>Every row of the contract.</summary>
internal static class EveryCase
{
    public static IReadOnlyList<DrainCase> All { get; } =
        [.. Filters.All, .. Flags.All, .. Budgets.All, .. Replies.All, .. Waits.All, .. Nodes.All, .. Wishes.All];
}
