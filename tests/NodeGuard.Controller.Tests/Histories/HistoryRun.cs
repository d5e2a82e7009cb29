using System.Globalization;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using NodeGuard.Testing.Simulation;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>Plays one history to its end, and says which law was broken.</summary>
internal sealed class HistoryRun
{
    public const string Policy = "workers";
    public const string Image = "image-1";
    private static readonly HttpClient Http = new(new NoNetwork());

    /// <summary>Longer than any timeout of a recycle, with all its tries.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(4);

    private static readonly TimeSpan LookForQuiet = TimeSpan.FromSeconds(15);

    private readonly History _history;
    private readonly VirtualWorld _world = new();
    private readonly VirtualServer _server;
    private readonly VirtualPerson _person;
    private readonly Laws _laws;
    private readonly Random _chance;
    private readonly StageLog _log = new();
    private readonly VirtualController?[] _controllers;
    private int _started;

    private HistoryRun(History history)
    {
        _history = history;
        _chance = new Random(history.Seed + 1);
        _server = new VirtualServer(_world, history.Seed, [PoolOf(history)]);
        _laws = new Laws(_server, history);
        _person = new VirtualPerson(_world, _server, _laws);
        _controllers = new VirtualController?[history.Controllers];
    }

    /// <summary>What came of a history.</summary>
    /// <param name="Broken">The law that was broken and how; null when all held.</param>
    /// <param name="Places">Where the first controller may die, counted while nothing else happened.</param>
    /// <param name="Outcome">How the recycles ended, for comparison with another run.</param>
    /// <param name="Installed">The archive's packages, and how many nodes have them.</param>
    internal sealed record Result(string? Broken, int Places, string Outcome, string Log, string Installed);

    public static Result Play(History history)
    {
        var run = new HistoryRun(history);
        try
        {
            run.Begin();
            run.GoOn();
            if (run._laws.Broken is null)
                run.Settle();
        }
        catch (Exception broken)
        {
            return new Result($"it broke off: {broken}", run.Places, "", run.Log, "");
        }
        finally
        {
            run.End();
        }

        return new Result(run._laws.Broken, run.Places, run._laws.Outcome(), run.Log, run._person.Installed);
    }

    private int Places => _controllers[0]?.Wire.Places ?? 0;

    private string Log => _log.ToString();

    private static PoolSpec PoolOf(History history) => new()
    {
        Name = Policy,
        Count = history.Nodes,
        Provider = history.Provider,
        Agents = true,
        Image = Image,
        Boot = TimeSpan.FromSeconds(40),
        Ready = TimeSpan.FromSeconds(5),
        Birth = history.MaxAge / 2,
        Heartbeat = history.Updates is null ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(30),
        Packages = history.Updates is null ? [] : VirtualPerson.PackagesOf(0),
        Update = TimeSpan.FromSeconds(20),
    };

    private void Begin()
    {
        // The fleet's own default of 10 % would be one node for all of these.
        _person.Create(ResourceTypes.Fleets, new FleetObject
        {
            Metadata = new ObjectMeta { Name = FleetKeys.FleetName },
            Spec = new FleetSpec { Budget = new FleetBudget { MaxUnavailable = new IntOrString("100%") } },
        });
        _person.Create(ResourceTypes.NodePolicies, PolicyOf(_history));
        for (int i = 0; i < _history.Pods; i++)
            _server.Create("apps", "v1", "deployments", Workloads.Deployment(i));
        for (int i = 0; i < _controllers.Length; i++)
            Start(i);
        if (_history.DiesAt > 0)
            Kill(0, _history.DiesAt);
    }

