using System.Globalization;
using Microsoft.Extensions.Logging;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Recovery;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Guarding;

/// <summary>Reads the ledger that an earlier agent left, and lets <see cref="StartupRecovery"/> decide what its gaps mean.</summary>
internal sealed partial class StartupLoader
{
    private readonly LedgerStore _store;
    private readonly FlightMark _mark;
    private readonly ILogger _log;

    public StartupLoader(LedgerStore store, FlightMark mark, ILogger log)
    {
        _store = store;
        _mark = mark;
        _log = log;
    }

    /// <summary>What a saved ledger must match; the network namespace is this process's.</summary>
    public static LedgerBinding ReadBinding(string procRoot, string? networkdIdentity)
    {
        string boot = File.ReadAllText($"{procRoot}/sys/kernel/random/boot_id").Trim();

        // "net:[4026531840]"
        string? link = new FileInfo("/proc/self/ns/net").LinkTarget;
        string digits = string.Concat((link ?? "").Where(char.IsAsciiDigit));
        return new LedgerBinding(boot, ulong.TryParse(digits, CultureInfo.InvariantCulture, out ulong inode) ? inode : 0, networkdIdentity);
    }

    /// <summary>Runs once, after the first full read.</summary>
    public async Task LoadAsync(GuardThread thread, LedgerBinding live, CancellationToken cancellation)
    {
        switch (_store.Read())
        {
            case null:
                break;
            case LedgerReading.Damaged damaged:
                LogDamaged(_log, damaged.Reason);
                break;
            case LedgerReading.Whole whole:
                RecoveryDecision decision = await thread.AskAsync(guard => Apply(guard, whole, live), cancellation);
                if (decision.Kind == RecoveryKind.SetAside)
                {
                    _store.SetAside("other");
                }

                LogDecision(_log, decision.Kind.ToString(), whole.Objects.Count, decision.Reason);
                break;
        }

        thread.Post(static guard => guard.TakeOverMark());
    }

    private RecoveryDecision Apply(GuardThread thread, LedgerReading.Whole saved, LedgerBinding live)
    {
        long boottime = Clock.BoottimeNanoseconds();
        var survey = new Survey(thread.Guard);
        foreach (SavedObject savedObject in saved.Objects)
        {
            survey.Look(savedObject);
        }

        RecoveryDecision decision = StartupRecovery.Decide(saved.Binding, new StartupEvidence
        {
            Live = live,
            EpisodeWasOpen = _mark.EpisodeWasOpen,
            Absence = _mark.LastAlive is { } alive ? TimeSpan.FromMicroseconds((boottime - alive) / 1000.0) : null,
            LedgerRules = survey.Rules,
            LiveRules = survey.LiveRules,
            LedgerOthers = survey.Others,
            LiveOthers = survey.LiveOthers,
        });
        if (decision.Kind == RecoveryKind.SetAside)
        {
            if (saved.Binding.BootId != live.BootId)
            {
                RestorePins(thread, survey.Missing);
            }

            return decision;
        }

        uint age = LedgerEntry.WholeSeconds(boottime - saved.SavedAtBoottime);
        foreach ((LedgerEntry living, SavedObject savedObject) in survey.Weightless)
        {
            RequestForms.Age(savedObject.Request, age);
            RecallWeight(thread.Guard, living, savedObject);
        }

        foreach (SavedObject missing in survey.Missing)
        {
            RequestForms.Age(missing.Request, age);
            AddLost(thread, missing, decision.Kind == RecoveryKind.Restore);
        }

        if (decision.Kind == RecoveryKind.Restore || _mark.EpisodeWasOpen)
        {
            RecallPlaces(thread.Guard, saved.Objects);
        }

        return decision;
    }

    /// <summary>A pin must exist in this boot too, on the link of the same name.</summary>
    private static void RestorePins(GuardThread thread, List<SavedObject> missing)
    {
        foreach (SavedObject pin in missing.Where(saved => saved.Pinned))
        {
            if (pin.Link.Length > 0 && thread.LinkTable.IndexOf(pin.Link) is { } index)
            {
                RequestForms.Relink(pin.Request, index);
            }

            AddLost(thread, pin, flushed: false);
        }
    }

