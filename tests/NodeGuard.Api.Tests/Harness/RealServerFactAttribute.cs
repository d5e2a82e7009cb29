using Xunit;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>A test of what only a real API server decides: rules in CEL and admission policies. The sandbox keeps both and evaluates neither.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealServerFactAttribute : FactAttribute
{
    public RealServerFactAttribute()
    {
        if (!IsGiven("NODEGUARD_TEST_KUBECONFIG") && !IsGiven("KUBEBUILDER_ASSETS"))
            Skip = "CEL rules and admission policies need a real API server: give NODEGUARD_TEST_KUBECONFIG or KUBEBUILDER_ASSETS";
    }

    private static bool IsGiven(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
