using Microsoft.Extensions.Logging;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Agent.Cluster.Operations;

/// <summary>
/// Does what this node's GuardedNode asks for, each id at most once: it is recorded on the disk before the host is asked, and
/// what may have been asked is never asked again. A turn does one step, so that each is told before the next.
/// </summary>
/// <param name="allowed">Whether the configuration lets the host be rebooted.</param>
public sealed partial class OperationExecutor(OperationStore store, IHostReboot host, bool allowed, TimeProvider time, ILogger log)
{
    /// <summary>A host that has not gone down for so long will not.</summary>
    private static readonly TimeSpan GoingDown = TimeSpan.FromMinutes(10);

    // Begun by this process and not asked yet; what an earlier process has begun may have been asked.
    private (OperationRecord Record, RebootMethod Method)? _toAsk;

    /// <summary>For updates; without it they are refused.</summary>
    public UpdateOperation? Updates { get; init; }

    /// <summary>Whether a reboot is due, and what for; it tells null while nobody has looked.</summary>
    public Func<RebootNeed?>? Need { get; init; }

    /// <summary>For the GuardedNode; null when nothing was ever asked for.</summary>
    public OperationStatus? Status { get; private set; }

    /// <param name="asked">The operation in the spec; null for none.</param>
    /// <param name="told">The operation in the status, as the server has it.</param>
    /// <param name="toldBootId">The boot id in the status.</param>
    /// <param name="bootId">Of this boot; null when it cannot be read.</param>
    public async Task TurnAsync(GuardedOperation? asked, OperationStatus? told, string? toldBootId, string? bootId, CancellationToken cancellation)
    {
        if (asked?.Id is not { Length: > 0 } id)
            return;
        if (Status?.Id == id && Status.State is nameof(OperationState.Done) or nameof(OperationState.Failed))
            return;
        if (asked.Kind == nameof(OperationKind.Update) && Updates is not null)
        {
            Tell(Updates.Turn(asked, told, cancellation));
            return;
        }

        if (_toAsk is { } begun)
        {
            _toAsk = null;
            await AskAsync(begun.Record, begun.Method, cancellation);
            return;
        }

        var (record, problem) = store.Read();
        if (record?.Id == id)
            await FollowAsync(record, bootId, cancellation);
        else if (told?.Id == id && told.State is not nameof(OperationState.Accepted))
            Believe(told, toldBootId, bootId);
        else if (WhyNot(asked, bootId, problem) is { } refusal)
            End(new OperationRecord(id, bootId ?? string.Empty, time.GetUtcNow(), OperationState.Failed, refusal));
        else if (Status?.Id != id)
            Tell(id, OperationState.Accepted, "the host will be rebooted");
        else
            await BeginAsync(id, WireWord.Read<RebootMethod>(asked.Kind)!.Value, bootId!, cancellation);
    }

    private string? WhyNot(GuardedOperation asked, string? bootId, string recordProblem) => asked switch
    {
        _ when !allowed => "cluster.reboot of this agent is never: it reboots no host",
        { Kind: var kind } when WireWord.Read<RebootMethod>(kind) is null => $"this agent does not know the operation {asked.Kind}",
        { Deadline: null } => "it has no deadline, and may have been asked for long ago",
        { Deadline: { } deadline } when deadline <= time.GetUtcNow() => $"it was not begun before its deadline {deadline.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC",
        _ when string.IsNullOrEmpty(bootId) => "the boot id of this host cannot be read, and without it nobody would know whether it was done",
        _ when recordProblem.Length > 0 => $"{recordProblem}; whether it was begun already is not known",
        _ => null,
    };

    // In another boot than that in which it was begun: done, whoever has rebooted.
    private async Task FollowAsync(OperationRecord record, string? bootId, CancellationToken cancellation)
    {
        if (record.State is OperationState.Done or OperationState.Failed)
            Tell(record.Id, record.State, record.Message);
        else if (bootId is { Length: > 0 } && record.BootId != bootId)
            End(record with { State = OperationState.Done, Message = "the host has rebooted" });
        else if (record.Userspace is { } before && await host.UserspaceAsync(cancellation) is { } now && now.EnteredAt != before.EnteredAt)
            await ProveAsync(record, before, now, cancellation);
        else if (time.GetUtcNow() - record.At > GoingDown)
            End(record with { State = OperationState.Failed, Message = $"the host has not gone down within {GoingDown.TotalMinutes:0} min: look at systemctl list-jobs and the journal of systemd-logind" });
        else
            Tell(record.Id, OperationState.Running, record.Message);
    }

