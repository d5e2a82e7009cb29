namespace NodeGuard.Kubernetes.Caching;

/// <summary>
/// Lets equal strings be one object, such as the node name of every pod. A table of fixed size that forgets: a word that was
/// pushed out is kept twice at worst, and words of objects long gone hold no memory. For one thread.
/// </summary>
public sealed class StringPool
{
    // Two ways a slot: two frequent words that meet do not push each other out for ever.
    private const int Slots = 1 << 14;

    private readonly string?[] _words = new string?[2 * Slots];

    public string Share(string word)
    {
        int first = 2 * (string.GetHashCode(word.AsSpan(), StringComparison.Ordinal) & (Slots - 1));
        if (_words[first] is { } newest && newest == word)
            return newest;
        if (_words[first + 1] is { } older && older == word)
            return older;
        _words[first + 1] = _words[first];
        _words[first] = word;
        return word;
    }

    public string? ShareOrNull(string? word) => word is null ? null : Share(word);
}
