namespace NodeGuard.Kubernetes.Credentials.Kubeconfigs;

internal static class ExecVersions
{
    public const string V1 = "client.authentication.k8s.io/v1";
    public const string V1Beta1 = "client.authentication.k8s.io/v1beta1";
}
