using System.CommandLine;
using NodeGuard.Cli.Prevention;

namespace NodeGuard.Cli.Commands;

internal static class AgentQuestions
{
    /// <summary>Null without an agent: doctor and harden work without one, and say what they then cannot know.</summary>
    public static async Task<AgentKnowledge?> KnowledgeAsync(this CliContext context, ParseResult parsed, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        return (await client.StatusAsync(cancellation)).TryGet(out var status, out _)
            && (await client.ListAsync(cancellation)).TryGet(out var objects, out _)
            ? new AgentKnowledge(status, objects)
            : null;
    }
}
