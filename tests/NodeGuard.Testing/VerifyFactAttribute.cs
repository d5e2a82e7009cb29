using Xunit;

namespace NodeGuard.Testing;

/// <summary>A slow proof: it runs where NODEGUARD_VERIFY=1, and names itself as skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class VerifyFactAttribute : FactAttribute
{
    public VerifyFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("NODEGUARD_VERIFY") != "1")
            Skip = "a slow proof: NODEGUARD_VERIFY=1 runs it";
    }
}
