namespace NodeGuard.Core.Routing;

/// <summary>
/// The decisions of the route guard: told of every creation, deletion and full read of the kernel's routing objects,
/// it keeps the ledger and says which requests to send. No I/O, no clock: times are monotonic nanoseconds of the
/// caller. One thread.
/// </summary>
/// <remarks>
/// <see cref="OnDeleted"/>, and everything that it calls, allocates nothing: it is the path from a flush to the first
/// restored object.
/// </remarks>
public sealed partial class RouteGuard
{
    // A route that falls with its address or nexthop is told within the same kernel operation; what comes later than
    // this is another story.
    private const long CauseWindow = 200_000_000;

    // IPv6 addresses that fall this soon after networkd's start are taken for its doing.
    private const long StartExplainsAddresses = 5_000_000_000;

    // A D-Bus signal about a restart can come this much later than a loss that a full read saw.
    private const long ExplanationWindow = 5_000_000_000;

    // After networkd's start its passes over the links follow within this time, mostly much sooner.
    private const long RestartExplains = 15_000_000_000;

    // A refused object is tried again soon while its cause may still return, and then now and then for ever.
    private const long FirstRetry = 20_000_000;
    private const long MaxRetry = 60_000_000_000;

    private const int EEXIST = 17;

    private readonly HashSet<AddressNumber> _fallenAddresses = new(256);
    private readonly HashSet<uint> _fallenNexthops = new(256);
    private readonly HashSet<int> _fallenLinks = new(64);
    private readonly List<LedgerEntry> _waiting = new(4096);
    private long _lastCauseAt;
    private long _lastNetworkdDeletion = long.MinValue / 2;
    private long _networkdStartedAt = long.MinValue / 2;
    private bool _retryRefused;
    private bool _waitingInOrder = true;
    private bool _moreDue;
    private bool _anyUnexplained;

    public RouteGuard(Ledger ledger, GuardEventRing events)
    {
        Ledger = ledger;
        Events = events;
    }

    public Ledger Ledger { get; }

    /// <summary>What to send now, in order; the caller sends, answers each with <see cref="OnAnswer"/>, and clears.</summary>
    public Outbox Outbox { get; } = new();

    public GuardEventRing Events { get; }

    public Episode Episode { get; } = new();

    public RestoreFilter Filter { get; set; } = RestoreFilter.None;

    /// <summary>False in observe mode: losses are recorded and told, nothing is sent.</summary>
    public bool Restores { get; private set; } = true;

    /// <summary>True when only a full read can tell what else was lost; cleared by <see cref="BeginRead"/>.</summary>
    public bool NeedsRead { get; private set; }

    /// <summary>Objects that are lost or unexplained just now.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Switches between restore and observe mode; what is missing when restoring begins is due at once.</summary>
    public void SetRestores(bool restores, long now)
    {
        Restores = restores;
        foreach (LedgerEntry entry in Ledger.Entries)
        {
            if (restores && entry.State == EntryState.Missing && !entry.Waiting)
            {
                entry.Deadline = now;
                Wait(entry);
            }
        }
    }

    /// <summary>
    /// A person asks for everything that is missing, also for what no flush explains and what backoff or a refusal delays.
    /// </summary>
    public void RestoreMissing(long now)
    {
        foreach (LedgerEntry entry in Ledger.Entries)
        {
            if (entry.State is EntryState.Missing or EntryState.Unexplained && entry.Owner == Ownership.Foreign && entry.Guarded)
            {
                entry.State = EntryState.Missing;
                entry.Deadline = now;
                Wait(entry);
            }
        }
    }

    /// <summary>The operator declares that this object must exist, or no longer so.</summary>
    public void SetPinned(LedgerEntry entry, bool pinned)
    {
        entry.Pinned = pinned;
        Ledger.Touch();
    }

    /// <summary>networkd started or is being restarted: unseen losses of the next seconds are its work.</summary>
    public void OnNetworkdStarted(long now)
    {
        _networkdStartedAt = now;
        ReconsiderUnexplained(now);
    }

    /// <summary>Notifications were lost: only a full read tells the truth.</summary>
    public void OnOverrun()
    {
        NeedsRead = true;
        foreach (LedgerEntry entry in Ledger.Entries)
        {
            entry.UnreadEchoes = 0;
        }
    }

    /// <summary>A link went down, which takes its IPv4 routes without a word.</summary>
    public void OnLinkDown(int index, Deleter by, long now)
    {
        if (by == Deleter.Networkd)
        {
            _fallenLinks.Add(index);
            _lastCauseAt = now;
        }

        NeedsRead = true;
    }

