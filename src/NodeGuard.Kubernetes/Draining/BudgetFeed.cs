using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>
/// The PodDisruptionBudgets of the namespaces where a pod was refused, followed while any node is drained. They explain
/// and pace; what is allowed is the server's decision, so not being allowed to read them stops nothing.
/// </summary>
internal sealed class BudgetFeed(IKubeApi api, TimeProvider time, CancellationToken cancellation)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Namespaced> _namespaces = [];
    private readonly List<Action> _listeners = [];
    private readonly List<Task> _tasks = [];

    public void Listen(Action changed)
    {
        lock (_gate)
        {
            _listeners.Add(changed);
        }
    }

    public void Follow(string name)
    {
        Following<PodDisruptionBudget> following;
        lock (_gate)
        {
            if (_namespaces.ContainsKey(name))
            {
                return;
            }

            var budgets = new Namespaced(this, time);
            _namespaces.Add(name, budgets);
            following = new Following<PodDisruptionBudget>(
                api, time, ResourceTypes.PodDisruptionBudgets, new ListQuery(Namespace: name), budgets);
        }

        Task task = following.RunAsync(from: null, cancellation);
        lock (_gate)
        {
            _tasks.Add(task);
        }
    }

    /// <summary>By namespace, those that have been read.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DrainBudget>> Current()
    {
        lock (_gate)
        {
            return _namespaces.Where(entry => entry.Value.IsRead).ToDictionary(entry => entry.Key, entry => entry.Value.Budgets());
        }
    }

    public async Task EndAsync()
    {
        Task[] tasks;
        lock (_gate)
        {
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Tell()
    {
        Action[] listeners;
        lock (_gate)
        {
            listeners = [.. _listeners];
        }

        foreach (var listener in listeners)
        {
            listener();
        }
    }

    private sealed class Namespaced(BudgetFeed feed, TimeProvider time) : IFollower<PodDisruptionBudget>
    {
        private readonly Dictionary<string, DrainBudget> _byName = [];

        public bool IsRead { get; private set; }

        public IReadOnlyList<DrainBudget> Budgets() => [.. _byName.Values];

        public void Listed(IReadOnlyList<PodDisruptionBudget> all, DateTimeOffset askedAt) => Apply(() =>
        {
            _byName.Clear();
            foreach (var budget in all)
            {
                _byName[budget.Metadata.Name!] = Observations.Budget(budget, askedAt);
            }

            IsRead = true;
        });

        public void Changed(PodDisruptionBudget value) =>
            Apply(() => _byName[value.Metadata.Name!] = Observations.Budget(value, time.GetUtcNow()));

        public void Removed(PodDisruptionBudget value) => Apply(() => _byName.Remove(value.Metadata.Name!));

        public void Failing(ApiFailure failure)
        {
            // Blocks are told in the server's own words then.
        }

        private void Apply(Action change)
        {
            lock (feed._gate)
            {
                change();
            }

            feed.Tell();
        }
    }
}
