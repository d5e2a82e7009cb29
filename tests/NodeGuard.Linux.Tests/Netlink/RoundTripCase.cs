namespace NodeGuard.Linux.Tests.Netlink;

/// <summary>Objects made by `ip`: one argument line each, `-6` first where the family is not told by an address.</summary>
internal sealed record RoundTripCase(string Name, params string[] Add)
{
    /// <summary>What the objects need and what stays.</summary>
    public string[] Prepare { get; init; } = [];

    /// <summary>How an owner deletes the object of this line.</summary>
    public static string[] Deletion(string line)
    {
        string[] words = Words(line);
        int verb = Array.FindIndex(words, word => word is "add" or "append");
        words[verb] = "del";

        // A nexthop is deleted by its id; a lifetime is no part of an address's name.
        int keep = words[verb - 1] switch
        {
            "nexthop" => verb + 3,
            "addr" => Array.FindIndex(words, word => word == "dev") + 2,
            _ => words.Length,
        };
        return words[..keep];
    }

    public static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => Name;
}
