namespace NodeGuard.Lab.Tests.Apt;

/// <summary>One distribution of a repository, by what its Release file says.</summary>
public sealed record AptSource(string Codename)
{
    public static readonly AptSource Debian = new("lab") { Origin = "Debian", Label = "Debian", Suite = "stable" };

    public static readonly AptSource Security = new("lab-security") { Origin = "Debian", Label = "Debian-Security", Suite = "stable-security" };

    public static readonly AptSource ThirdParty = new("vendor") { Origin = "Vendor", Label = "Vendor", Suite = "main" };

    public string Origin { get; init; } = "Lab";

    public string Label { get; init; } = "Lab";

    public string Suite { get; init; } = "stable";

    /// <summary>As backports: nothing is taken from it unasked.</summary>
    public bool NotAutomatic { get; init; }
}