    private static NodePolicy PolicyOf(History history) => new()
    {
        Metadata = new ObjectMeta { Name = Policy },
        Spec = new NodePolicySpec
        {
            NodeSelector = new LabelSelector(),
            MaxAge = history.MaxAge > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"{history.MaxAge.TotalMinutes:0}m") : null,
            Image = new ImagePolicy { Version = Image },
            Budget = new PolicyBudget { MaxUnavailable = new IntOrString(history.MaxUnavailable) },
            Drain = new PolicyDrain { Timeout = "3m" },
            Replacement = new PolicyReplacement
            {
                Method = Method(history),
                ReplacementFirst = history.First,
                Timeout = "5m",
                DeleteResource = Workloads.Mapping(history.Provider),
            },
            Health = new PolicyHealth { MinReady = "10s", Timeout = "5m", MaxUnhealthy = new IntOrString("100%") },
            Updates = UpdatesOf(history),
            Waves = history.Updates is null ? null : [new PolicyWave { Name = "canary", Size = new IntOrString(1), Soak = "30s" }, new PolicyWave { Name = "rest" }],
        },
    };

    private static UpdatePolicy? UpdatesOf(History history) => history.Updates is not { } drain ? null : new UpdatePolicy
    {
        Mode = nameof(UpdateMode.Coordinated),
        Drain = drain.ToString(),
        Reboot = (drain == UpdateDrain.Never ? RebootPolicy.Never : RebootPolicy.IfRequired).ToString(),
    };

    private static string Method(History history) => (history.Reboot ? ReplacementMethod.Reboot : history.Provider switch
    {
        PoolProvider.ClusterApi => ReplacementMethod.ClusterApi,
        PoolProvider.Karpenter => ReplacementMethod.Karpenter,
        PoolProvider.Resource => ReplacementMethod.DeleteResource,
        _ => ReplacementMethod.DeleteNode,
    }).ToString();

    private void GoOn()
    {
        TimeSpan begin = _world.Now;
        TimeSpan last = begin;
        foreach (Deed deed in _history.Deeds)
        {
            last = begin + deed.At > last ? begin + deed.At : last;
            _world.At(begin + deed.At, () => Do(deed));
        }

        _world.RunUntil(last + TimeSpan.FromMinutes(1), () => _laws.Broken is not null);
    }

    /// <summary>Whatever was wrong ends; then all must come to an end.</summary>
    private void Settle()
    {
        for (int i = 0; i < _controllers.Length; i++)
        {
            if (_controllers[i] is { } living)
            {
                living.Wire.IsCut = false;
                living.Process.WallClockOffset = TimeSpan.Zero;
                living.Process.Continue();
                living.Reset();
            }
            else
            {
                Start(i);
            }
        }

        _person.Calm();
        TimeSpan next = _world.Now;
        bool quiet = _world.RunUntil(_world.Now + Patience, () =>
        {
            if (_laws.Broken is not null)
                return true;
            if (_world.Now < next)
                return false;
            next = _world.Now + LookForQuiet;
            _person.Resume();
            return _laws.IsQuiet() && (!_history.UntilUpToDate || _laws.UpToDate == _laws.Nodes.Count);
        });
        _laws.AtTheEnd(quiet);
    }

    // The server's watches let go of their timers: real ones would keep this world for an hour.
    private void End()
    {
        foreach (VirtualController? controller in _controllers)
            controller?.Kill();
        _world.RunFor(TimeSpan.FromSeconds(1));
        _world.End();
    }

    private void Start(int index)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"controller-{_started++}");
        _controllers[index] = new VirtualController(_world, _server, name, new Random(_chance.Next()), Http, _log, _laws.Asked);
    }

    private void Kill(int index, int places)
    {
        if (_controllers[index] is not { } victim)
            return;
        victim.Wire.DiesIn = places;
        victim.Wire.Died = () =>
        {
            victim.Kill();
            _controllers[index] = null;
            _world.After(TimeSpan.FromSeconds(3), () => Start(index));
        };
    }

    private void Do(Deed deed)
    {
        int index = deed.Which % _controllers.Length;
        switch (deed.What)
        {
            case Doing.KillController:
                Kill(index, deed.How);
                break;
            case Doing.StopController when _controllers[index] is { } stopped:
                stopped.Process.Stop();
                _world.After(TimeSpan.FromSeconds(deed.How), stopped.Process.Continue);
                break;
            case Doing.CutController when _controllers[index] is { } cut:
                cut.Wire.IsCut = true;
                _world.After(TimeSpan.FromSeconds(deed.How), () => cut.Wire.IsCut = false);
                break;
            case Doing.ResetController:
                _controllers[index]?.Reset();
                break;
            case Doing.SkewController when _controllers[index] is { } skewed:
                skewed.Process.WallClockOffset = TimeSpan.FromSeconds(deed.How);
                break;
            default:
                _person.Do(deed);
                break;
        }
    }

    private sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("a history has no network");
    }
}
