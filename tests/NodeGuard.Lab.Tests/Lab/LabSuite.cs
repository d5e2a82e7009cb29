namespace NodeGuard.Lab.Tests.Lab;

/// <summary>A Debian release and the systemd that it brings.</summary>
public sealed record LabSuite(string Name, int SystemdVersion)
{
    public static readonly LabSuite Bullseye = new("bullseye", 247);
    public static readonly LabSuite Bookworm = new("bookworm", 252);
    public static readonly LabSuite Trixie = new("trixie", 257);
    public static readonly LabSuite Sid = new("sid", 262);

    public static bool AllSelected => Environment.GetEnvironmentVariable("LAB_ALL") == "1";

    /// <summary>bookworm and trixie; with LAB_ALL=1 bullseye and sid too.</summary>
    public static IReadOnlyList<LabSuite> Selected => AllSelected ? [Bullseye, Bookworm, Trixie, Sid] : [Bookworm, Trixie];

    /// <summary>Those of <see cref="Selected"/> whose networkd deletes foreign rules.</summary>
    public static IReadOnlyList<LabSuite> Flushing => [.. Selected.Where(suite => suite.SystemdVersion > 247)];

    public static LabSuite Named(string name) => new[] { Bullseye, Bookworm, Trixie, Sid }.Single(suite => suite.Name == name);

    public override string ToString() => Name;
}
