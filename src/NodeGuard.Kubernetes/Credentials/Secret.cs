namespace NodeGuard.Kubernetes.Credentials;

/// <summary>A text that no message, log or debugger view may show.</summary>
internal sealed class Secret(string text)
{
    /// <summary>For the one place that sends it.</summary>
    public string Reveal() => text;

    public override string ToString() => "(hidden)";
}
