using System.Diagnostics.CodeAnalysis;

namespace NodeGuard.Cli.Control;

public enum ControlFailureKind
{
    /// <summary>Nobody listens, or nobody answered in time.</summary>
    Unreachable,
    PermissionDenied,

    /// <summary>The agent understood and said no.</summary>
    Refused,

    /// <summary>Something answered, but not as this version of the agent would.</summary>
    NotUnderstood,
}

/// <summary>Message: what was asked, what was found, and what to do, in one line for stderr.</summary>
public sealed record ControlFailure(ControlFailureKind Kind, string Message);

/// <summary>Either the agent's answer or the reason why there is none.</summary>
public sealed class ControlAnswer<T>
    where T : class
{
    private readonly T? _value;
    private readonly ControlFailure? _failure;

    internal ControlAnswer(T value) => _value = value;

    internal ControlAnswer(ControlFailure failure) => _failure = failure;

    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out ControlFailure? failure)
    {
        value = _value;
        failure = _failure;
        return _value is not null;
    }
}
