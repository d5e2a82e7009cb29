namespace NodeGuard.Kubernetes.Credentials.Kubeconfigs;

internal static class ExecVersions
{
    public const string V1 = "client.authentication.k8s.io/v1";
    public const string V1Beta1 = "client.authentication.k8s.io/v1beta1";
    private const string Group = "client.authentication.k8s.io/v";

    // v1alpha1, and nothing much longer: in a file that lost a line break, what follows may be a token.
    private const int Longest = 40;

    public static string Shown(string version) => version switch
    {
        "" => "missing",
        { Length: <= Longest } when version.StartsWith(Group, StringComparison.Ordinal) => $"'{version}'",
        _ => "no version of client.authentication.k8s.io",
    };
}
