using System.CommandLine;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>NODE... or --selector, as kubectl takes them.</summary>
internal sealed class NodeArguments
{
    private const int PageSize = 500;
    private readonly bool _required;

    public NodeArguments(bool required)
    {
        _required = required;
        Names.Arity = ArgumentArity.ZeroOrMore;
    }

    public Argument<string[]> Names { get; } = new("node") { Description = "names of nodes, such as worker-1 or node/worker-1" };

    public Option<string> Selector { get; } = new("--selector", "-l") { Description = "all nodes with these labels, such as pool=old,zone!=b", HelpName = "labels" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Names);
        command.Options.Add(Selector);
        command.Validators.Add(result =>
        {
            var named = result.GetValue(Names) is { Length: > 0 };
            var selected = !string.IsNullOrEmpty(result.GetValue(Selector));
            if (named && selected)
                result.AddError("name nodes or give --selector, not both");
            else if (_required && !named && !selected)
                result.AddError("no node was named: give names, or --selector");
            foreach (var name in result.GetValue(Names) ?? [])
            {
                if (name.StartsWith('-'))
                    result.AddError($"there is no option {name.Split('=')[0]} here; see --help");
                else if (NameOf(name) is null)
                    result.AddError($"\"{name}\" is not a node's name: write worker-1 or node/worker-1");
            }
        });
    }

    /// <summary>The nodes that exist, each once, in the order given; nothing at all when one of them does not.</summary>
    public async Task<(IReadOnlyList<Node> Nodes, string? Failure)> ResolveAsync(IKubeApi api, ParseResult parsed, CancellationToken cancellation)
    {
        var names = (parsed.GetValue(Names) ?? []).Select(NameOf).OfType<string>().Distinct().ToList();
        if (names.Count == 0)
            return await SelectAsync(api, parsed.GetValue(Selector) ?? "", cancellation);
        var nodes = new List<Node>();
        var failures = new List<string>();
        var reads = await Task.WhenAll(names.Select(name => api.GetAsync(ResourceTypes.Nodes, new ObjectName("", name), cancellation)));
        foreach (var (name, read) in names.Zip(reads))
        {
            if (read is ApiResult<Node>.Ok { Value: var node })
                nodes.Add(node);
            else if (read is ApiResult<Node>.Failed { Failure: var failure })
                failures.Add(failure.Kind is ApiFailureKind.NotFound ? $"there is no node \"{name}\" in this cluster; see kubectl get nodes" : failure.Message);
        }

        return failures.Count == 0 ? (nodes, null) : ([], string.Join("; ", failures));
    }

    private static async Task<(IReadOnlyList<Node> Nodes, string? Failure)> SelectAsync(IKubeApi api, string selector, CancellationToken cancellation)
    {
        var nodes = new List<Node>();
        var query = new ListQuery(LabelSelector: selector, Limit: PageSize);
        while (true)
        {
            switch (await api.ListPageAsync(ResourceTypes.Nodes, query, cancellation))
            {
                case ApiResult<KubeList<Node>>.Failed { Failure: var failure }:
                    return ([], failure.Message);
                case ApiResult<KubeList<Node>>.Ok { Value: var page }:
                    nodes.AddRange(page.Items.Where(static node => node.Metadata.Name is not null));
                    if (string.IsNullOrEmpty(page.Metadata.Continue))
                        return nodes.Count > 0 ? (nodes, null) : ([], selector.Length == 0 ? "this cluster has no nodes" : $"no node has the labels {selector}");
                    query = query with { Continue = page.Metadata.Continue };
                    break;
            }
        }
    }

    // kubectl takes TYPE/NAME too. A name with a blank or a slash cannot be a node's, and would make another path.
    private static string? NameOf(string given)
    {
        var slash = given.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && given[..slash] is not ("node" or "nodes" or "no"))
            return null;
        var name = given[(slash + 1)..];
        return name.Length is > 0 and <= 253 && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') ? name : null;
    }
}
