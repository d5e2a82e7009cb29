using System.Globalization;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;

namespace NodeGuard.Agent.Guarding;

/// <summary>Ledger entries in the form of the control API.</summary>
internal static class LedgerView
{
    /// <summary>Twelve hex digits of a hash over kind, key and content.</summary>
    public static string IdOf(LedgerEntry entry)
    {
        const ulong offset = 14695981039346656037;
        const ulong prime = 1099511628211;
        ulong hash = (offset ^ (byte)entry.Key.Kind) * prime;
        foreach (byte value in entry.Identity)
        {
            hash = (hash ^ value) * prime;
        }

        return (hash >> 16).ToString("x12", CultureInfo.InvariantCulture);
    }

    public static LedgerObject Of(in EntrySnapshot entry, bool restores, Func<int, string?> linkName)
    {
        RoutingObjectView view = RoutingObjectView.From(entry.Aged ?? entry.Entry.Request, linkName);
        return new LedgerObject
        {
            Id = IdOf(entry.Entry),
            Kind = view.Kind,
            Family = view.Family,
            Text = view.Text,
            Owner = entry.Owner == Ownership.Foreign ? "foreign" : "networkd",
            State = entry.State switch
            {
                EntryState.Present => "present",
                EntryState.Restoring => "restoring",
                _ => "missing",
            },
            Pinned = entry.Pinned,
            Guarded = entry.Guarded,
            Restored = entry.Restores,
            Table = view.Table,
            Priority = view.Priority,
            Protocol = view.ProtocolName,
            Device = view.Device,
            Reason = ReasonOf(entry.State, entry.RefusedErrno, entry.RefusalText, restores),
        };
    }

    /// <summary>Why an object is not in the kernel; null when it is.</summary>
    public static string? ReasonOf(LedgerEntry entry, bool restores) =>
        ReasonOf(entry.State, entry.RefusedErrno, entry.RefusalText, restores);

    private static string? ReasonOf(EntryState state, int refusedErrno, string? refusalText, bool restores) => state switch
    {
        EntryState.Missing when !restores => "observe mode: nothing is restored",
        EntryState.Missing when refusedErrno != 0 =>
            $"the kernel refuses it: {refusalText ?? System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(refusedErrno)}",
        EntryState.Missing => "networkd keeps deleting it; it is restored with backoff",
        EntryState.Restoring => "it is being restored",
        EntryState.Unexplained => "gone without a known reason; it is given up unless a flush explains it",
        _ => null,
    };
}
