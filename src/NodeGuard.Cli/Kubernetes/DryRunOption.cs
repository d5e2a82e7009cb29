using System.CommandLine;
using NodeGuard.Core.Draining;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>--dry-run=none|client|server, as kubectl has it.</summary>
internal sealed class DryRunOption
{
    public DryRunOption() => Option.AcceptOnlyFromAmong("none", "client", "server");

    public Option<string> Option { get; } = new("--dry-run")
    {
        Description = "client: only say what would be done; server: let the server check it too",
        DefaultValueFactory = static _ => "none",
    };

    public DrainDryRun Read(ParseResult parsed) => parsed.GetValue(Option) switch
    {
        "client" => DrainDryRun.Client,
        "server" => DrainDryRun.Server,
        _ => DrainDryRun.None,
    };
}
