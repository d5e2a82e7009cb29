using System.Text;
using NodeGuard.Linux.Packages;

namespace NodeGuard.Linux.Tests.Packages;

/// <summary>Answers by the name of the command; at first what the tools of Debian 12 said.</summary>
internal sealed class AptTools : IHostCommands
{
    private const string Upgrade = """
        Reading package lists...
        Building dependency tree...
        Calculating upgrade...
        The following packages have been kept back:
           unzip (6.0-27 => 6.0-28+deb12u1)
        The following packages will be upgraded:
           zip (3.0-12 => 3.0-13+deb12u1)
        1 upgraded, 0 newly installed, 0 to remove and 1 not upgraded.
        Inst zip [3.0-12] (3.0-13+deb12u1 Debian-Security:12/oldstable-security [amd64])
        Conf zip (3.0-13+deb12u1 Debian-Security:12/oldstable-security [amd64])

        """;

    public AptTools()
    {
        Say("dpkg", """
            Package: linux-image-6.1.0-9-amd64
            Architecture: amd64
            Version: 6.1.27-1
            Status: install ok installed

            Package: unzip
            Architecture: amd64
            Version: 6.0-27
            Status: hold ok installed

            Package: zip
            Architecture: amd64
            Version: 3.0-12
            Status: install ok installed


            """);
        Say("apt-upgrade", Upgrade);
        Say("apt-dist-upgrade", Upgrade);
        Say("apt-sources", """
            Package files:
             100 /var/lib/dpkg/status
                 release a=now
             500 http://deb.debian.org/debian-security bookworm-security/main amd64 Packages
                 release v=12,o=Debian,a=oldstable-security,n=bookworm-security,l=Debian-Security,c=main,b=amd64
                 origin deb.debian.org
             500 http://deb.debian.org/debian bookworm/main amd64 Packages
                 release v=12.15,o=Debian,a=oldstable,n=bookworm,l=Debian,c=main,b=amd64
                 origin deb.debian.org
            Pinned packages:

            """);
        Say("apt-policy", """
            unzip:
              Installed: 6.0-27
              Candidate: 6.0-28+deb12u1
              Version table:
                 6.0-28+deb12u1 500
                    500 http://deb.debian.org/debian-security bookworm-security/main amd64 Packages
                 6.0-28 500
                    500 http://deb.debian.org/debian bookworm/main amd64 Packages
             *** 6.0-27 100
                    100 /var/lib/dpkg/status
            zip:
              Installed: 3.0-12
              Candidate: 3.0-13+deb12u1
              Version table:
                 3.0-13+deb12u1 500
                    500 http://deb.debian.org/debian-security bookworm-security/main amd64 Packages
                 3.0-13 500
                    500 http://deb.debian.org/debian bookworm/main amd64 Packages
             *** 3.0-12 100
                    100 /var/lib/dpkg/status

            """);
        Say("apt-config", """
            Unattended-Upgrade "";
            Unattended-Upgrade::Origins-Pattern "";
            Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";

            """);
    }

    public Dictionary<string, HostCommandAnswer> Answers { get; } = new(StringComparer.Ordinal);

    public List<HostCommand> Asked { get; } = [];

    public void Say(string name, string output) => Answers[name] = new HostCommandAnswer.Ended(0, Encoding.UTF8.GetBytes(output), "");

    public Task<HostCommandAnswer> RunAsync(HostCommand command, CancellationToken cancellation)
    {
        Asked.Add(command);
        return Task.FromResult(Answers[command.Name]);
    }
}
