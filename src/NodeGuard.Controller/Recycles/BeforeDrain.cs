using System.Collections.Concurrent;
using NodeGuard.Controller.Recycles.Methods;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles;

/// <summary>
/// What has to be so before pods are sent away: the machine can be replaced at all, and where the new one comes first, it was asked for.
/// </summary>
internal sealed class BeforeDrain(RecycleParts parts)
{
    /// <summary>Refusals in this term, by recycle: final, and asked again by nobody.</summary>
    private readonly ConcurrentDictionary<string, string> _refusals = [];

    /// <summary>Recycles whose machine can be replaced, as was seen in this term.</summary>
    private readonly ConcurrentDictionary<string, bool> _prepared = [];

    public static string NoMethod(RecycleContext recycle) =>
        $"no method is known for node {recycle.NodeName}: name one in spec.method, or let a NodePolicy select the node";

    /// <summary>Why it cannot be done; null as far as is known.</summary>
    public string? Refusal(string recycleUid) => _refusals.GetValueOrDefault(recycleUid);

    public void Forget(string recycleUid)
    {
        _refusals.TryRemove(recycleUid, out _);
        _prepared.TryRemove(recycleUid, out _);
    }

    /// <summary>What cannot be done to the machine is said before its pods are sent away.</summary>
    /// <returns>What could not be found out yet; null for nothing.</returns>
    public async Task<string?> LookAsync(RecycleContext recycle, CancellationToken term)
    {
        if (recycle.Node is null || _refusals.ContainsKey(recycle.Uid) || _prepared.ContainsKey(recycle.Uid))
            return null;
        switch (await PrepareAsync(recycle, term))
        {
            case Preparation.Later later:
                return later.Message;
            case Preparation.Refused refused:
                _refusals[recycle.Uid] = refused.Message;
                return null;
            default:
                _prepared[recycle.Uid] = true;
                return null;
        }
    }

    /// <summary>Has one machine more brought, where that comes first: written first, then asked, any number of times.</summary>
    /// <returns>Where that stands, as a sentence; null when nothing is to be brought.</returns>
    public async Task<string?> WorkAsync(RecycleContext recycle, CancellationToken term)
    {
        if (!recycle.WantsFirst || !_prepared.ContainsKey(recycle.Uid) || parts.MethodFor(recycle) is not { } method)
            return null;
        if (!recycle.IsSurged)
            return await NoteAsync(recycle, method, term);
        switch (await method.BringFirstAsync(recycle, term))
        {
            case Asked.Running running:
                return running.State;
            case Asked.Refused refused:
                return Refuse(recycle, refused.Message);
            case Asked.Later later:
                return later.Message;
            default:
                throw new InvalidOperationException("no such answer");
        }
    }

    private async Task<string?> NoteAsync(RecycleContext recycle, IReplacementMethod method, CancellationToken term)
    {
        switch (await method.PrepareFirstAsync(recycle, term))
        {
            case Preparation.Ready ready:
                // The watch tells when it is noted down; where a definition drops the field, nobody is asked.
                if (await parts.Writer.WriteAsync(recycle.Recycle, status => RecycleTransition.SetSurged(status, recycle, ready.Resource), term)
                    is { Kind: ApiFailureKind.Invalid or ApiFailureKind.ServerError })
                {
                    parts.Definitions.Doubt();
                }

                return string.Empty;
            case Preparation.Refused refused:
                return Refuse(recycle, refused.Message);
            case Preparation.Later later:
                return later.Message;
            default:
                throw new InvalidOperationException("no such answer");
        }
    }

    private string Refuse(RecycleContext recycle, string message)
    {
        _refusals[recycle.Uid] = message;
        parts.Again();
        return message;
    }

    private async Task<Preparation> PrepareAsync(RecycleContext recycle, CancellationToken term)
    {
        if (parts.Definitions.Problem is { } problem)
            return new Preparation.Refused(problem);
        if (parts.MethodFor(recycle) is not { } method)
            return new Preparation.Refused(NoMethod(recycle));
        Preparation preparation = await method.PrepareAsync(recycle, term);
        return preparation is Preparation.Ready && recycle is { WantsFirst: true, IsSurged: false } ? await method.PrepareFirstAsync(recycle, term) : preparation;
    }
}
