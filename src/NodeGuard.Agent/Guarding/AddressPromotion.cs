namespace NodeGuard.Agent.Guarding;

/// <summary>The kernel's setting promote_secondaries, which systemd sets on every link.</summary>
internal sealed class AddressPromotion(string procRoot, Func<int, string?> nameOfLink)
{
    public bool IsOn(uint link) =>
        Reads("all") || (nameOfLink((int)link) is { } name && Reads(name));

    private bool Reads(string link)
    {
        try
        {
            return File.ReadAllText($"{procRoot}/sys/net/ipv4/conf/{link}/promote_secondaries").Trim() != "0";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Unknown: deleting an address might take others with it, so that the order is left alone.
            return false;
        }
    }
}