    /// <summary>A link came up: what was refused for its sake may be accepted now.</summary>
    public void OnLinkUp() => _retryRefused = true;

    /// <summary>
    /// The kernel's answer to a request of the outbox; errno is positive, or 0 for success.
    /// </summary>
    public void OnAnswer(in OutgoingRequest request, int errno, long now)
    {
        LedgerEntry entry = request.Entry;
        switch (request.Form)
        {
            case RequestForm.Delete:
                return;
            case RequestForm.FollowUp:
            case RequestForm.Rotate:
                if (errno != 0 && errno != EEXIST)
                {
                    NeedsRead = true;
                    Tell(GuardEventKind.Refused, entry, Deleter.Self, 0, now, errno: errno);
                }

                return;
        }

        if (errno == 0)
        {
            // Who created an IPv6 address is not told, so its echo could not be counted off.
            entry.UnreadEchoes += HasUntoldAuthor(entry.Key) ? 0 : 1;
            OnRestored(entry, now, created: true);
        }
        else if (errno == EEXIST)
        {
            OnRestored(entry, now, created: false);
        }
        else
        {
            OnRefused(entry, errno, now);
        }
    }

    private void OnRestored(LedgerEntry entry, long now, bool created)
    {
        bool wasPresent = entry.Speculative && (!created || entry.Facts.Stage == RestoreStage.NexthopGroup);
        if (!wasPresent)
        {
            long gap = now - entry.LostAt;
            if (entry.Speculative)
            {
                CountLoss(entry, Deleter.Kernel, 0, entry.LostAt);
            }

            entry.Restores++;
            if (Episode.Running && entry.LostInEpisode == Episode.Number)
            {
                Episode.CountRestored(entry.Key.Kind, gap, again: entry.RestoredInEpisode == Episode.Number);
                entry.RestoredInEpisode = Episode.Number;
            }

            Tell(GuardEventKind.Restored, entry, Deleter.Self, 0, now, gap);
        }

        entry.Speculative = false;
        entry.Damaged = false;
        entry.RefusedErrno = 0;
        BecomePresent(entry);
        if (created && !entry.FollowUp.IsEmpty)
        {
            Outbox.Add(entry, RequestForm.FollowUp);
        }
    }

    private void OnRefused(LedgerEntry entry, int errno, long now)
    {
        if (entry.Speculative)
        {
            // Whether it is there at all shows in a full read only: the kernel checks the gateway before the duplicate.
            entry.Speculative = false;
            entry.State = EntryState.Present;
            NeedsRead = true;
            return;
        }

        long waited = Math.Max(FirstRetry, now - entry.LostAt);
        entry.State = EntryState.Missing;
        entry.Deadline = now + Math.Min(waited, MaxRetry);
        if (entry.RefusedErrno != errno)
        {
            Tell(GuardEventKind.Refused, entry, Deleter.Self, 0, now, errno: errno);
        }

        entry.RefusedErrno = errno;
        Wait(entry);
    }

    private void BecomePresent(LedgerEntry entry)
    {
        entry.State = EntryState.Present;
        entry.SeenInRead = _read;
        if (entry.Facts.Stage is RestoreStage.Address or RestoreStage.Nexthop or RestoreStage.NexthopGroup)
        {
            _retryRefused = true;
        }
    }

    private void Enqueue(LedgerEntry entry)
    {
        entry.State = EntryState.Restoring;
        bool beside = Ledger.HasSiblings(entry) && entry.Key.Kind == ObjectKind.Route;
        if (beside && entry.Damaged)
        {
            // Replacing one hop of an IPv6 route would replace them all.
            Outbox.Add(entry, RequestForm.Delete);
        }

        RequestForm form = beside ? RequestForm.Append : entry.Damaged ? RequestForm.Replace : RequestForm.Exclusive;
        Outbox.Add(entry, form);
    }

    /// <summary>
    /// The kernel announces IPv6 addresses with portid 0, whoever creates or deletes them (measured on 6.18).
    /// </summary>
    private static bool HasUntoldAuthor(in ObjectKey key) => key.Kind == ObjectKind.Address && key.Family == 10;

    private void Wait(LedgerEntry entry)
    {
        if (!entry.Waiting)
        {
            entry.Waiting = true;
            _waiting.Add(entry);
            _waitingInOrder = false;
        }
    }

    private void Tell(
        GuardEventKind kind, LedgerEntry? entry, Deleter deleter, uint portId, long now, long gap = 0, int errno = 0) =>
        Events.Write(new GuardEvent(kind, entry, deleter, portId, now, gap, errno, Episode.Number));
}
