namespace NodeGuard.Linux.Images;

/// <summary>Paths of a host below a directory, never out of it.</summary>
internal static class RootedPath
{
    private const int MaxLinks = 40;

    /// <summary>Where the path really is on the host: links on the way are followed below the root, what is at its end is not.</summary>
    /// <param name="root">"" for this root, else a directory without a slash at its end.</param>
    /// <param name="hostPath">Absolute.</param>
    /// <returns>Null when links run in a circle.</returns>
    public static string? Resolve(string root, string hostPath)
    {
        var rest = new Stack<string>(Parts(hostPath));
        string at = "";
        int links = 0;
        while (rest.TryPop(out string? part))
        {
            if (part is "." or "..")
            {
                at = part == "." ? at : at[..Math.Max(at.LastIndexOf('/'), 0)];
                continue;
            }

            string next = $"{at}/{part}";
            if (rest.Count == 0 || new FileInfo(root + next).LinkTarget is not { } target)
            {
                at = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                return null;
            }

            at = target.StartsWith('/') ? "" : at;
            foreach (string piece in Parts(target))
            {
                rest.Push(piece);
            }
        }

        return at.Length == 0 ? "/" : at;
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse();
}
