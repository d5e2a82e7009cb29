using System.CommandLine;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>Which cluster, and as whom: kubectl's flags of the same names.</summary>
public sealed record ClusterRequest(
    string? Kubeconfig, string? Context, string? Cluster, string? User, string? As, IReadOnlyList<string> AsGroups);

/// <summary>The options that every command towards a cluster has.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string> _kubeconfig = new("--kubeconfig") { Description = "the kubeconfig file (default $KUBECONFIG, else ~/.kube/config, else the pod's own account)", HelpName = "path" };
    private readonly Option<string> _context = new("--context") { Description = "the kubeconfig's context", HelpName = "name" };
    private readonly Option<string> _cluster = new("--cluster") { Description = "the kubeconfig's cluster, in place of the context's", HelpName = "name" };
    private readonly Option<string> _user = new("--user") { Description = "the kubeconfig's user, in place of the context's", HelpName = "name" };
    private readonly Option<string> _as = new("--as") { Description = "the user to impersonate", HelpName = "user" };
    private readonly Option<string[]> _asGroups = new("--as-group") { Description = "a group to impersonate; may be repeated", HelpName = "group" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _kubeconfig, _context, _cluster, _user, _as, _asGroups })
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_asGroups) is { Length: > 0 } && result.GetValue(_as) is null)
                result.AddError("--as-group needs --as: a group is impersonated along with a user");
        });
    }

    public ClusterRequest Read(ParseResult parsed) => new(
        parsed.GetValue(_kubeconfig), parsed.GetValue(_context), parsed.GetValue(_cluster), parsed.GetValue(_user),
        parsed.GetValue(_as), parsed.GetValue(_asGroups) ?? []);
}