    // The boot id is what it was, and a kubelet may have been away too shortly for its node to be told as unready.
    private async Task ProveAsync(OperationRecord record, Userspace before, Userspace now, CancellationToken cancellation)
    {
        string[] missing = [.. before.Services.Where(service => service.Value && !now.Services.GetValueOrDefault(service.Key)).Select(static service => service.Key).Order(StringComparer.Ordinal)];
        if (missing.Length > 0 && time.GetUtcNow() - record.At <= GoingDown)
            Tell(record.Id, OperationState.Running, $"userspace was started anew, and waits for {string.Join(", ", missing)}");
        else if (missing.Length > 0)
            End(record with { State = OperationState.Failed, Message = $"userspace was started anew, and {string.Join(", ", missing)}, active before, did not become so within {GoingDown.TotalMinutes:0} min: systemctl status {missing[0]}" });
        else if (await host.ForgetRequestAsync(cancellation) is { } problem)
            End(record with { State = OperationState.Failed, Message = $"userspace was started anew, and /run/reboot-required, which would go on asking for it, could not be taken away: {problem}" });
        else
            End(record with { State = OperationState.Done, Message = "userspace was started anew; the kernel is the same" });
    }

    // The record is lost, and only the server remembers.
    private void Believe(OperationStatus told, string? toldBootId, string? bootId)
    {
        bool ended = told.State is nameof(OperationState.Done) or nameof(OperationState.Failed);
        bool rebooted = toldBootId is { Length: > 0 } && bootId is { Length: > 0 } && toldBootId != bootId;
        if (ended)
            Status = told;
        else
            End(new OperationRecord(
                told.Id!, bootId ?? string.Empty, time.GetUtcNow(), rebooted ? OperationState.Done : OperationState.Failed,
                rebooted ? "the host has rebooted" : "the agent's record of it is lost; whether it was begun already is not known"));
    }

    private async Task BeginAsync(string id, RebootMethod method, string bootId, CancellationToken cancellation)
    {
        if (method == RebootMethod.SoftReboot && Need?.Invoke() is null)
        {
            Tell(id, OperationState.Accepted, "waits: what a reboot is due for is not known yet");
            return;
        }

        if ((await host.WhyNotAsync(method, cancellation) ?? WhyNotSoft(method)) is { } refusal)
        {
            End(new OperationRecord(id, bootId, time.GetUtcNow(), OperationState.Failed, refusal));
            return;
        }

        var (blockers, problem) = await host.BlockersAsync(cancellation);
        if (blockers is not { Count: 0 })
        {
            Tell(id, OperationState.Accepted, blockers is null ? problem : $"waits for who blocks a shutdown: {string.Join(", ", blockers)}");
            return;
        }

        var begun = new OperationRecord(id, bootId, time.GetUtcNow(), OperationState.Running, Begun(method))
        {
            Userspace = method == RebootMethod.SoftReboot ? await host.UserspaceAsync(cancellation) : null,
        };
        if (store.Write(begun) is { } unwritten)
        {
            Tell(id, OperationState.Failed, $"not begun: {unwritten}");
            return;
        }

        _toAsk = (begun, method);
        Tell(id, OperationState.Running, begun.Message);
    }

    private static string Begun(RebootMethod method) => method switch
    {
        RebootMethod.Kexec => "the host is being rebooted into the kernel that is loaded",
        RebootMethod.SoftReboot => "the host's userspace is being started anew",
        _ => "the host is being rebooted",
    };

    private string? WhyNotSoft(RebootMethod method) => method == RebootMethod.SoftReboot && Need?.Invoke()?.BeyondUserspace is { } beyond
        ? $"wanted is a soft reboot, which keeps the kernel, and {beyond}: say updates.rebootMethod: Reboot or Kexec"
        : null;

    private async Task AskAsync(OperationRecord record, RebootMethod method, CancellationToken cancellation)
    {
        Rebooting(log, method, record.Id);
        switch (await host.RebootAsync(method, cancellation))
        {
            case RebootAnswer.Refused refused:
                End(record with { State = OperationState.Failed, Message = refused.Problem });
                break;
            case RebootAnswer.Unknown unknown:
                Tell(record.Id, OperationState.Running, unknown.Problem);
                break;
        }
    }

    private void End(OperationRecord record)
    {
        // What cannot be written is told all the same: the server remembers it too.
        if (store.Write(record) is { } problem)
            NotRecorded(log, record.Id, problem);
        Tell(record.Id, record.State, record.Message);
    }

    private void Tell(string id, OperationState state, string message) => Tell(new OperationStatus { Id = id, State = state.ToString(), Message = message });

    private void Tell(OperationStatus status)
    {
        if (Status?.Id == status.Id && Status?.State == status.State && Status?.Message == status.Message)
            return;
        Status = status;
        Told(log, status.Id ?? string.Empty, status.State ?? string.Empty, status.Message ?? string.Empty);
    }

    [LoggerMessage(64, LogLevel.Information, "operation {Id} is {State}: {Message}")]
    private static partial void Told(ILogger log, string id, string state, string message);

    [LoggerMessage(65, LogLevel.Warning, "logind is asked to reboot this host ({Method}), for operation {Id}")]
    private static partial void Rebooting(ILogger log, RebootMethod method, string id);

    [LoggerMessage(66, LogLevel.Warning, "operation {Id} is not recorded: {Problem}")]
    private static partial void NotRecorded(ILogger log, string id, string problem);
}
