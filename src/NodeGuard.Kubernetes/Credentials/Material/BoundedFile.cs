namespace NodeGuard.Kubernetes.Credentials.Material;

/// <summary>Reads a small file whole. Problems name the file and never its content.</summary>
internal static class BoundedFile
{
    private const int Limit = 4 << 20;

    public static Outcome<byte[]> Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            using var content = new MemoryStream();
            var buffer = new byte[16 << 10];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                content.Write(buffer, 0, read);
                if (content.Length > Limit)
                    return Outcome<byte[]>.Failed($"{path} is larger than {Limit >> 20} MiB");
            }

            return content.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Outcome<byte[]>.Failed(Describe(path, e));
        }
    }

    private static string Describe(string path, Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"{path} does not exist",
        UnauthorizedAccessException when Directory.Exists(path) => $"{path} is a directory",
        UnauthorizedAccessException => $"{path} may not be read by this user",
        ArgumentException or NotSupportedException => "its path cannot be that of a file",
        _ => $"{path} cannot be read ({error.GetType().Name})",
    };
}
