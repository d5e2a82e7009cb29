using System.CommandLine;
using System.Text.Json.Nodes;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Core.Fleet;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Cli.Fleet;

/// <summary>`nodeguard pause`, `nodeguard resume` and `nodeguard cancel`.</summary>
internal sealed class StopCommands(CliContext context)
{
    private readonly ClusterOptions _cluster = new();

    public static Command Pause(CliContext context) => new StopCommands(context).OnPolicy(
        "pause", "Start nothing new, in the fleet or for one NodePolicy; what runs is finished as far as its next safe step.",
        [new("nodeguard pause", "the whole fleet"), new("nodeguard pause workers", "one policy")],
        static (commands, access, policy, cancellation) => commands.PauseAsync(access.Api, policy, paused: true, cancellation));

    public static Command Resume(CliContext context) => new StopCommands(context).OnPolicy(
        "resume", "Lift a pause and a freeze, of the fleet or of one NodePolicy.",
        [new("nodeguard resume", "the whole fleet"), new("nodeguard resume workers", "one policy")],
        static (commands, access, policy, cancellation) => commands.ResumeAsync(access.Api, policy, cancellation));

    public static Command Cancel(CliContext context) => new StopCommands(context).OnRecycles();

    private GuidedCommand OnPolicy(
        string name, string description, IReadOnlyList<Example> examples, Func<StopCommands, ClusterAnswer.Access, string?, CancellationToken, Task<int>> run)
    {
        var policy = new Argument<string?>("policy") { Description = "a NodePolicy; without one, the whole fleet", Arity = ArgumentArity.ZeroOrOne };
        var command = new GuidedCommand(name, description, examples, Exits()) { policy };
        _cluster.AddTo(command);
        command.SetAction((parsed, cancellation) => context.TryReach(_cluster.Read(parsed), out ClusterAnswer.Access? access)
            ? run(this, access, parsed.GetValue(policy), cancellation)
            : Task.FromResult(ExitCodes.Failed));
        return command;
    }

    private GuidedCommand OnRecycles()
    {
        var names = new Argument<string[]>("recycle") { Description = "names of NodeRecycles", Arity = ArgumentArity.OneOrMore };
        var command = new GuidedCommand(
            "cancel", "Stop recycles at their next safe step and give their nodes back. A machine that was already asked to go is not called back.",
            [new("nodeguard cancel worker-1-x7k2p", "one request")], Exits())
        { names };
        _cluster.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!context.TryReach(_cluster.Read(parsed), out ClusterAnswer.Access? access))
                return ExitCodes.Failed;
            int code = ExitCodes.Ok;
            foreach (string name in parsed.GetValue(names)!)
                code = Math.Max(code, await PatchAsync(access.Api, ResourceTypes.NodeRecycles, name, Spec("cancel", true), "is asked to stop", cancellation));
            return code;
        });
        return command;
    }

    private static ExitStatus[] Exits() => [new(ExitCodes.Ok, "done"), new(ExitCodes.Failed, "not done; the message says why"), CommonExits.Usage];

    private Task<int> PauseAsync(IKubeApi api, string? policy, bool paused, CancellationToken cancellation)
    {
        string done = paused ? "paused" : "goes on";
        return policy is null
            ? PatchAsync(api, ResourceTypes.Fleets, FleetKeys.FleetName, Spec("paused", paused), done, cancellation)
            : PatchAsync(api, ResourceTypes.NodePolicies, policy, Spec("paused", paused), done, cancellation);
    }

    private async Task<int> ResumeAsync(IKubeApi api, string? policy, CancellationToken cancellation)
    {
        (FreezeStatus? freeze, bool paused, ApiFailure? failure) = policy is null
            ? Stand(await api.GetAsync(ResourceTypes.Fleets, new ObjectName(string.Empty, FleetKeys.FleetName), cancellation), static fleet => (fleet.Status?.Freeze, fleet.Spec?.Paused ?? false))
            : Stand(await api.GetAsync(ResourceTypes.NodePolicies, new ObjectName(string.Empty, policy), cancellation), static found => (found.Status?.Freeze, found.Spec?.Paused ?? false));
        if (failure is not null)
        {
            context.Console.WriteError(FleetFailure.Message(failure, writes: false));
            return ExitCodes.Failed;
        }

        string name = policy is null ? "the fleet" : $"policy {policy}";
        if (freeze is null && !paused)
        {
            context.Console.WriteLine($"{name} was neither paused nor frozen");
            return ExitCodes.Ok;
        }

        int code = paused ? await PauseAsync(api, policy, paused: false, cancellation) : ExitCodes.Ok;
        if (freeze is null || code != ExitCodes.Ok)
            return code;
        context.Console.WriteNote($"the freeze was: {freeze.Message}");
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [FleetKeys.Resume] = freeze.Id } } };
        return policy is null
            ? await PatchAsync(api, ResourceTypes.Fleets, FleetKeys.FleetName, patch, "is thawed", cancellation)
            : await PatchAsync(api, ResourceTypes.NodePolicies, policy, patch, "is thawed", cancellation);
    }

    private static (FreezeStatus?, bool, ApiFailure?) Stand<T>(ApiResult<T> read, Func<T, (FreezeStatus?, bool)> stand) => read switch
    {
        ApiResult<T>.Ok { Value: var found } => (stand(found).Item1, stand(found).Item2, null),
        ApiResult<T>.Failed { Failure: var failure } => (null, false, failure),
        _ => throw new InvalidOperationException("a result is Ok or Failed"),
    };

    private async Task<int> PatchAsync<T>(IKubeApi api, ResourceType<T> type, string name, JsonObject patch, string done, CancellationToken cancellation)
        where T : KubeObject
    {
        var body = new Patch(PatchKind.Merge, System.Text.Encoding.UTF8.GetBytes(patch.ToJsonString()));
        ApiResult<T> answer = await api.PatchAsync(type, new ObjectName(string.Empty, name), body, subresource: null, new WriteOptions("nodeguard-cli"), cancellation);
        if (answer is ApiResult<T>.Failed { Failure: var failure })
        {
            context.Console.WriteError(FleetFailure.Message(failure, writes: true));
            return ExitCodes.Failed;
        }

        context.Console.WriteLine($"{type.Kind} {name}: {done}");
        return ExitCodes.Ok;
    }

    private static JsonObject Spec(string field, bool value) => new() { ["spec"] = new JsonObject { [field] = value } };
}
