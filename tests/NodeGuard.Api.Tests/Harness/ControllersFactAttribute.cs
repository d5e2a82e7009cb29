using Xunit;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>
/// A test that needs the controller manager and the scheduler. The sandbox has its own; the cluster of
/// NODEGUARD_TEST_KUBECONFIG is taken to have them unless NODEGUARD_TEST_CONTROLLERS is "none".
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ControllersFactAttribute : FactAttribute
{
    public ControllersFactAttribute() => Skip = Missing();

    private static string? Missing()
    {
        if (Environment.GetEnvironmentVariable("NODEGUARD_TEST_KUBECONFIG") is { Length: > 0 })
        {
            return Environment.GetEnvironmentVariable("NODEGUARD_TEST_CONTROLLERS") == "none"
                ? "needs kube-controller-manager and kube-scheduler; NODEGUARD_TEST_CONTROLLERS says that there are none"
                : null;
        }

        if (Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is not { Length: > 0 } assets)
            return null;
        string[] missing = [.. ((string[])["kube-controller-manager", "kube-scheduler"]).Where(p => !File.Exists(Path.Combine(assets, p)))];
        return missing.Length == 0 ? null : $"needs {string.Join(" and ", missing)}, not in KUBEBUILDER_ASSETS ({assets})";
    }
}