    private static void RecallPlaces(RouteGuard guard, IReadOnlyList<SavedObject> saved)
    {
        var reader = new RouteMessageReader();
        var recalled = new HashSet<LedgerEntry>();
        foreach (SavedObject savedObject in saved)
        {
            if (savedObject.Request.Length >= NetlinkMessage.HeaderLength && reader.Begin(new NetlinkMessage(savedObject.Request))
                && reader.Next(out ObservedObject observed) && guard.Ledger.Find(observed.Key, observed.Identity) is { } entry
                && recalled.Add(entry))
            {
                guard.RecallPlace(entry, savedObject.Secondary);
            }
        }

        LedgerEntry[] newer = [.. guard.Ledger.Entries.Where(entry => !recalled.Contains(entry)).OrderBy(entry => entry.Order)];
        foreach (LedgerEntry entry in newer)
        {
            guard.Ledger.MoveLast(entry);
        }
    }

    private static void RecallWeight(RouteGuard guard, LedgerEntry living, SavedObject saved)
    {
        var reader = new RouteMessageReader();
        if (reader.Begin(new NetlinkMessage(saved.Request)) && reader.Next(out ObservedObject observed))
        {
            guard.Ledger.LearnWeight(living, observed, Clock.MonotonicNanoseconds());
        }
    }

    private static void AddLost(GuardThread thread, SavedObject missing, bool flushed)
    {
        var reader = new RouteMessageReader();
        if (!reader.Begin(new NetlinkMessage(missing.Request)))
        {
            return;
        }

        while (reader.Next(out ObservedObject observed))
        {
            thread.Guard.AddLost(
                observed, missing.Pinned, flushed, thread.LinkTable.NameOf(observed.Facts.LinkIndex), Clock.MonotonicNanoseconds());
        }
    }

    /// <summary>Which of the saved objects live, and which do not.</summary>
    private sealed class Survey(RouteGuard guard)
    {
        private readonly RouteMessageReader _reader = new();

        public List<SavedObject> Missing { get; } = [];

        /// <summary>Hops that live without siblings, so that the kernel does not tell their weight, and that the ledger knows with one.</summary>
        public List<(LedgerEntry Living, SavedObject Saved)> Weightless { get; } = [];

        public int Rules { get; private set; }

        public int LiveRules { get; private set; }

        public int Others { get; private set; }

        public int LiveOthers { get; private set; }

        public void Look(SavedObject saved)
        {
            if (saved.Request.Length < NetlinkMessage.HeaderLength || !_reader.Begin(new NetlinkMessage(saved.Request))
                || !_reader.Next(out ObservedObject observed))
            {
                return;
            }

            LedgerEntry? live = guard.Ledger.Find(observed.Key, observed.Identity);
            if (live is not null)
            {
                guard.SetPinned(live, live.Pinned || saved.Pinned);
                live.Owner = live.OwnerObserved ? live.Owner : saved.Owner;
                live.OwnerDescribed = live.Owner == Ownership.Networkd;
                if (observed.ShowsWeight && !live.ShowsWeight)
                {
                    Weightless.Add((live, saved));
                }
            }

            if (saved.Owner == Ownership.Foreign)
            {
                Count(observed.Key.Kind == ObjectKind.Rule, live is not null);
                if (live is null)
                {
                    Missing.Add(saved);
                }
            }
        }

        private void Count(bool rule, bool lives)
        {
            if (rule)
            {
                Rules++;
                LiveRules += lives ? 1 : 0;
            }
            else
            {
                Others++;
                LiveOthers += lives ? 1 : 0;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the ledger of an earlier agent is not used: {Reason}; it is kept beside as ledger.damaged, and what lives is adopted")]
    private static partial void LogDamaged(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "ledger of an earlier agent, {Objects} objects: {Decision}, because {Reason}")]
    private static partial void LogDecision(ILogger log, string decision, int objects, string reason);
}
