using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Draining;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>A cluster that a command may talk to.</summary>
public abstract record ClusterAnswer
{
    private ClusterAnswer()
    {
    }

    public sealed record Access(IKubeApi Api, INodeDrain Drain) : ClusterAnswer;

    /// <param name="Message">One sentence: which file or context, what was wanted, what was found, what to do.</param>
    public sealed record None(string Message) : ClusterAnswer;
}
