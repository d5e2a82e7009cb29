using NodeGuard.Hosting.Http;

namespace NodeGuard.Agent.Hosting;

/// <summary>Whether the ledger could be written: asked by writing.</summary>
internal static class StateDirectoryCheck
{
    public static async Task<DependencyAnswer> AskAsync(string directory, CancellationToken cancellation)
    {
        string probe = Path.Combine(directory, ".write-probe");
        try
        {
            await File.WriteAllBytesAsync(probe, new byte[4096], cancellation);
            File.Delete(probe);
            return new DependencyAnswer(DependencyState.Ok, $"{directory} can be written");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DependencyAnswer(
                DependencyState.Failed,
                $"{directory} cannot be written ({e.Message}); guarding goes on, but what is known is lost when the agent restarts. Free or remount it");
        }
    }
}
