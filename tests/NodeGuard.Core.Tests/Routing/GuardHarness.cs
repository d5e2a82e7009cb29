using NodeGuard.Core.Routing;

namespace NodeGuard.Core.Tests.Routing;

/// <summary>The guard in front of a <see cref="FakeKernel"/>, with a clock that the test moves.</summary>
internal sealed class GuardHarness
{
    public const long Millisecond = 1_000_000;

    public GuardHarness(int maxObjects = 10_000) =>
        Guard = new RouteGuard(new Ledger(maxObjects), new GuardEventRing(1 << 16));

    public FakeKernel Kernel { get; } = new();

    public RouteGuard Guard { get; }

    public long Now { get; private set; } = 1_000 * Millisecond;

    public List<GuardEvent> Events { get; } = [];

    public void Advance(long nanoseconds) => Now += nanoseconds;

    public void AddAsOwner(params ModelObject[] objects)
    {
        foreach (ModelObject added in objects)
        {
            Kernel.Add(added, Deleter.OtherProcess);
        }

        ReadNotifications();
    }

    public void ReadOneNotification()
    {
        Now += 1000;
        Notification notification = Kernel.Notifications.Dequeue();
        if (notification.Created)
        {
            Guard.OnCreated(notification.Object.Observe(notification.Secondary), notification.By, replaces: false, "eth0", Now);
        }
        else
        {
            Guard.OnDeleted(notification.Object.Observe(notification.Secondary), notification.By, 1, Now);
        }
    }

    public void ReadNotifications()
    {
        while (Kernel.Notifications.Count > 0 || Guard.Outbox.Count > 0)
        {
            if (Kernel.Notifications.Count > 0)
            {
                ReadOneNotification();
            }

            Send();
        }
    }

    public void Send()
    {
        while (Guard.Outbox.Count > 0)
        {
            OutgoingRequest[] requests = Guard.Outbox.Items.ToArray();
            Guard.Outbox.Clear();
            foreach (OutgoingRequest request in requests.Where(request => !request.IsWithdrawn))
            {
                Now += 1000;
                Guard.OnAnswer(request, Apply(request), Now);
            }
        }

        while (Guard.Events.TryRead(out GuardEvent guardEvent))
        {
            Events.Add(guardEvent);
        }
    }

    public void Tick()
    {
        Guard.Tick(Now);
        Send();
    }

    public void FullRead(Ownership owner = Ownership.Foreign)
    {
        Guard.BeginRead();
        foreach (ModelObject live in Kernel.Live.ToArray())
        {
            Guard.OnRead(live.Observe(Kernel.IsSecondary(live)), (in ObservedObject _) => owner, "eth0", Now);
        }

        ReadNotifications();
        Guard.EndRead(Now);
        Send();
    }

    /// <summary>What the agent does when a burst is over, until nothing is left to do.</summary>
    public void Settle()
    {
        for (int round = 0; round < 20; round++)
        {
            ReadNotifications();
            Tick();
            Advance(50 * Millisecond);
            FullRead();
        }
    }

    private int Apply(in OutgoingRequest request)
    {
        ModelObject model = Find(request.Entry);
        switch (request.Form)
        {
            case RequestForm.Delete:
                return Kernel.Delete(model, Deleter.Self) ? 0 : 3;
            case RequestForm.FollowUp:
                return 0;
            case RequestForm.Rotate:
                return request.Entry.Key.Kind == ObjectKind.Rule ? Kernel.Append(model, Deleter.Self) : Kernel.Add(model, Deleter.Self);
            case RequestForm.Replace:
                return Kernel.Replace(model, Deleter.Self);
            default:
                return Kernel.Add(model, Deleter.Self);
        }
    }

    private static ModelObject Find(LedgerEntry entry) =>
        new(entry.Key, entry.Request[1], entry.Facts.NexthopId, (uint)entry.Facts.PreferredSource.Low);
}
