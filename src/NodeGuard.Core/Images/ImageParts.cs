namespace NodeGuard.Core.Images;

/// <summary>A package of the host's package manager.</summary>
/// <param name="Type">"deb"; mkosi's word.</param>
public sealed record ImagePackage(string Type, string Name, string Version, string Architecture)
{
    public const string Deb = "deb";

    /// <summary>Why it is not wholly installed, in dpkg's words; null where it is.</summary>
    public string? HalfDone { get; init; }

    public string FullName => $"{Name}:{Architecture}";
}

public enum GuardedKind
{
    File,

    /// <summary>A symbolic link is a thing of its own: where it points to is what counts.</summary>
    Link,

    /// <summary>A socket, a pipe or a device.</summary>
    Other,
}

/// <summary>What is at a guarded path.</summary>
/// <param name="Path">Absolute on the host.</param>
/// <param name="Kind">Directories are none: an empty one changes nothing.</param>
public sealed record GuardedFile(string Path, GuardedKind Kind)
{
    /// <summary>Of a file's content, 64 lower-case hex digits.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Permissions, as in "0644"; a link has none.</summary>
    public string? Mode { get; init; }

    /// <summary>Of a link.</summary>
    public string? Target { get; init; }

    /// <summary>A drop-in that NodeGuard itself writes and takes away.</summary>
    public bool IsOurs { get; init; }

    public string Described => Kind switch
    {
        GuardedKind.File => $"{Mode} sha256:{Sha256?[..12]}",
        GuardedKind.Link => $"link to {Target}",
        _ => $"{Mode}, neither file nor link",
    };
}

/// <summary>A setting: of networkd as "Section.Key", of the kernel as sysctl names it.</summary>
public sealed record ImageSetting(string Name, string Value);

/// <summary>A part of what an image or a host is.</summary>
/// <param name="Value">Null when nothing of it is known.</param>
/// <param name="Problem">Why not all of it is known: nothing is said to be as it was where there is one.</param>
public sealed record Part<T>(T? Value, string? Problem = null)
    where T : class;

/// <summary>The parts of a host, or of an image, that can be made of them.</summary>
public static class Part
{
    public static Part<T> Known<T>(T value)
        where T : class => new(value);

    public static Part<T> Unknown<T>(string problem)
        where T : class => new(null, problem);
}
