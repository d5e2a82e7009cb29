namespace NodeGuard.Lab.Tests.Apt;

/// <summary>What can be the matter with a host's packages.</summary>
internal static class AptStates
{
    public static readonly IReadOnlyList<AptState> All =
    [
        new("nothing pending") { Installed = [P("lab-a", "1")], Debian = [P("lab-a", "1")] },
        new("a plain upgrade") { Installed = [P("lab-a", "1"), P("lab-b", "1")], Debian = [P("lab-a", "2"), P("lab-b", "1")] },
        new("security") { Installed = [P("lab-a", "1-1")], Debian = [P("lab-a", "1-1")], Security = [P("lab-a", "1-1+deb12u1")] },
        new("held")
        {
            Installed = [P("lab-a", "1"), P("lab-b", "1")],
            Status = new Dictionary<string, string> { ["lab-a"] = "hold ok installed" },
            Debian = [P("lab-a", "2"), P("lab-b", "2")],
        },
        new("a new dependency") { Installed = [P("lab-a", "1")], Debian = [P("lab-a", "2", "Depends: lab-new"), P("lab-new", "1")] },
        new("a removal is needed")
        {
            Installed = [P("lab-a", "1"), P("lab-old", "1")], Debian = [P("lab-a", "2", "Conflicts: lab-old"), P("lab-old", "1")],
        },
        new("a dependency that is not to be had") { Installed = [P("lab-a", "1")], Debian = [P("lab-a", "2", "Depends: lab-nowhere")] },
        new("pinned to what is installed")
        {
            Installed = [P("lab-a", "1"), P("lab-b", "1")], Debian = [P("lab-a", "2"), P("lab-b", "2")],
            Preferences = "Package: lab-a\nPin: version 1\nPin-Priority: 1001\n",
        },
        new("pinned to an older version")
        {
            Installed = [P("lab-a", "2")], Debian = [P("lab-a", "1")], Preferences = "Package: lab-a\nPin: version 1\nPin-Priority: 1001\n",
        },
        new("phased, for nobody yet") { Installed = [P("lab-a", "1")], Debian = [P("lab-a", "2") with { PhasedPercentage = 0 }] },
        new("phased, for everybody") { Installed = [P("lab-a", "1")], Debian = [P("lab-a", "2") with { PhasedPercentage = 100 }] },
        new("a third party's archive") { Installed = [P("lab-a", "1"), P("lab-b", "1")], Debian = [P("lab-b", "2")], ThirdParty = [P("lab-a", "2")] },
        new("blacklisted")
        {
            Installed = [P("lab-a", "1"), P("lab-b", "1")], Debian = [P("lab-a", "2"), P("lab-b", "2")],
            Config = "Unattended-Upgrade::Package-Blacklist { \"lab-a$\"; };\n",
        },
        new("only in backports") { Installed = [P("lab-a", "1")], Debian = [P("lab-a", "1")], Backports = [P("lab-a", "3")] },
        new("an epoch") { Installed = [P("lab-a", "9.0")], Debian = [P("lab-a", "1:1.0")] },
        new("tildes") { Installed = [P("lab-a", "2.0"), P("lab-b", "2.0~rc1")], Debian = [P("lab-a", "2.0~rc9"), P("lab-b", "2.0")] },
        new("a virtual package")
        {
            Installed = [P("lab-a", "1"), P("lab-mta", "1", "Provides: lab-agent")], Debian = [P("lab-a", "2", "Depends: lab-agent"), P("lab-mta", "1", "Provides: lab-agent")],
        },
        new("removed, with its configuration left")
        {
            Installed = [P("lab-a", "1"), P("lab-b", "1")],
            Status = new Dictionary<string, string> { ["lab-a"] = "deinstall ok config-files" },
            Debian = [P("lab-a", "2"), P("lab-b", "2")],
        },
        new("essential") { Installed = [P("lab-a", "1", "Essential: yes")], Debian = [P("lab-a", "2", "Essential: yes")] },
        new("a foreign architecture")
        {
            Installed = [P("lab-a", "1") with { Architecture = "i386" }], Debian = [P("lab-a", "2") with { Architecture = "i386" }], ForeignArchitecture = true,
        },
        new("no lists") { Installed = [P("lab-a", "1")], Debian = [P("lab-a", "2")], NoLists = true },
        new("a dependency that is broken already")
        {
            Installed = [P("lab-a", "1", "Depends: lab-gone"), P("lab-b", "1")], Debian = [P("lab-b", "2")], AptFails = true,
        },
        new("dpkg broke off")
        {
            Installed = [P("lab-a", "1"), P("lab-b", "1")],
            Status = new Dictionary<string, string> { ["lab-a"] = "install ok half-configured" },
            Debian = [P("lab-b", "2")], Interrupted = true,
        },
        new("two archives, the newer one not allowed") { Installed = [P("lab-a", "1")], Security = [P("lab-a", "1.1")], ThirdParty = [P("lab-a", "1.2")] },
    ];

    private static DebPackage P(string name, string version, string? field = null) => new(name, version)
    {
        Fields = field?.Split(": ") is [var key, var value] ? new Dictionary<string, string> { [key] = value } : new Dictionary<string, string>(),
    };
}
