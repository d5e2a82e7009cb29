namespace NodeGuard.Sandbox.Api;

/// <summary>What a server makes up by chance.</summary>
internal static class MadeUp
{
    // Without vowels and look-alikes, as Kubernetes does.
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 5;

    /// <summary>A version 4 UUID.</summary>
    public static string Uid(Random chance)
    {
        Span<byte> bytes = stackalloc byte[16];
        chance.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>Behind a generateName.</summary>
    public static string Suffix(Random chance) => new(chance.GetItems<char>(Letters, SuffixLength));
}
