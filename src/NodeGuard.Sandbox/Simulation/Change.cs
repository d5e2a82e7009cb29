using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>One write that a reconcile function wants.</summary>
internal abstract record Change
{
    /// <summary>An object without uid and resourceVersion.</summary>
    internal sealed record Create(Kind Kind, JsonObject Object) : Change
    {
        /// <summary>On whom, and by which component, the creation is reported as an event.</summary>
        public (JsonObject Owner, string Component)? Announce { get; init; }
    }

    /// <summary>Written only over the version that was read; a conflict is decided again from the newer state.</summary>
    internal sealed record Update(Kind Kind, JsonObject Object) : Change;

    /// <summary>Deletes this very object (by uid); the object's own grace when <paramref name="GraceSeconds"/> is null.</summary>
    internal sealed record Delete(Kind Kind, JsonObject Object, int? GraceSeconds = null) : Change;

    internal sealed record Event(JsonObject Regarding, string Type, string Reason, string Message, string Component) : Change;
}

/// <summary>What a reconcile function decided: the writes in order, and when to look again without any change.</summary>
internal readonly record struct Outcome(IReadOnlyList<Change> Changes, TimeSpan? Again = null)
{
    public static readonly Outcome Nothing = new([]);

    public static Outcome After(TimeSpan again) => new([], again);
}
