namespace NodeGuard.Kubernetes.Credentials;

/// <summary>A value, or the sentence that says why there is none.</summary>
internal readonly record struct Outcome<T>(T? Value, string? Problem)
    where T : class
{
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static Outcome<T> Failed(string problem) => new(null, problem);
}
