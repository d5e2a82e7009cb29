using System.Reflection;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Manifests;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Cli.Install;

/// <summary>The files of deploy/ that this program carries, so that what is installed is of its own version.</summary>
internal static class InstallFiles
{
    // Who is guarded stands before who gets rights, and both before the rights.
    private static readonly (string Kind, string Plural)[] Order =
    [
        ("Namespace", "namespaces"),
        ("CustomResourceDefinition", "customresourcedefinitions"),
        ("ServiceAccount", "serviceaccounts"),
        ("ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
        ("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"),
        ("ClusterRole", "clusterroles"),
        ("Role", "roles"),
        ("ClusterRoleBinding", "clusterrolebindings"),
        ("RoleBinding", "rolebindings"),
        ("PodDisruptionBudget", "poddisruptionbudgets"),
        ("Deployment", "deployments"),
        ("DaemonSet", "daemonsets"),
    ];

    // What stands in the files where a person's image belongs; a kustomization replaces the same word.
    private const string ImageLine = " image: nodeguard\n";

    /// <param name="folder">crds, rbac, controller or agent.</param>
    /// <param name="image">Where the files run something; null where they do not.</param>
    public static IReadOnlyList<Manifest> Of(string folder, string? image = null) =>
    [
        .. Resources(folder).SelectMany(file => Manifest.Read(file.Name, WithImage(file.Text, image))).OrderBy(static m => Rank(m.Kind)),
    ];

    /// <summary>The same as one file.</summary>
    public static string Text(string folder, string? image = null) => string.Join("---\n", Of(folder, image).Select(static manifest => manifest.Yaml));

    /// <summary>A name that can be an image's: nothing in it ends the line that it is written to, or means something else in YAML.</summary>
    public static bool IsImage(string text) =>
        text.Length is > 0 and <= 512 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':' or '@');

    private static string WithImage(string text, string? image) =>
        image is null ? text : text.Replace(ImageLine, $" image: {image}\n", StringComparison.Ordinal);

    public static ResourceType<UntypedObject> TypeOf(Manifest manifest)
    {
        var slash = manifest.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        return ResourceTypes.Untyped(
            slash < 0 ? "" : manifest.ApiVersion[..slash], manifest.ApiVersion[(slash + 1)..],
            Order[Rank(manifest.Kind)].Plural, manifest.Kind, manifest.Name.Namespace.Length > 0);
    }

    private static int Rank(string kind)
    {
        var rank = Array.FindIndex(Order, entry => entry.Kind == kind);
        return rank >= 0 ? rank : throw new InvalidOperationException($"a file of deploy/ has a {kind}, which install does not know");
    }

    private static IEnumerable<(string Name, string Text)> Resources(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (!name.StartsWith($"{folder}/", StringComparison.Ordinal))
                continue;
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name, reader.ReadToEnd());
        }
    }
}
