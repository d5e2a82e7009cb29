using NodeGuard.Core.Images;

namespace NodeGuard.Linux.Images;

/// <summary>A manifest in a file.</summary>
public static class ManifestFile
{
    /// <param name="path">As this process sees it.</param>
    /// <param name="shown">As people know it.</param>
    public static ManifestReading Read(string path, string shown)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length > ManifestReader.MaxBytes)
            {
                return new ManifestReading.Refused($"the manifest {shown} is larger than {ManifestReader.MaxBytes} bytes");
            }

            byte[] content = new byte[(int)file.Length];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            ManifestReading reading = ManifestReader.Read(content.AsMemory(0, length));
            return reading is ManifestReading.Refused refused
                ? new ManifestReading.Refused($"the manifest {shown} cannot be used: {refused.Problem}")
                : reading;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ManifestReading.Refused($"there is no manifest {shown}; the build of an image makes it with nodeguard image manifest");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ManifestReading.Refused($"the manifest {shown} cannot be read: {e.Message}");
        }
    }
}
