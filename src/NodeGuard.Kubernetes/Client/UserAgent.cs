using System.Reflection;
using System.Runtime.InteropServices;

namespace NodeGuard.Kubernetes.Client;

/// <summary><c>nodeguard/0.1.0 (linux/amd64) controller</c>, with the architecture's name as other clients write it.</summary>
internal static class UserAgent
{
    public static string For(string role)
    {
        var version = typeof(UserAgent).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        return $"nodeguard/{version.Split('+')[0]} (linux/{Architecture()}) {role}";
    }

    private static string Architecture() => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
