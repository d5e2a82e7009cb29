namespace NodeGuard.Kubernetes.Credentials.Kubeconfigs;

/// <summary>Which files are read, and in which order they stand.</summary>
internal static class KubeconfigFiles
{
    /// <summary>A file named by a flag must be there; of a list, and in the home directory, those that are there are read.</summary>
    /// <returns>The paths, and whether a missing one is an error.</returns>
    public static (IReadOnlyList<string> Paths, bool Required) Find(string? given, Func<string, string?> variable)
    {
        if (!string.IsNullOrEmpty(given))
            return ([given], true);
        if (variable("KUBECONFIG") is { Length: > 0 } list)
            return ([.. list.Split(':', StringSplitOptions.RemoveEmptyEntries).Distinct()], false);
        return variable("HOME") is { Length: > 0 } home ? ([Path.Combine(home, ".kube", "config")], false) : ([], false);
    }

    public static Outcome<Kubeconfig> ReadAll(IReadOnlyList<string> paths, bool required)
    {
        var merged = new Kubeconfig();
        foreach (var path in paths)
        {
            if (!required && !File.Exists(path) && !Directory.Exists(path))
                continue;
            var (config, problem) = KubeconfigReader.ReadFile(path);
            if (problem is not null)
                return Outcome<Kubeconfig>.Failed(problem);
            Merge(merged, config!);
        }

        return merged;
    }

    /// <summary>The first file that names a thing has it whole: fields of two files are never mixed in one entry.</summary>
    public static void Merge(Kubeconfig into, Kubeconfig next)
    {
        into.CurrentContext ??= next.CurrentContext;
        foreach (var (name, entry) in next.Clusters)
            into.Clusters.TryAdd(name, entry);
        foreach (var (name, entry) in next.Users)
            into.Users.TryAdd(name, entry);
        foreach (var (name, entry) in next.Contexts)
            into.Contexts.TryAdd(name, entry);
    }
}
