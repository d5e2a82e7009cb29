namespace NodeGuard.Core.Draining;

/// <summary>One pod; a pod of the same name with another uid is another pod.</summary>
public sealed record PodId(string Namespace, string Name, string Uid)
{
    public override string ToString() => $"{Namespace}/{Name}";
}
